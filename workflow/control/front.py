"""The control plane's `/mcp`: every cloud's tools behind one endpoint. Decide, forward, keep the receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mcp_handlers.kernel import deadline, elicit, intake, tasks
from mcp_handlers.kernel.forward import Forward, Pass
from mcp_handlers.kernel.identity import Identity
from mcp_handlers.kernel.intake import Taken
from mcp_handlers.kernel.listing import listed, listings
from mcp_handlers.kernel.result import ERROR, RECEIPT, Result, done, failed, refused
from mcp_handlers.kernel.retry import settles
from mcp_handlers.tools import get_health
from mcp_handlers.tools.contract import MIRROR, Tool
from policies.engine.question import Call
from workflow.control.decide import Control, Decided, Spoken
from workflow.control.occasion import DIRECT, RUN, occasion
from workflow.control.rate import Rates
from workflow.control.receipts import own_receipt
from workflow.control.switches import standing
from workflow.model.base import Json, digest
from workflow.model.errors import (
    BadRequest,
    GateUnavailable,
    InsufficientScope,
    NotFound,
    OutcomeUnknown,
    Overloaded,
    RateLimited,
    TollgateError,
    TrustUnknown,
    Unauthorized,
    failure,
)
from workflow.model.lease import Lease
from workflow.model.ports import Event
from workflow.model.principal import Principal
from workflow.model.resource import Receipt

FENCE = "tollgate/fence"
"""The token of the lease under which a run's call is made: of a hand that lost the run, nothing is done."""
CLOUD_HEADER = "Cloud"
"""Where clients mirror `cloud`: a gateway may send `Mcp-Param-Cloud: aws` another way than the rest."""


