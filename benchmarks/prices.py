"""How fast prices are: the cheapest offer over all clouds, a full quote, and loading in a fresh process."""

from __future__ import annotations

import random
import subprocess
import sys
from functools import partial

from benchmarks import skypilot
from benchmarks.measure import ROOT, Row, Target, spread, timed
from mcp_handlers.prices.quote import best, quote
from mcp_handlers.tools.get_cost_estimate import Input

QUERIES = 3_000
QUOTES = 60
PROCESSES = 15
TARGET = Target(1, "at_most")
THOUSANDTH = Target(0.001, "at_most")
BOTH = "import and load"
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


def loads() -> dict[str, list[float]]:
    """Milliseconds to import and load, in fresh processes: all three clouds' files."""
    runs = [
        subprocess.run(
            [sys.executable, "-c", LOAD], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(PROCESSES)
    ]
    both = [[round(float(figure) / 1e3, 3) for figure in run] for run in runs]
    return {
        "import": [imported for imported, _ in both],
        "load three clouds": [loaded for _, loaded in both],
        BOTH: [round(sum(pair), 3) for pair in both],
    }


def measure() -> dict[str, dict[str, float]]:
    """Every figure, by name."""
    best(Input())
    figures = {f"cheapest: {name}": spread([timed(partial(best, w)) for _ in range(300)]) for name, w in NAMED.items()}
    figures["cheapest: random needs"] = spread([timed(partial(best, w)) for w in needs(QUERIES)])
    figures["quote: random needs"] = spread([timed(partial(quote, w)) for w in needs(QUOTES)])
    return figures


def prices() -> list[Row]:
    """p50 and p99 of each; the target is for a fresh process's least."""
    rows = [
        Row("price", f"{name}, {part}", "µs", figure[part])
        for name, figure in measure().items()
        for part in ("p50", "p99")
    ]
    fresh = loads()
    for name, times in fresh.items():
        bound = TARGET if name == BOTH else None
        rows.append(
            Row(
                "price",
                f"fresh process: {name}",
                "ms",
                min(times),
                "5 ms" if bound else "",
                5.0 if bound else None,
                bound,
            )
        )
    return [*rows, *beside()]


def beside() -> list[Row]:
    """SkyPilot's time and answer for the same questions over the same prices."""
    told = skypilot.asked()
    rows = []
    for name in skypilot.QUESTIONS:
        # On demand is what SkyPilot takes a question for that does not say.
        purchase = "spot" if "use_spot" in skypilot.QUESTIONS[name] else "on_demand"
        wanted = NAMED[name].model_copy(update={"purchase": purchase})
        mine = spread([timed(partial(best, wanted)) for _ in range(300)])["p50"]
        found = best(wanted)
        usd = found.offer.compute_micros_hour / 1e6 if found else None
        theirs = told[name] if told else {"times": [], "usd": None}
        p50 = spread(theirs["times"])["p50"] if theirs["times"] else None
        rows.append(Row("price", f"cheapest beside a peer: {name}", "µs", mine, "SkyPilot", p50, THOUSANDTH))
        rows.append(Row("price", f"the machine it found: {name}", "$/h", usd, "SkyPilot", theirs["usd"], TARGET))
    return rows
