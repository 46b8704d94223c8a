"""The table of candidates: what each would cost, how the gate judges it, and why it lost."""

from __future__ import annotations

from rich.table import Table

from mcp_handlers.prices.cost import UNPUBLISHED_PCT
from workflow.deploy.candidates import Allocation, Candidate
from workflow.model.base import Json
from workflow.model.money import cents, usd, usd_per_hour

SHOWN_COMPLIANT = 8
SHOWN_DENIED = 3
VERDICTS = {"allow": "[green]allow[/]", "ask": "[yellow]ask[/]", "deny": "[red]deny[/]"}


def candidate_table(body: Json, *, full: bool) -> Table:
    """From an `allocated` event. Unless `full`: the best compliant ones, one of each cloud, the cheapest denied."""
    allocation = Allocation(
        candidates=tuple(Candidate.model_validate(c) for c in body["candidates"]),
        chosen=body["chosen"],
        removed=body["removed"],
    )
    table = Table(box=None, padding=(0, 1, 0, 1), header_style="dim")
    for name in ("", "cloud", "region", "zone", "machine", "purchase"):
        table.add_column(name, no_wrap=True)
    for name in ("$/h", "total", "interruption"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("verdict", "why it lost"):
        table.add_column(name, no_wrap=name == "verdict")
    shown = range(len(allocation.candidates)) if full else _telling(allocation)
    for index in shown:
        table.add_row(*_row(allocation, index), style="bold" if index == allocation.chosen else "")
    return table


def _telling(allocation: Allocation) -> list[int]:
    """The rows worth a look: the best of all, the best of each cloud, and the cheapest that policy forbids."""
    compliant = [i for i, c in enumerate(allocation.candidates) if c.compliant]
    best = compliant[:SHOWN_COMPLIANT]
    seen = {allocation.candidates[i].priced.offer.cloud for i in best}
    for index in compliant:
        if allocation.candidates[index].priced.offer.cloud not in seen:
            seen.add(allocation.candidates[index].priced.offer.cloud)
            best.append(index)
    denied = [i for i, c in enumerate(allocation.candidates) if not c.compliant]
    return best + denied[: SHOWN_DENIED if best else SHOWN_COMPLIANT]


def _row(allocation: Allocation, index: int) -> tuple[str, ...]:
    candidate = allocation.candidates[index]
    offer, cost = candidate.priced.offer, candidate.priced.cost
    about = "~" if offer.estimate else ""
    bucket = offer.sells == "bucket"
    rate = (
        f"{usd_per_hour(offer.object_micros_gib_month)}/GiB·mo" if bucket else usd_per_hour(offer.compute_micros_hour)
    )
    risk = "–" if offer.purchase == "on_demand" else _risk(offer.interruption_pct)
    return (
        "[green]▶[/]" if index == allocation.chosen else "",
        offer.cloud,
        offer.region,
        offer.zone.removeprefix(offer.region + "-") or "any",
        offer.machine or "bucket",
        offer.purchase.replace("_", "-"),
        about + rate,
        about + usd(cents(cost.total)),
        risk,
        VERDICTS[candidate.decision.verdict],
        allocation.why_lost(index) or "[green]chosen[/]",
    )


def _risk(published: int | None) -> str:
    """The published upper end, or, marked as an estimate, what is reckoned with where nothing is published."""
    return f"~≤ {UNPUBLISHED_PCT} %/month" if published is None else f"≤ {published} %/month"
