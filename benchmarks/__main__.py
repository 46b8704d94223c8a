"""`make bench`: everything in one run, as one table and as JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.calls import calls
from benchmarks.doors import doors
from benchmarks.gates import gates
from benchmarks.measure import KEPT, ROOT, Row
from benchmarks.prices import prices
from benchmarks.rest import rest
from benchmarks.runs import runs
from benchmarks.runtimes import runtimes
from benchmarks.samples import sampled
from benchmarks.scale import scale
from benchmarks.starts import rows as start_rows
from benchmarks.starts import starts
from functions.registry import tool_names

CALLS, RUNS = 40, 30
"""Rounds: batches of calls, whole runs."""
PARKED, DUE = 1_000, 40
"""Runs in one database: a taste of what `--parked 10000 --due 1000` shows in a quarter of an hour."""
STYLES = {"met": "green", "missed": "red", "not measured": "yellow"}


def cold() -> list[Row]:
    """Cold starts, and a row for every tool that could not be started."""
    missing = [
        Row("start", tool, "", None, note="has no sample call") for tool in tool_names() if tool not in sampled()
    ]
    return [*start_rows(starts()), *missing]


SECTIONS: dict[str, Callable[[], Sequence[Row]]] = {
    "price": prices,
    "gate": gates,
    "run": lambda: runs(RUNS),
    "call": lambda: calls(CALLS),
    "start": cold,
    "rest": rest,
    "runtimes": runtimes,
    "door": doors,
}


def table(rows: Sequence[Row]) -> Table:
    """For people."""
    drawn = Table(title="Tollgate, beside others, in one run")
    for name in ("", "what", "unit"):
        drawn.add_column(name)
    for name in ("ours", "theirs", "ratio", "target"):
        drawn.add_column(name, justify="right")
    for name in ("against", "verdict", "note"):
        drawn.add_column(name)
    for row in rows:
        figures = ["" if figure is None else f"{figure:,.6g}" for figure in (row.ours, row.theirs)]
        ratio = "" if row.ratio is None else f"{row.ratio:.3g}"
        verdict = f"[{STYLES.get(row.verdict, 'none')}]{row.verdict}[/]" if row.verdict else ""
        bound = str(row.target) if row.target else ""
        drawn.add_row(row.section, row.what, row.unit, *figures, ratio, bound, row.against, verdict, row.note)
    return drawn


def asked() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sections", nargs="*", default=[*SECTIONS, "scale"], help=f"of {', '.join(SECTIONS)}, scale")
    parser.add_argument("--parked", type=int, default=PARKED, help="runs that wait, for scale")
    parser.add_argument("--due", type=int, default=DUE, help="runs that are due, for scale")
    return parser.parse_args()


def keep(rows: Sequence[Row], load: float) -> Path:
    """Every figure in a file, with what it was measured on."""
    told = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "load_before_and_after": [load, os.getloadavg()[0]],
        "rows": [row.json() for row in rows],
    }
    path = KEPT / "results.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    return path


def main() -> None:
    """Measure, print, write."""
    told = asked()
    sections = {**SECTIONS, "scale": lambda: scale(told.parked, told.due)}
    progress, load = Console(stderr=True), os.getloadavg()[0]
    rows: list[Row] = []
    for name in told.sections:
        progress.print(f"{name}…")
        rows += sections[name]()
    Console(width=None if sys.stdout.isatty() else 200).print(table(rows))
    missed = [row for row in rows if row.verdict == "missed"]
    for row in missed:
        print(f"missed: {row.what}, {row.ratio:.3g} of {row.against}, target {row.target}")
    judged = [row for row in rows if row.verdict in ("met", "missed")]
    print(f"{len(judged) - len(missed)} of {len(judged)} targets met")
    print(keep(rows, load).relative_to(ROOT))


if __name__ == "__main__":
    main()