@dataclass(frozen=True)
class Front:
    """`only` restricts it to one cloud, whose tokens its `identity` then takes: the way in for that cloud's catalog.

    `pages` is the address where people decide on what is asked.
    """

    control: Control
    clouds: Mapping[str, Forward]
    identity: Identity
    rates: Rates
    only: str = ""
    pages: str = ""

    @property
    def name(self) -> str:
        """The server's name on the wire."""
        return "tollgate" + (f"-{self.only}" if self.only else "")

    async def listing(self) -> list[Json]:
        """Every tool once; `cloud` says where to perform it. What is switched off is left out."""
        off = await standing(self.control.store)
        tools = [tool for _, tool in sorted(self.control.tools.items())]
        if self.only:
            return listings(tools, self.only, off)
        where = {tool.name: [cloud for cloud in sorted(self.clouds) if not off.has(tool.name, cloud)] for tool in tools}
        return [_with_cloud(listed(tool), where[tool.name]) for tool in tools if where[tool.name]]

    def has(self, tool: str) -> bool:
        """Whether there is such a tool."""
        return tool in self.control.tools

    def mirrored(self, tool: str, meta: Json) -> Mapping[str, str]:
        """As its contract says, and the cloud."""
        own = intake.mirrored(self.control.tools[tool], meta)
        return own if self.only else {**own, "cloud": CLOUD_HEADER}

    async def call(self, headers: Mapping[str, str], tool: str, arguments: Json, meta: Json) -> Result:
        """Perform one call on one cloud, if it may be done, once for each effect."""
        contract = self.control.tools[tool]
        try:
            principal = await self.identity.authenticate(headers, writes=contract.risk != "read")
            # Before the decision, and not after it as in a function: deciding holds money and asks for prices.
            self.rates.take(principal.tenant, contract)
            now = self.control.clock.now()
            with deadline.kept(deadline.asked(headers, meta, now), now):
                performed = await self._under(meta)._performed(principal, contract, arguments, meta)
                return elicit.offered(performed, headers, meta)
        except (Unauthorized, InsufficientScope, TrustUnknown, GateUnavailable, RateLimited, Overloaded):
            raise
        except TollgateError as error:
            return failed(error)

    def _under(self, meta: Json) -> Front:
        """The same for the run that the call is part of: what is kept of it is kept under the run's lease."""
        run, fence = meta.get(RUN, ""), meta.get(FENCE, 0)
        if not fence:
            return self
        if not (isinstance(run, str) and isinstance(fence, int)):
            raise BadRequest(f"_meta {FENCE} is the number of a run's lease.", "Leave it out.")
        store = self.control.store.under(Lease(run=run, token=fence, holder=""))
        return replace(self, control=replace(self.control, store=store))

    async def _performed(self, principal: Principal, contract: Tool, arguments: Json, meta: Json) -> Result:
        cloud, rest = self._cloud(arguments)
        taken = intake.parse(contract, cloud, rest, meta)
        now, spoken = self.control.clock.now(), Spoken(version=taken.version, arguments=taken.sent)
        meant = await occasion(self.control.store, meta, principal, cloud, taken, now)
        await self._insist_own(principal, meant.run)
        decided = await self.control.decide_call(
            principal, contract, cloud, taken.exact, run=meant.run, step=meant.step, spoken=spoken, alone=meant.alone
        )
        if contract.risk == "read":
            return await self._read(taken, cloud, decided)
        return await self._write(principal, taken, cloud, decided, meant.run)

    def _cloud(self, arguments: Json) -> tuple[str, Json]:
        if self.only:
            return self.only, arguments
        cloud = arguments.get("cloud")
        if not isinstance(cloud, str) or cloud not in self.clouds:
            raise BadRequest(f"`cloud` must be one of {', '.join(sorted(self.clouds))}.", "Say which cloud to act on.")
        return cloud, {name: value for name, value in arguments.items() if name != "cloud"}

    async def _insist_own(self, principal: Principal, run: str) -> None:
        """A call may only be part of the caller's own run: nobody writes into another's record, or does in another's
        place what people agreed to."""
        if run.startswith(DIRECT):
            return
        found = await self.control.store.get_run(run)
        whose = None if found is None else found.request.principal
        if whose is None or (whose.tenant, whose.id) != (principal.tenant, principal.id):
            raise BadRequest(f"{principal.id} of {principal.tenant} has no run {run}.", f"Leave {RUN} out of _meta.")

    async def _read(self, taken: Taken, cloud: str, decided: Decided) -> Result:
        if decided.leave is None:
            return refused(decided.decision)
        return await self.clouds[cloud].call(
            taken.tool.name, taken.sent, decided.leave, writes=False, version=taken.version
        )

    async def _write(self, principal: Principal, taken: Taken, cloud: str, decided: Decided, run: str) -> Result:
        store = self.control.store
        if decided.leave is None:
            return self._refusal(decided)
        kept = await store.get_receipt(decided.key)
        if kept is not None:
            if kept.arguments_digest != digest(taken.sent):
                raise BadRequest("This effect was performed with other arguments.", "Send those, or name another step.")
            if run.startswith(DIRECT) and await self._gone(kept, principal, decided.leave):
                raise NotFound(
                    "What this call made is gone.", "To make it anew, send it with another tags.run, or within a run."
                )
            return done(kept.output, kept)
        call = Call(tool=taken.tool.name, risk=taken.tool.risk, cloud=cloud, arguments=taken.sent)
        result = await self._sent(call, taken.version, run, decided.key, decided.leave)
        if _code(result) == OutcomeUnknown.code and deadline.remaining(self.control.clock.now(), 1.0) > 0:
            await store.append(self._event(principal, run, "call.unknown", {"key": decided.key, **result.meta}))
            again = await self._sent(call, taken.version, run, decided.key, decided.leave)
            result = again if RECEIPT in again.meta or settles(failure(_code(again), "")) else result
        return await self._keep(principal, run, decided, result)

    def _refusal(self, decided: Decided) -> Result:
        refusal = refused(decided.decision)
        if decided.asked is None or decided.decision.verdict != "ask":
            return refusal
        asked = decided.asked.request
        return elicit.waiting(refusal, asked.id, f"{self.pages}/{asked.id}", f"{asked.expires_at:%Y-%m-%d %H:%M} UTC")

    async def _gone(self, kept: Receipt, principal: Principal, leave: Pass) -> bool:
        """Whether anything that was made is there no more. Outside a run nobody else would notice."""
        for resource in kept.resources:
            asked = get_health.Input(resource=resource, tenant=principal.tenant).model_dump(mode="json")
            found = await self.clouds[kept.cloud].call("get_health", asked, Pass(token=leave.token), writes=False)
            if found.structured and found.structured["health"]["status"] == "gone":
                return True
        return False

    async def _sent(self, call: Call, version: int, run: str, key: str, leave: Pass) -> Result:
        """What the function says. Sent again with the same key, it says what became of the first."""
        try:
            tasks.send()
            way = self.clouds[call.cloud]
            result = await way.call(call.tool, call.arguments, leave, writes=True, version=version)
            if RECEIPT in result.meta or not result.is_error:
                own_receipt(result.meta.get(RECEIPT), call, run, key)
            return result
        except TollgateError as error:
            return failed(error)

    async def _keep(self, principal: Principal, run: str, decided: Decided, result: Result) -> Result:
        """Keep what was done, or free the money where it is certain that nothing was. Returns what is kept."""
        store = self.control.store
        if RECEIPT in result.meta:
            receipt = Receipt.model_validate(result.meta[RECEIPT])
            told = self._event(principal, run, "call.done", {"receipt": receipt.model_dump(mode="json")})
            receipt = await store.save_receipt(receipt, [told])
            return done(receipt.output, receipt)
        error: dict[str, Any] = result.meta.get(ERROR, {})
        # A refusal of the function's own gate has no error, and nothing was done either.
        told = self._event(principal, run, "call.failed", {"key": decided.key, **result.meta})
        if error.get("retryable", False):
            await store.append(told)
        else:
            await store.release(decided.key, [told])
        return result

    def _event(self, principal: Principal, run: str, kind: str, body: Json) -> Event:
        return Event(run=run, tenant=principal.tenant, kind=kind, body=body, at=self.control.clock.now())


def _code(result: Result) -> str:
    """The code of a result's error; empty where there is none."""
    return str(result.meta.get(ERROR, {}).get("code", ""))


def _with_cloud(tool: Json, clouds: list[str]) -> Json:
    schema = tool["inputSchema"]
    where = {"type": "string", "enum": clouds, "description": "The cloud to act on.", MIRROR: CLOUD_HEADER}
    properties = {"cloud": where, **schema.get("properties", {})}
    return {
        **tool,
        "inputSchema": {**schema, "properties": properties, "required": ["cloud", *schema.get("required", [])]},
    }
