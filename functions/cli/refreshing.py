"""What `tollgate prices refresh` does: one cloud after another, with progress and a report."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table

from functions.cli import output
from functions.cli.output import err, out
from infra.local.services import home_directory
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.prices.catalog import FOLDER
from mcp_handlers.prices.live.folder import Folder
from mcp_handlers.prices.live.refresh import Refreshed, Step, refresh
from mcp_handlers.prices.live.sources import CLOUDS, Sources
from workflow.model.errors import TollgateError

NAMED = 20
"""Machines that a report names of each kind; the counts are of all."""


def run(clouds: tuple[str, ...], into: Path | None, as_json: bool) -> int:
    """Refresh the clouds, or all; a failure of one keeps no other back. The exit code: 0, or the first failure's."""
    path = into or Path(os.environ.get(FOLDER) or home_directory() / "prices")
    waiting = _unheard if as_json else _waiting
    sources = Sources(Folder(path.absolute()), SystemClock(), os.environ, waiting)
    codes: list[int] = []
    told: list[dict[str, Any]] = []
    for cloud in clouds or CLOUDS:
        try:
            done = refresh(sources.of(cloud), sources.folder, sources.clock, _untold if as_json else _say)
        except TollgateError as error:
            codes.append(output.code_of(error))
            told.append({"cloud": cloud, "error": {k: getattr(error, k) for k in ("code", "message", "remedy")}})
            if not as_json:
                output.say_error(error, as_json)
            continue
        told.append(_json(done))
        if not as_json:
            out.print(_table(done))
    if as_json:
        output.say_json({"folder": str(path.absolute()), "clouds": told})
    elif len(codes) < len(told) and os.environ.get(FOLDER) != str(path):
        out.print(f"They count where {FOLDER}={path.absolute()} is set.", markup=False)
    return next(iter(codes), output.OK)


def _untold(step: Step) -> None:
    """JSON stands alone."""


def _unheard(error: BaseException, seconds: float) -> None:
    """JSON stands alone."""


def _waiting(error: BaseException, seconds: float) -> None:
    err.print(f"{error}: asked again in {seconds:.0f} s", markup=False, highlight=False)


def _say(step: Step) -> None:
    err.print(
        f"{step.cloud:<6}{step.part:<24}{step.pages:>6} pages{step.items:>9} prices{step.seconds:>8.1f} s",
        markup=False,
        highlight=False,
    )


def _json(done: Refreshed) -> dict[str, Any]:
    change = asdict(done.change)
    for name in ("lost_machines", "new_machines"):
        change[name] = change[name][:NAMED]
    return {
        "cloud": done.cloud,
        "file": str(done.file),
        "snapshot": done.report.snapshot,
        "pages": done.pages,
        "resumed_pages": done.resumed,
        "items": done.items,
        "seconds": round(done.seconds, 3),
        "rows": done.report.read,
        "kept": done.report.kept,
        "machines": done.report.machines,
        "rejected": done.report.by_rule,
        "dropped": done.dropped,
        "skipped": done.skipped_by_why,
        "skipped_machines": sorted({each.machine for each in done.skipped})[:NAMED],
        "change": change,
    }


def _table(done: Refreshed) -> Table:
    table = Table(box=None, show_header=False, title=f"{done.cloud}: {done.file}", title_justify="left")
    table.add_column(style="dim")
    table.add_column(justify="right")
    table.add_column()
    resumed = f"{done.resumed} of them kept by an earlier refresh" if done.resumed else ""
    table.add_row("pages", str(done.pages), resumed)
    table.add_row("prices read", str(done.items), f"in {done.seconds:.1f} s")
    table.add_row("rows kept", str(done.report.kept), f"of {done.report.read}")
    table.add_row("machines", str(done.report.machines), f"of {done.change.machines_before} before")
    for rule, count in done.report.by_rule.items():
        table.add_row("  rejected", str(count), rule)
    for why, count in done.dropped.items():
        table.add_row("  left out", str(count), why)
    for why, count in done.skipped_by_why.items():
        table.add_row("  machines not priced", str(count), why)
    table.add_row("on-demand", f"{done.change.on_demand_moved_pct:+.2f} %", "the median's move")
    table.add_row("spot", f"{done.change.spot_moved_pct:+.2f} %", "the median's move")
    table.add_row("places lost", f"{done.change.lost_places_pct:.2f} %", "a machine in a region")
    table.add_row("snapshot", done.report.snapshot[:12], "")
    return table
