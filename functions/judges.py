"""Who judges in this process: the policies that are in force, by the engine that is set, and the shadow beside them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from policies.engine import source
from policies.engine.attended import Attended
from policies.engine.embedded import Embedded
from policies.engine.opa_connection import CA, CERTIFICATE, TOKEN, URL, address
from policies.engine.opa_server import OpaServer
from policies.engine.reloading import Reloading, logged
from policies.engine.shadow import SHADOW, Shadowed
from policies.engine.source import KEY, POLICIES, in_force, shadow
from policies.engine.trial import tried
from workflow.model.base import Json
from workflow.model.ports import Clock, Event, Gate, Ledger

ABOUT = "policies"
"""Under which run the ledger has what became of the policies themselves."""


@cache
def live() -> Reloading:
    """The policies in force in this process. Raises BadBundle where they do not pass."""
    return Reloading(in_force(os.environ))


@dataclass(frozen=True)
class Bench:
    """The control plane's gate, with what must be closed after it."""

    gate: Gate
    opa: OpaServer | None
    shadowed: Shadowed | None

    async def close(self) -> None:
        """Let the shadow finish, and close the connections to OPA."""
        if self.shadowed is not None:
            await self.shadowed.drained()
        if self.opa is not None:
            await self.opa.close()
        live().heard = logged


def judging(environ: Mapping[str, str]) -> dict[str, str]:
    """The settings about who judges, as another process is to have them: paths hold wherever it is started."""
    found = {name: environ[name] for name in (URL, TOKEN) if environ.get(name)}
    paths = (CA, CERTIFICATE, POLICIES, source.SHADOW, KEY)
    return found | {name: str(Path(environ[name]).resolve()) for name in paths if environ.get(name)}


def opa() -> OpaServer | None:
    """The OPA server that is set, expected to judge by the policies in force here."""
    return OpaServer(address(os.environ), lambda: live().revision) if os.environ.get(URL) else None


def bench(ledger: Ledger, clock: Clock) -> Bench:
    """The control plane's gate; what becomes of the policies, and where the shadow differs, goes to the ledger.

    Raises BadBundle for policies, or a shadow, that do not pass.
    """

    async def heard(kind: str, body: Json) -> None:
        await ledger.append(Event(run=ABOUT, tenant=ABOUT, kind=kind, body=body, at=clock.now()))

    async def differs(body: Json) -> None:
        asked = body["input"]
        run = (asked["resource"].get("tags") or {}).get("run") or ABOUT
        tenant = asked["principal"]["tenant"]
        await ledger.append(Event(run=run, tenant=tenant, kind=SHADOW, body=body, at=clock.now()))

    live().heard = heard
    server, watched = opa(), shadow(os.environ)
    judge: Gate = server or live()
    shadowed = None
    if watched is not None:
        judge = shadowed = Shadowed(judge, Embedded(tried(watched.read(), watched.path.name).insist()), differs)
    return Bench(Attended(judge), server, shadowed)
