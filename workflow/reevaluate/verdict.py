"""Whether a deployment stays, is proposed to move, or moves: what it pays against the best place for it now. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from workflow.deploy.candidates import Candidate
from workflow.model.base import Noun
from workflow.model.money import HOURS_PER_MONTH, usd
from workflow.model.reevaluation import Reevaluation, Route
from workflow.reevaluate.migration import Migration, migration
from workflow.reevaluate.standing import Standing, month_cents


class Reason(Noun):
    """Why it stays: a stable code, and words."""

    code: str
    words: str


class Verdict(Noun):
    """What is to be done. `target` is the best compliant place, None where there is none.

    `counts`: the saving is worth keeping in view, though something else may stand in the way. Money is cents a month;
    `payback_hours` is when what it costs to move has come back, None where it never does.
    """

    verdict: Literal["stay", "propose", "move"]
    reasons: tuple[Reason, ...]
    target: Candidate | None
    counts: bool
    pays_cents_month: int
    best_cents_month: int | None = None
    saving_cents_month: int = 0
    migration: Migration | None = None
    payback_hours: int | None = None


def evaluate(standing: Standing, offers: Sequence[Candidate], terms: Reevaluation, now: datetime) -> Verdict:
    """The verdict on one deployment, with every reason that keeps it where it is."""
    pays = month_cents(standing.pays.cost)
    fitting = sorted((c for c in offers if c.compliant and not c.quota), key=lambda c: c.rank)
    if not fitting:
        return _nothing(standing, pays)
    best = fitting[0]
    costs = month_cents(best.priced.cost)
    saving = pays - costs
    moving = migration(standing, best.priced.offer, terms, now)
    payback = -(-moving.cents * HOURS_PER_MONTH // saving) if saving > 0 else None
    enough = threshold(pays, terms)
    reasons = [
        *_worth(standing, best, saving, enough),
        *_returns(standing, payback, terms, now),
        *_barred(standing, best, terms, now),
    ]
    kept = standing.open is not None and saving * 100 >= enough * terms.keep_percent and saving > 0
    lately = any(reason.code == "SETTLING" for reason in reasons) and standing.open is None
    counts = not _same(standing, best) and (saving >= enough or kept) and not lately
    reasons += _holds(standing, counts, terms, now)
    return Verdict(
        verdict="stay" if reasons else terms.action,
        reasons=tuple(reasons),
        target=best,
        counts=counts,
        pays_cents_month=pays,
        best_cents_month=costs,
        saving_cents_month=saving,
        migration=moving,
        payback_hours=payback,
    )


def threshold(pays_cents_month: int, terms: Reevaluation) -> int:
    """The least saving that counts, in cents a month."""
    return max(terms.saving_cents_month, -(-pays_cents_month * terms.saving_percent // 100))


def route_of(standing: Standing, terms: Reevaluation) -> Route | None:
    """The DNS record by which its clients come, where there is one."""
    request = standing.deployment.record.request
    mine = (request.principal.tenant, request.project)
    return next((route for route in terms.routes if (route.tenant, route.project) == mine), None)


def _nothing(standing: Standing, pays: int) -> Verdict:
    """In a freeze the gate lets nothing be anywhere, and what was found before is neither better nor worse for it."""
    found = standing.open
    clouds = (standing.pays.offer.cloud, *([found.offer.cloud] if found else []))
    freeze = standing.stopped(clouds)
    reason = Reason(code="NOTHING_FITS", words="No compliant place has room for it.")
    if freeze is not None:
        reason = Reason(code="FROZEN", words=f"Writes are stopped: {freeze.reason}")
    kept = freeze is not None and found is not None
    return Verdict(verdict="stay", reasons=(reason,), target=None, counts=kept, pays_cents_month=pays)


def _worth(standing: Standing, best: Candidate, saving: int, enough: int) -> list[Reason]:
    if _same(standing, best):
        return [Reason(code="BEST_HERE", words="It is where it costs least.")]
    if saving < enough:
        words = f"{usd(saving)} a month is less than the {usd(enough)} that a move takes."
        return [Reason(code="BELOW_THRESHOLD", words=words)]
    return []


def _returns(standing: Standing, payback: int | None, terms: Reevaluation, now: datetime) -> list[Reason]:
    if payback is None:
        return []
    found = []
    if payback > terms.payback_hours:
        words = f"The move would pay for itself after {payback} hours; {terms.payback_hours} are allowed."
        found.append(Reason(code="PAYBACK", words=words))
    asked = standing.ends_in_hours
    if asked is not None:
        left = asked - (now - standing.deployment.record.finished_at).total_seconds() / 3600
        if payback > left:
            words = f"It ends in {max(left, 0):.0f} hours, before the move has paid for itself."
            found.append(Reason(code="ENDS_SOON", words=words))
    return found


def _barred(standing: Standing, best: Candidate, terms: Reevaluation, now: datetime) -> list[Reason]:
    found = []
    here, there = standing.pays.offer.cloud, best.priced.offer.cloud
    freeze = standing.stopped((here, there))
    if freeze is not None:
        found.append(Reason(code="FROZEN", words=f"Writes are stopped: {freeze.reason}"))
    settles = timedelta(hours=terms.settle_hours)
    if standing.settled_at is not None and now < standing.settled_at + settles:
        words = f"It was moved or refused lately; until {standing.settled_at + settles:%Y-%m-%d %H:%M} UTC it stays."
        found.append(Reason(code="SETTLING", words=words))
    if standing.pays.offer.sells == "bucket":
        found.append(Reason(code="HOLDS_DATA", words="No tool copies what a bucket holds: a person moves it."))
    route = route_of(standing, terms)
    if route is not None and here != there and not {here, there} <= route.targets.keys():
        found.append(Reason(code="NO_TARGET", words=f"{route.record} has no target in both {here} and {there}."))
    return found


def _holds(standing: Standing, counts: bool, terms: Reevaluation, now: datetime) -> list[Reason]:
    """A price that was there once is no reason to move."""
    since = standing.open.found_at if standing.open is not None else now
    ready = since + timedelta(hours=terms.hold_hours)
    if not counts or now >= ready:
        return []
    return [Reason(code="NOT_YET", words=f"The saving has to last until {ready:%Y-%m-%d %H:%M} UTC.")]


def _same(standing: Standing, best: Candidate) -> bool:
    here, there = standing.pays.offer, best.priced.offer
    return (here.place, here.machine, here.purchase) == (there.place, there.machine, there.purchase)
