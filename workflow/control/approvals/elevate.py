"""Roles that are lent for a time or for one run, added to what the identity provider vouches for."""

from __future__ import annotations

from workflow.model.approval import Elevation
from workflow.model.ports import Clock, Store
from workflow.model.principal import Principal


async def elevated(store: Store, clock: Clock, principal: Principal, run: str, *, writes: bool) -> Principal:
    """The principal with the roles that are lent to it for this run now.

    A role that is lent once is tied to the first run that is judged on a write with it; reading with it ties nothing.
    """
    now = clock.now()
    lent = [e for e in await store.list_elevations(principal.tenant, principal.id, now) if e.holds(run, now)]
    fresh = [e.id for e in lent if e.once and not e.run]
    if writes and fresh and not await store.tie_elevations(fresh, run):
        lent = [e for e in lent if e.id not in fresh]
    return _with(principal, lent)


def _with(principal: Principal, lent: list[Elevation]) -> Principal:
    if not lent:
        return principal
    # In the order that tokens have them: a function compares the token's principal with the Grant's.
    roles = {*principal.roles, *(elevation.role for elevation in lent)}
    return principal.model_copy(update={"roles": tuple(sorted(roles))})
