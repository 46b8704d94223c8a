"""A function: one tool on one cloud, stateless, alone responsible for what it lets through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from mcp_handlers.kernel import deadline, grant, intake, telemetry
from mcp_handlers.kernel.acting import Roles, Work
from mcp_handlers.kernel.identity import authenticate, bearer
from mcp_handlers.kernel.intake import Taken
from mcp_handlers.kernel.jws import Keys, kid_of
from mcp_handlers.kernel.listing import listings, off_now
from mcp_handlers.kernel.resilience import Resilience
from mcp_handlers.kernel.result import Result, done, failed, refused
from mcp_handlers.kernel.trust import Trust
from mcp_handlers.tools.contract import Created, Tool
from policies.engine.question import Call, MachineFacts, question
from workflow.model.base import Json, Noun
from workflow.model.errors import GateUnavailable, Overloaded, TollgateError, TrustUnknown, Unauthorized
from workflow.model.principal import Principal
from workflow.model.resource import Receipt
from workflow.model.switch import denial

if TYPE_CHECKING:
    from workflow.model.ports import Clock, Gate


class Handler(Protocol):
    """What a cloud's file for a tool holds: `call(input, clients, key) -> output`, blocking."""

    def __call__(self, wanted: Any, clients: Any, key: str, /) -> Noun: ...


@dataclass(frozen=True)
class Function:
    """One tool on one cloud. `clients` is called per call: nothing is connected before the gate allowed it. Where the
    tool has `roles` of its own, they make the clients instead, for this call alone."""

    cloud: str
    tool: Tool
    handler: Handler
    clients: Callable[[], object]
    catalog: Callable[[str], MachineFacts | None]
    gate: Gate
    trust: Trust
    clock: Clock
    resilience: Resilience
    roles: Roles | None = None

    @property
    def name(self) -> str:
        """The server's name on the wire."""
        return f"tollgate-{self.cloud}-{self.tool.name}"

    async def listing(self) -> list[Json]:
        """Its one tool, unless that is switched off."""
        return listings([self.tool], self.cloud, await off_now(self.trust))

    def has(self, tool: str) -> bool:
        """Whether it is this one."""
        return tool == self.tool.name

    def mirrored(self, tool: str, meta: Json) -> Mapping[str, str]:
        """As its contract says."""
        return intake.mirrored(self.tool, meta)

    async def call(self, headers: Mapping[str, str], tool: str, arguments: Json, meta: Json) -> Result:
        """Identity, deadline, Input, Grant (writes), gate, resilience, handler, receipt: in this order, each able to
        end it."""
        try:
            with telemetry.span("identity"):
                keys = await self.trust.trusted(kid_of(bearer(headers)), writes=self.tool.risk != "read")
                principal = authenticate(headers, keys, plane=self.cloud, now=self.clock.now())
            if (stands := keys.off.against(self.tool.name, self.cloud)) is not None:
                return refused(denial([stands], self.gate.revision))
            with deadline.kept(deadline.asked(headers, meta, self.clock.now()), self.clock.now()):
                return await self._judged(headers, keys, principal, arguments, meta)
        except (Unauthorized, TrustUnknown, GateUnavailable, Overloaded):
            raise
        except TollgateError as error:
            return failed(error)

    async def _judged(
        self, headers: Mapping[str, str], keys: Keys, principal: Principal, arguments: Json, meta: Json
    ) -> Result:
        with telemetry.span("input"):
            taken = intake.parse(self.tool, self.cloud, arguments, meta)
        with telemetry.span("grant"):
            leave = None if self.tool.risk == "read" else self._grant(headers, keys, taken, principal)
        with telemetry.span("gate"):
            verdict = await self.gate.decide(self._question(principal, taken.exact))
            telemetry.mark(failed=not verdict.allowed, verdict=verdict.verdict)
        if not verdict.allowed:
            return refused(verdict)
        return await self._perform(taken, leave, principal)

    def _grant(self, headers: Mapping[str, str], keys: Keys, taken: Taken, principal: Principal) -> grant.Grant:
        return grant.check(
            headers,
            keys,
            tool=self.tool.name,
            cloud=self.cloud,
            arguments_digest=taken.digest,
            principal=principal,
            revision=self.gate.revision,
            version=taken.version,
            now=self.clock.now(),
        )

    def _question(self, principal: Principal, exact: Json) -> Json:
        named = exact.get("machine")
        machine = self.catalog(named) if isinstance(named, str) and named else None
        call = Call(tool=self.tool.name, risk=self.tool.risk, cloud=self.cloud, arguments=exact)
        return question(principal, call, machine=machine, now=self.clock.now(), plane="function")

    async def _perform(self, taken: Taken, leave: grant.Grant | None, principal: Principal) -> Result:
        started, exact = self.clock.now(), taken.exact
        key, run = (leave.key, leave.run) if leave else ("", "")
        work = Work(self.tool.name, principal.tenant, principal.id, run, _region(exact), exact)
        if leave:
            telemetry.belongs(leave.run)
        circuit = f"{work.region} {_kind(exact)}".strip()
        made = await self.resilience.perform(lambda: self._handle(taken.wanted, work, key), self.tool.risk, circuit)
        output = taken.given(made).model_dump(mode="json")
        if leave is None:
            return done(output)
        receipt = Receipt(
            key=leave.key,
            run=leave.run,
            step=leave.step,
            tool=self.tool.name,
            cloud=self.cloud,
            version=taken.version,
            arguments_digest=taken.digest,
            decision_digest=leave.decision,
            policy_revision=leave.revision,
            output=output,
            resources=made.resources if isinstance(made, Created) else (),
            started_at=started,
            finished_at=self.clock.now(),
        )
        return done(output, receipt)

    def _handle(self, wanted: Noun, work: Work, key: str) -> Noun:
        with telemetry.span("handler", cloud=self.cloud, tool=self.tool.name, risk=self.tool.risk):
            clients = self.roles.clients(work) if self.roles else self.clients()
            return self.handler(wanted, clients, key)


def _kind(exact: Json) -> str:
    """What kind of thing the call is about, where one tool is for several: each is another service of the cloud."""
    resource = exact.get("resource")
    return str(resource.get("kind") or "") if isinstance(resource, dict) else ""


def _region(exact: Json) -> str:
    """Where the call acts, as far as its arguments say."""
    resource = exact.get("resource")
    return str(exact.get("region") or (resource.get("region") if isinstance(resource, dict) else "") or "")
