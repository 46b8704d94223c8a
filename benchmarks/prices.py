"""How fast prices are: the cheapest offer over all clouds, a full quote, and loading in a fresh process.

`python benchmarks/prices.py [--json]`. Times are of this machine; compare ratios.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from mcp_handlers.prices.quote import best, quote  # noqa: E402
from mcp_handlers.tools.get_cost_estimate import Input  # noqa: E402

QUERIES = 3_000
QUOTES = 60
PROCESSES = 15
LOAD = """
from time import perf_counter
start = perf_counter()
from mcp_handlers.prices.catalog import load_cloud
imported = perf_counter()
for cloud in ("aws", "azure", "gcp"):
    load_cloud(cloud)
print((imported - start) * 1e6, (perf_counter() - imported) * 1e6)
"""
NAMED = {
    "8 vCPU, 32 GiB": Input(vcpus=8, memory_gib=32, purchase="on_demand"),
    "8 vCPU, 32 GiB, spot": Input(vcpus=8, memory_gib=32, purchase="spot"),
    "8 vCPU, 32 GiB, in the EU": Input(vcpus=8, memory_gib=32, jurisdictions=("EU",)),
    "one A100-80GB": Input(gpu="A100-80GB", gpu_count=1),
    "eight H100": Input(gpu="H100", gpu_count=8),
}


def needs(count: int) -> list[Input]:
    """Random needs, the same each time, so that no answer is at hand from the query before."""
    dice = random.Random(20)
    return [
        Input(
            vcpus=dice.randint(1, 64),
            memory_gib=dice.choice([0, 4, 16, 30, 64, 100, 256]) + dice.random(),
            gpu=dice.choice([None, None, None, "T4", "A100", "H100"]),
            jurisdictions=dice.choice([(), (), ("EU",), ("US",), ("UK", "IN")]),
            purchase=dice.choice(["any", "on_demand", "spot"]),
            hours=round(dice.uniform(0.1, 2_000), 2),
            egress_gib=dice.choice([0, 0, 50, 1_000]),
            storage_gib=dice.choice([0, 100]),
        )
        for _ in range(count)
    ]


def timed(work: Callable[[], object]) -> float:
    """Microseconds of one call."""
    start = perf_counter()
    work()
    return (perf_counter() - start) * 1e6


def spread(times: list[float]) -> dict[str, float]:
    """p50 and p99, in microseconds."""
    ordered = sorted(times)
    return {"p50_us": round(statistics.median(ordered), 1), "p99_us": round(ordered[int(len(ordered) * 0.99)], 1)}


def loads() -> dict[str, dict[str, float]]:
    """Import and load in fresh processes: all three clouds' files."""
    runs = [
        subprocess.run(
            [sys.executable, "-c", LOAD], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(PROCESSES)
    ]
    both = [[float(figure) for figure in run] for run in runs]
    return {
        "fresh process: import": spread([imported for imported, _ in both]),
        "fresh process: load three clouds": spread([loaded for _, loaded in both]),
        "fresh process: import and load": spread([sum(pair) for pair in both]),
    }


def measure() -> dict[str, dict[str, float]]:
    """Every figure, by name."""
    best(Input())
    figures = {
        f"cheapest: {name}": spread([timed(lambda w=w: best(w)) for _ in range(300)]) for name, w in NAMED.items()
    }
    figures["cheapest: random needs"] = spread([timed(lambda w=w: best(w)) for w in needs(QUERIES)])
    figures["quote: random needs"] = spread([timed(lambda w=w: quote(w)) for w in needs(QUOTES)])
    return figures | loads()


def main() -> None:
    """Print the figures as a table, or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    figures = measure()
    if as_json:
        print(json.dumps(figures))
        return
    print(f"{'':<36}{'p50 µs':>12}{'p99 µs':>12}")
    for name, figure in figures.items():
        print(f"{name:<36}{figure['p50_us']:>12,.1f}{figure['p99_us']:>12,.1f}")


if __name__ == "__main__":
    main()
