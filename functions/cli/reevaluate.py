"""`tollgate reevaluate`: what lives against the best place for it now; what follows by policy is proposed or done."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

import typer
from rich.table import Table

from functions.cli import output
from functions.cli.output import out
from functions.cli.run import ready
from functions.reevaluate.terms import reevaluation_terms
from functions.reevaluate.tick import Line, Ticked, tick
from functions.serve.settings import settings
from workflow.model.errors import TollgateError
from workflow.model.money import usd

COLOURS = {"stay": "dim", "propose": "yellow", "move": "green"}
TITLES = ("deployment", "lives on", "pays now", "best now", "saves", "move costs", "pays back", "verdict", "why")
MONEY = ("pays now", "best now", "saves", "move costs", "pays back")


def reevaluate(
    once: Annotated[bool, typer.Option("--once", help="One round, then end.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look; nothing is written, asked or moved.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare what each deployment pays a month with the best compliant place now, and propose or move.

    Without --once it goes on, a round every `every_minutes` of the policy. Exit code 1 where a deployment could not be
    looked at.
    """
    told = settings()
    try:
        ready(told, quiet=as_json)
        pause = reevaluation_terms().every_minutes * 60
        while True:
            found = asyncio.run(tick(told, dry_run=dry_run))
            _say(found, as_json)
            if once or dry_run:
                break
            time.sleep(pause)
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    except KeyboardInterrupt:
        raise typer.Exit(output.INTERRUPTED) from None
    if any(line.error for line in found.lines):
        raise typer.Exit(output.FAILED)


def _say(found: Ticked, as_json: bool) -> None:
    if as_json:
        output.say_json(found.model_dump(mode="json"))
        return
    if not found.lines:
        out.print("Nothing lives that could be moved.")
        return
    table = Table(box=None, header_style="dim")
    for title in TITLES:
        table.add_column(title, no_wrap=title != "why", justify="right" if title in MONEY else "left")
    for line in found.lines:
        table.add_row(*_row(line))
    out.print(table)
    out.print(
        "[dim]  Money is a month of 730 hours, the expected price of interruptions included; a move costs once.[/]"
    )


def _row(line: Line) -> tuple[str, ...]:
    if line.looked is None:
        return (line.deployment, *[""] * 6, "[red]unknown[/]", line.error)
    verdict, saving = line.looked.verdict, line.looked.saving
    here = line.looked.standing.pays.offer.place
    best = verdict.best_cents_month
    move = verdict.migration
    why = "; ".join(f"{reason.code}: {reason.words}" for reason in verdict.reasons)
    if saving is not None:
        at = verdict.target.priced.offer.place if verdict.target else ""
        what = f"approval {saving.approval}" if saving.state == "proposed" else saving.reason
        why = "; ".join(part for part in (f"{saving.state} {at}", what, why) if part)
    return (
        line.deployment,
        here,
        usd(verdict.pays_cents_month),
        "" if best is None else usd(best),
        "" if best is None else usd(verdict.saving_cents_month),
        "" if move is None else usd(move.cents),
        "" if verdict.payback_hours is None else f"{verdict.payback_hours:,} h",
        f"[{COLOURS[verdict.verdict]}]{verdict.verdict}[/]",
        why,
    )
