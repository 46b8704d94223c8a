"""One round of asking: what every cloud sells for a brief, judged, and whether the account may have it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from mcp_handlers.tools import get_cost_estimate, get_quotas
from mcp_handlers.tools.get_cost_estimate import Priced
from workflow.control.emergency import freezes
from workflow.control.switches import standing
from workflow.deploy.again import asked_again
from workflow.deploy.brief import Brief
from workflow.deploy.candidates import Allocation, Candidate, choose
from workflow.deploy.compare import compare, need, wholly
from workflow.deploy.context import Context
from workflow.deploy.failover import skipped, switched_off, wholly_off
from workflow.deploy.jury import Jury
from workflow.deploy.outages import degraded, notice
from workflow.deploy.state import Trouble, dump
from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.emergency import Freeze
from workflow.model.errors import TollgateError
from workflow.model.offer import Exclusion
from workflow.model.ports import Spend, ToolResult
from workflow.model.switch import denial
from workflow.model.workload import Request

QUOTAS_AT_ONCE = 4


class Survey:
    """One round of asking: what was asked with, what came back."""

    def __init__(
        self, context: Context, request: Request, brief: Brief, exclusions: list[Exclusion], attempt: int
    ) -> None:
        self.context, self.request, self.brief, self.attempt = context, request, brief, attempt
        self.exclusions = exclusions
        self.refusals: dict[str, Decision] = {}
        """The gate's word on the clouds whose prices it would not even let be read."""
        self.off: Decision | None = None
        """What it comes to that all of them are switched off."""
        self.now = context.clock.now()
        self.spend = Spend(tenant_month_cents=0, project_month_cents=0)
        self.freezes: list[Freeze] = []

    @property
    def refused(self) -> Decision | None:
        """The gate's word where no prices could be read because of it."""
        return self.off or next(iter(self.refusals.values()), None)

    async def candidates(self) -> list[Candidate]:
        """Judged offers of every cloud that answers."""
        tenant, project = self.request.principal.tenant, self.request.project
        self.spend = await self.context.store.spend(tenant, project, self.now)
        self.freezes = await freezes(self.context.store)
        off, asked = await standing(self.context.store), self.brief.clouds or self.context.clouds
        switched = switched_off(off, self.brief, [cloud for cloud in asked if not self._excluded(cloud)])
        self.exclusions += [one for one in switched if one not in self.exclusions]
        if stands := wholly_off(off, self.brief, asked):
            self.off = denial(stands, self.context.gate.revision)
        away = [skipped(one) for one in await degraded(self.context, self.request) if not self._excluded(one.cloud)]
        self.exclusions += away
        clouds = [cloud for cloud in asked if not self._excluded(cloud)]
        found = await compare(clouds, self._estimate, self._judge)
        if found:
            # The others may do without it, but not in silence.
            self.exclusions += [_unread(cloud, decision) for cloud, decision in sorted(self.refusals.items())]
        return found

    async def with_quotas(self, candidates: Sequence[Candidate]) -> Allocation:
        """Ask the quotas of the best few at a time until one suffices."""
        pending = [c for c in candidates if c.compliant]
        checked: dict[int, Candidate] = {}
        for start in range(0, len(pending), QUOTAS_AT_ONCE):
            batch = pending[start : start + QUOTAS_AT_ONCE]
            for candidate, lacks in zip(batch, await asyncio.gather(*map(self._lacks, batch)), strict=True):
                checked[id(candidate)] = candidate.model_copy(update={"quota": lacks})
            if any(not c.quota for c in checked.values()):
                break
        return choose([checked.get(id(c), c) for c in candidates])

    def body(self, allocation: Allocation) -> Json:
        """Everything the choice was made from, so that it can be made again."""
        return {
            "request": dump(self.request),
            "brief": dump(self.brief),
            "attempt": self.attempt,
            "now": self.now.isoformat(),
            "spend": dump(self.spend),
            "freezes": [dump(freeze) for freeze in self.freezes],
            "revision": self.context.gate.revision,
            "exclusions": [dump(e) for e in self.exclusions],
            "candidates": [dump(c) for c in allocation.candidates],
            "chosen": allocation.chosen,
            "removed": allocation.removed,
        }

    async def _judge(self, offers: Sequence[Priced]) -> list[Candidate]:
        context = self.context
        jury = Jury(
            context.gate,
            context.contracts,
            context.precedents,
            self.request,
            self.brief,
            self.attempt,
            self.spend,
            self.now,
            self.freezes,
        )
        return await jury.judged(offers)

    def _excluded(self, cloud: str) -> bool:
        return wholly(self.exclusions, cloud)

    async def _estimate(self, cloud: str, barred: Sequence[Exclusion]) -> list[Priced]:
        wanted = need(self.brief, [*(e for e in self.exclusions if e.cloud == cloud), *barred])
        try:
            answer = await asked_again(lambda: self.context.tools.call("get_cost_estimate", cloud, dump(wanted)))
        except TollgateError as error:
            if error.scope != "cloud" and not error.retryable:
                raise
            await notice(self.context, self.request, cloud, "", Trouble.of(error))
            self.exclusions.append(Exclusion(cloud=cloud, reason=f"{error.code}: {error.message}"))
            return []
        if isinstance(answer, Decision):
            self.refusals[cloud] = answer
            return []
        return list(get_cost_estimate.Output.model_validate(answer.output).offers)

    async def _lacks(self, candidate: Candidate) -> str:
        offer = candidate.priced.offer
        if offer.sells == "bucket":
            return ""
        wanted = get_quotas.Input(
            region=offer.region,
            machine=offer.machine,
            count=self.brief.nodes,
            purchase=offer.purchase,
            managed=self.brief.tool == "submit_ml_job",
        )
        try:
            answer = await asked_again(lambda: self.context.tools.call("get_quotas", offer.cloud, dump(wanted)))
        except TollgateError as error:
            await notice(self.context, self.request, offer.cloud, offer.region, Trouble.of(error))
            return f"quota unknown: {error.code}"
        if not isinstance(answer, ToolResult):
            return f"quota unknown: {answer.violations[0].code}"
        quota = get_quotas.Output.model_validate(answer.output)
        if quota.enough:
            return ""
        return f"quota: {quota.needed:g} {quota.unit} needed, {quota.free:g} free of {quota.limit:g}"


def _unread(cloud: str, decision: Decision) -> Exclusion:
    said = "; ".join(f"{v.code}: {v.message}" for v in decision.violations)
    return Exclusion(cloud=cloud, reason=f"its prices may not be read: {said}")
