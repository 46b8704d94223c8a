"""What a cold start costs: every tool's function on every cloud, against the same handler on two MCP servers."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.identity import identity
from benchmarks.measure import KEPT, ROOT, Row, Target
from benchmarks.samples import Sample, environment, sample, sampled
from functions.registry import cloud_names

SERVERS = ("ours", "deployed", "official", "fast")
OURS = {"ours": "", "deployed": " as deployed"}
NAMES = {"official": "MCPServer", "fast": "fastmcp"}
WITHOUT, WITH = Target(0.30, "at_most"), Target(0.45, "at_most")

IN_VAIN, MOST, NOTICED = 5, 16, 0.98
"""Starts in a row that must not lower a figure; starts at most; and what a figure must come to of the one before to be
less than it."""

Told = dict[str, Any]
Starts = Mapping[tuple[str, str, str], Sequence[Told]]
"""What fresh processes told, by server, cloud and tool."""


def start(server: str, call: Sample, settings: Mapping[str, str]) -> Told:
    """One fresh process. Raises RuntimeError where a function's call did not come as far as it should."""
    given = {**asdict(call), "body": call.body.decode()}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.start", server],
        input=json.dumps(given), env=dict(settings), cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{server} {call.cloud} {call.tool}: {done.stderr[-2000:]}")
    told: Told = json.loads(done.stdout.splitlines()[-1])
    if told["reached"] is None and call.tool != "get_cost_estimate":
        raise RuntimeError(f"{server} {call.cloud} {call.tool} never asked the cloud: {told['answer']}")
    return told


def settings(identity_host: str) -> dict[str, str]:
    """The environment of a fresh process: byte code is kept, in a place of its own, so that only the first compiles."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**inherited, **environment(identity_host), "PYTHONPYCACHEPREFIX": str(KEPT / "pycache")}


def starts() -> Starts:
    """Starts of everything, in turns, until the least of each stands. The first ever also compiles, so that it is never
    the least."""
    pairs = [(cloud, tool) for cloud in cloud_names() for tool in sampled()]
    left = [(server, *pair) for pair in pairs for server in SERVERS if server != "deployed" or pair[0] == "aws"]
    told: dict[tuple[str, str, str], list[Told]] = defaultdict(list)
    with identity() as host:
        env = settings(host)
        while left:
            for server, cloud, tool in left:
                # Made anew: tokens and Grants hold for minutes.
                told[server, cloud, tool].append(start(server, sample(cloud, tool), env))
            left = [each for each in left if not stands(told[each])]
    return told


def stands(told: Sequence[Told]) -> bool:
    """Whether so many starts in a row came to no noticeably lesser figure than those before them, or there were enough.
    On a machine that others use too, a few starts alone may all fall into a slow time."""
    if len(told) <= IN_VAIN:
        return False
    before, since = told[:-IN_VAIN], told[-IN_VAIN:]
    moments = [until for until in ("bound", "reached") if told[0][until] is not None]
    return len(told) >= MOST or all(
        cost(since, until, "cpu_ms")[0] >= NOTICED * cost(before, until, "cpu_ms")[0] for until in moments
    )


def cost(told: Sequence[Told], until: str, what: str) -> tuple[float, float]:
    """Least and median of `what` between the start of the program and the moment `until`; memory is not relative."""
    base = what == "cpu_ms"
    taken = [t[until][what] - (t["start"][what] if base else 0) for t in told]
    return min(taken), statistics.median(taken)


def rows(found: Starts) -> Iterator[Row]:
    """One line per tool, cloud, moment, server and measure."""
    for (server, cloud, tool), theirs in found.items():
        for one in OURS if server not in OURS else ():
            if mine := found.get((one, cloud, tool)):
                yield from _compared(f"{cloud} {tool}{OURS[one]}", mine, server, theirs)


def _compared(name: str, mine: Sequence[Told], server: str, theirs: Sequence[Told]) -> Iterator[Row]:
    for until, words, target in (("bound", "without the SDK", WITHOUT), ("reached", "with the SDK", WITH)):
        if any(t[until] is None for t in (*mine, *theirs)):
            continue
        for what, unit in (("cpu_ms", "ms CPU"), ("rss_mb", "MB")):
            (least, middle), (their_least, their_middle) = cost(mine, until, what), cost(theirs, until, what)
            yield Row(
                section="start",
                what=f"{name}, {words}",
                unit=unit,
                ours=round(least, 2),
                against=NAMES[server],
                theirs=round(their_least, 2),
                target=target if server == "official" and what == "cpu_ms" else None,
                note=f"medians {middle:.1f} and {their_middle:.1f}",
            )
