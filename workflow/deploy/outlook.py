"""What a request would be offered now, priced and judged as a run's offers are. No cloud is asked, nothing is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mcp_handlers.tools.contract import Tool
from mcp_handlers.tools.get_cost_estimate import Input, Priced
from workflow.control.emergency import freezes
from workflow.control.switches import standing
from workflow.deploy.brief import Brief
from workflow.deploy.candidates import Allocation, choose
from workflow.deploy.compare import compare, need, wholly
from workflow.deploy.failover import skipped, switched_off
from workflow.deploy.jury import Jury
from workflow.deploy.precedents import Precedents
from workflow.model.offer import Exclusion
from workflow.model.ports import Gate, Store
from workflow.model.workload import Request


@dataclass(frozen=True)
class Outlook:
    """`price` says what a cloud of `clouds` sells by the price files at hand. Quotas are not known here: an offer may
    lack one."""

    gate: Gate
    contracts: Mapping[str, Tool]
    store: Store
    clouds: tuple[str, ...]
    price: Callable[[str, Input], Sequence[Priced]]

    async def offers(self, request: Request, brief: Brief) -> Allocation:
        """The candidates, and which one a run would take if its quota suffices."""
        asked = [cloud for cloud in brief.clouds or self.clouds if cloud in self.clouds]
        out = [skipped(one) for one in await self.store.list_degraded()]
        out += switched_off(await standing(self.store), brief, asked)
        jury = await self._jury(request, brief)

        async def ask(cloud: str, barred: Sequence[Exclusion]) -> Sequence[Priced]:
            wanted = need(brief, [*(each for each in out if each.cloud == cloud), *barred])
            return await asyncio.to_thread(self.price, cloud, wanted)

        return choose(await compare([cloud for cloud in asked if not wholly(out, cloud)], ask, jury.judged))

    async def _jury(self, request: Request, brief: Brief) -> Jury:
        now = request.submitted_at
        spend = await self.store.spend(request.principal.tenant, request.project, now)
        stopped = await freezes(self.store)
        return Jury(self.gate, self.contracts, Precedents(), request, brief, 1, spend, now, stopped)
