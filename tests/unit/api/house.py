"""The API in this process over a store of its own, with runs that really went their way, and tokens for its callers."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette

from benchmarks.runs import TEXT
from benchmarks.samples import PRINCIPAL
from functions.api.api import Api
from functions.api.around import Around
from functions.api.house_shapes import Circuit, Probed
from functions.api.mount import api_routes
from functions.api.operation import ROOT
from functions.api.stream import Pace
from functions.binding import gate
from functions.registry import cloud_names, contracts
from mcp_handlers.kernel.identity import SignedIdentity
from mcp_handlers.kernel.jws import Keys
from tests.contract.orchestra import JumpyClock, Orchestrator, World, orchestrator
from tests.fakes.waking import Woken
from workflow.control.approvals.desk import Desk
from workflow.control.rate import Buckets, Limit, Limits
from workflow.control.sign import Signer
from workflow.intake.intake import Intake
from workflow.model.approval import STRICT
from workflow.model.errors import CloudDown
from workflow.model.principal import Principal

ANA = PRINCIPAL
OPS = Principal(id="ops@example.com", tenant=PRINCIPAL.tenant, roles=("operator", "admin"))
GUEST = Principal(id="guest@example.com", tenant=PRINCIPAL.tenant, roles=())
EVE = Principal(id=PRINCIPAL.id, tenant="umbrella", roles=("operator", "admin"))
OPEN = Circuit(tool="launch_spot", region="eu-west-1", phase="open", failures=5, seconds=20.0)
"""What the functions on AWS say of themselves."""
MUCH = Limit(per_second=10_000, burst=100_000)
PLENTY = Limits(risks={}, api={"read": MUCH, "write": MUCH, "heavy": MUCH})


@dataclass
class ApiHouse:
    """`web` calls the API; `down` are those that do not answer: clouds, or `opa`."""

    api: Api
    one: Orchestrator
    signer: Signer
    clock: JumpyClock
    web: httpx.AsyncClient
    down: set[str] = field(default_factory=set)

    def token(self, who: Principal, plane: str = "control", minutes: float = 60) -> str:
        """A token for that plane."""
        return self.signer.token(who, plane, timedelta(minutes=minutes))

    async def call(self, method: str, path: str, who: Principal | None = ANA, **options: Any) -> httpx.Response:
        """One request of this caller, below the API's root."""
        headers = dict(options.pop("headers", {}))
        if who is not None:
            headers.setdefault("authorization", f"Bearer {self.token(who)}")
        return await self.web.request(method, f"{ROOT}{path}", headers=headers, **options)

    async def get(self, path: str, who: Principal | None = ANA, **options: Any) -> Any:
        """What a read that goes well says."""
        answer = await self.call("GET", path, who, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def started(self, text: str = TEXT, who: Principal = ANA, **body: Any) -> str:
        """A run that came in and was not gone on with yet."""
        answer = await self.call("POST", "/runs", who, json={"text": text, **body})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def ended(self, text: str = TEXT) -> str:
        """A run that went its way."""
        name = await self.started(text)
        await self.one.tick()
        return name


@asynccontextmanager
async def api_house(folder: Path, limits: Limits = PLENTY, pace: Pace | None = None) -> AsyncIterator[ApiHouse]:
    """The house over a file in the folder."""
    clock = JumpyClock(dice=random.Random(1))
    async with orchestrator(str(folder / "store.db"), World(), clock) as one:
        signer = Signer(Ed25519PrivateKey.generate(), clock)
        identity = SignedIdentity(Keys(signer.jwks()), "control", clock)
        store, down = one.context.store, set[str]()

        async def probe(cloud: str) -> Probed:
            if cloud in down:
                raise CloudDown("It does not answer.")
            return Probed(milliseconds=1.5, circuits=(OPEN,) if cloud == "aws" else None)

        async def judges() -> bool:
            return "opa" not in down

        around = Around(
            store=store, intake=Intake(store, Woken(), clock), desk=Desk(store, clock, STRICT), clock=clock,
            gate=gate(), tools=contracts(), clouds=cloud_names(), probe=probe, judges=judges,
        )  # type: ignore[arg-type]  # fmt: skip
        api = Api(around, identity, limits, Buckets(clock), pace=pace or Pace())
        transport = httpx.ASGITransport(Starlette(routes=api_routes(api)))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as web:
            yield ApiHouse(api, one, signer, clock, web, down)
