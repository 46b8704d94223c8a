"""One look for each tenant that the cleaner is set to, as a schedule starts it on whichever cloud."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from functions.cleanup.tick import clean, places_of
from functions.serve.settings import Settings
from workflow.model.base import Noun
from workflow.model.principal import Principal

TENANTS, APPLY = "TOLLGATE_CLEANUP_TENANTS", "TOLLGATE_CLEANUP_APPLY"
"""The settings: whose resources are looked at, with spaces between; and `1` to release what is idle, not only tell."""
WHO, ROLES = "cleaner@tollgate", ("operator",)


class Swept(Noun):
    """What was seen of a tenant's, what of it is idle, which places could not be seen and why, and what became of the
    idle."""

    tenant: str
    seen: int
    idle: tuple[str, ...]
    unseen: tuple[str, ...]
    outcomes: dict[str, int]


async def swept(told: Settings, environ: Mapping[str, str]) -> list[Swept]:
    """Every tenant that is set, one after the other."""
    apply = environ.get(APPLY) == "1"
    return [await _one(told, tenant, apply=apply) for tenant in environ.get(TENANTS, "").split()]


async def _one(told: Settings, tenant: str, *, apply: bool) -> Swept:
    who = Principal(id=WHO, tenant=tenant, roles=ROLES, channel="schedule")
    found, outcomes = await clean(told, who, places_of(told.clouds), apply=apply)
    return Swept(
        tenant=tenant,
        seen=found.seen,
        idle=tuple(one.owned.resource.id for one in found.idle),
        unseen=tuple(f"{place.cloud}/{place.region}: {place.reason}" for place in found.unseen),
        outcomes=dict(Counter(one.state for one in outcomes)),
    )
