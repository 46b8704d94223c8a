"""SkyPilot's optimizer, asked for the cheapest offer. A script for the Python of its own environment, without ours:
`python benchmarks/skypilot_asked.py ROUNDS`.

Standard input has the questions by name, each what `sky.Resources` takes. Its catalogs lie under HOME, where
`benchmarks.skypilot` writes them; it asks no network. All three clouds count as enabled, which is all that is patched.
"""

from __future__ import annotations

import json
import sys
from time import perf_counter
from typing import Any

import sky
from sky import check, clouds
from sky.optimizer import Optimizer

ENABLED = [clouds.AWS(), clouds.Azure(), clouds.GCP()]


def asked(wanted: dict[str, Any]) -> tuple[float, float]:
    """Microseconds until the answer, and its dollars an hour."""
    with sky.Dag() as dag:
        task = sky.Task(run="true")
        task.set_resources(sky.Resources(**wanted))
    begun = perf_counter()
    Optimizer.optimize(dag, quiet=True)
    return (perf_counter() - begun) * 1e6, task.best_resources.get_cost(3600)


def main() -> None:
    """Each question once to warm up, then `ROUNDS` times. One line of JSON at the end: times and dollars by name."""
    check.get_cached_enabled_clouds_or_refresh = lambda *_given, **_named: ENABLED
    told = {}
    for name, wanted in json.load(sys.stdin).items():
        asked(wanted)
        answers = [asked(wanted) for _ in range(int(sys.argv[1]))]
        told[name] = {"times": [time for time, _ in answers], "usd": answers[0][1]}
    print(json.dumps(told), flush=True)


main()
