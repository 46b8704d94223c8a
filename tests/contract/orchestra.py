"""Orchestrators in one process, each with connections of its own, on one database and over one world of clouds."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.runs import TEXT, Clouds, cheapest
from benchmarks.samples import PRINCIPAL
from functions.binding import gate
from functions.registry import cloud_names, contracts
from workflow.control.decide import Control
from workflow.control.sign import Signer
from workflow.deploy import hand
from workflow.deploy.conduct import carry_on
from workflow.deploy.context import Context
from workflow.deploy.graph import Graph, build
from workflow.deploy.journal import Journal
from workflow.language.rules_parser import RulesParser
from workflow.model.base import Json, digest
from workflow.model.lease import Lease
from workflow.model.ports import ToolResult
from workflow.model.resource import Receipt, Resource
from workflow.model.run import Run
from workflow.model.workload import Request, Until
from workflow.orchestrate.tick import Ticked, tick
from workflow.store.checkpoints import open_checkpoints
from workflow.store.store import open_store


@dataclass
class JumpyClock:
    """A clock that now and then jumps beyond the end of every lease, as if its process had stood still."""

    dice: random.Random
    moment: datetime = datetime(2026, 11, 20, 12, tzinfo=UTC)
    chance: float = 0.0

    def now(self) -> datetime:
        """Where it stands."""
        return self.moment

    async def passing(self) -> None:
        """Let others go on for some turns, and time too."""
        for _ in range(self.dice.randrange(4)):
            await asyncio.sleep(0.001)
        if self.dice.random() < self.chance:
            self.moment += hand.LEASE + timedelta(seconds=1)


@dataclass
class World:
    """What the clouds hold. The same key again makes nothing, even where what it made is gone."""

    holds: dict[str, Resource] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)

    def make(self, key: str, resource: Resource) -> None:
        """As a cloud that is told an idempotency token."""
        self.calls.append(key)
        if key not in self.seen:
            self.seen.add(key)
            self.holds[resource.id] = resource


class SharedClouds(Clouds):
    """The ToolClient port over the world: decided and kept under the fence, as the control plane does it."""

    def __init__(self, control: Control, world: World, clock: JumpyClock) -> None:
        super().__init__(control)
        self.world, self.clock = world, clock

    async def _written(self, tool: str, cloud: str, arguments: Json, run: str, step: str) -> ToolResult:
        await self.clock.passing()
        store = self._control.store.under(Lease(run=run, token=hand.token.get(), holder=""))
        control = replace(self._control, store=store)
        decided = await control.decide_call(PRINCIPAL, control.tools[tool], cloud, arguments, run=run, step=step)
        assert decided.decision.allowed, decided.decision
        await self.clock.passing()
        made: tuple[Resource, ...] = ()
        if tool == "release_resource":
            self.world.holds.pop(arguments["resource"]["id"], None)
        else:
            kind = "bucket" if tool == "create_storage_bucket" else "job"
            made = (Resource(cloud=cloud, kind=kind, id=decided.key[:12], region=arguments["region"]),)
            self.world.make(decided.key, made[0])
        await self.clock.passing()
        receipt = Receipt(
            key=decided.key, run=run, step=step, tool=tool, cloud=cloud, arguments_digest=digest(arguments),
            decision_digest=decided.decision.input_digest, policy_revision=decided.decision.revision,
            output=output(tool, arguments, made), resources=made,
            started_at=self.clock.now(), finished_at=self.clock.now(),
        )  # fmt: skip
        kept = await store.save_receipt(receipt)
        return ToolResult(output=kept.output, receipt=kept, seconds=0)


def output(tool: str, arguments: Json, made: tuple[Resource, ...]) -> Json:
    """As the tool's contract says it."""
    if tool == "release_resource":
        return {"resource": arguments["resource"], "released": True}
    found: Json = {"resources": [each.model_dump(mode="json") for each in made]}
    return {**found, "url": "world://"} if tool == "create_storage_bucket" else found


@dataclass
class Orchestrator:
    """One of several."""

    context: Context
    graph: Graph

    async def tick(self, stop: datetime | None = None) -> Ticked:
        """One tick."""

        async def advance(lease: Lease) -> Run:
            await self.clock.passing()
            return await carry_on(self.context, self.graph, lease)

        return await tick(self.context.store, self.context.clock, advance, stop=stop, at_once=2)

    @property
    def clock(self) -> Any:
        """The clock it goes by."""
        return self.context.clock


@asynccontextmanager
async def orchestrator(place: str, world: World, clock: JumpyClock) -> AsyncIterator[Orchestrator]:
    """On the database at the place."""
    async with open_store(place) as store, open_checkpoints(place) as saver:
        control = Control(contracts(), gate(), store, Signer(Ed25519PrivateKey.generate(), clock), clock, cheapest)
        context = Context(
            language=RulesParser(), tools=SharedClouds(control, world, clock), gate=gate(), control=control,
            store=store, clock=clock, journal=Journal(store, clock, lambda event: None), contracts=contracts(),
            clouds=cloud_names(), poll_seconds=0.001,
        )  # fmt: skip
        yield Orchestrator(context, build(saver))


def a_request(name: str, clock: JumpyClock, text: str = TEXT, until: Until = "running") -> Request:
    """A request that is made of a bucket and a training job."""
    return Request(id=name, text=text, principal=PRINCIPAL, submitted_at=clock.now(), until=until)


async def submitted(one: Orchestrator, name: str, text: str = TEXT, until: Until = "running") -> None:
    """A run that was begun by a process that died at once."""
    request = a_request(name, one.clock, text, until)
    now = one.clock.now()
    run = Run(id=name, tenant=PRINCIPAL.tenant, state="running", request=request, created_at=now, updated_at=now)
    event = one.context.journal.event(request, "requested", {"request": request.model_dump(mode="json")})
    lease = await one.context.store.begin_run(run, "dead", now, event)
    await one.context.store.release_run(lease, now, further=True)
