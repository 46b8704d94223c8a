"""What re-evaluation came to: savings found, taken and refused, for each tenant. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from workflow.model.base import Noun
from workflow.model.deployment import OPEN, Saving, SavingState


class Sum(Noun):
    """How many savings, and what they come to in cents a month."""

    count: int
    cents_month: int


class Score(Noun):
    """A tenant's. `found` are all that were ever found; each of them is `waiting`, `taken`, `refused` or `lapsed`.

    `migration_cents` is what the taken ones were reckoned to cost once. `snapshots` are those of the prices used.
    """

    tenant: str
    found: Sum
    waiting: Sum
    taken: Sum
    refused: Sum
    lapsed: Sum
    migration_cents: int
    snapshots: tuple[str, ...]


def scorecard(savings: Sequence[Saving]) -> tuple[Score, ...]:
    """In order of tenants."""
    tenants = sorted({each.tenant for each in savings})
    return tuple(_score(tenant, [each for each in savings if each.tenant == tenant]) for tenant in tenants)


def _score(tenant: str, savings: Sequence[Saving]) -> Score:
    return Score(
        tenant=tenant,
        found=_sum(savings, (*OPEN, "taken", "refused", "lapsed")),
        waiting=_sum(savings, OPEN),
        taken=_sum(savings, ("taken",)),
        refused=_sum(savings, ("refused",)),
        lapsed=_sum(savings, ("lapsed",)),
        migration_cents=sum(each.migration_cents for each in savings if each.state == "taken"),
        snapshots=tuple(sorted({name for each in savings for name in (each.was, each.offer.snapshot)})),
    )


def _sum(savings: Sequence[Saving], states: Sequence[SavingState]) -> Sum:
    counted = [each.saving_cents_month for each in savings if each.state in states]
    return Sum(count=len(counted), cents_month=sum(counted))
