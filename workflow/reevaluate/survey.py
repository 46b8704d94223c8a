"""What a deployment pays at today's prices, and the best compliant place for it now. Only asks."""

from __future__ import annotations

from dataclasses import replace

from mcp_handlers.prices.cost import Stay, price
from mcp_handlers.tools import get_cost_estimate
from mcp_handlers.tools.get_cost_estimate import Priced
from workflow.deploy.allocator import allocate
from workflow.deploy.brief import Brief
from workflow.deploy.candidates import Candidate
from workflow.deploy.context import Context
from workflow.deploy.journal import Journal
from workflow.deploy.state import State, dump
from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.errors import Forbidden
from workflow.model.offer import Offer
from workflow.model.workload import Request

MANY = 2000


class _Unwritten(Journal):
    """A survey of everything that lives, every hour, is no news; what comes of it is."""

    async def write(self, request: Request, kind: str, body: Json) -> None:
        """Nothing."""


async def best_place(context: Context, request: Request, brief: Brief) -> tuple[Candidate, ...]:
    """The place that a run would choose today for this request, judged by the gate and with its quota; or nothing."""
    asks = replace(context, journal=_Unwritten(context.store, context.clock, lambda event: None))
    state: State = {"request": dump(request), "brief": dump(brief), "exclusions": [], "attempt": 0}
    found = await allocate(asks, state)
    choice = found.get("choice")
    return () if choice is None else (Candidate.model_validate(choice),)


async def price_today(context: Context, offer: Offer, brief: Brief) -> Priced:
    """The same machine in the same place at today's price; at the price it was taken at, where it is not sold any more.
    Raises Forbidden where prices may not be read.

    Spot prices of a region's zones differ; where the zone's own is not listed, the region's least is taken.
    """
    wanted = get_cost_estimate.Input(
        sells=offer.sells,
        vcpus=offer.vcpus or 1,
        memory_gib=0,
        machine=offer.machine,
        purchase=offer.purchase,
        regions=(offer.region,),
        nodes=brief.nodes,
        hours=brief.hours,
        storage_gib=brief.storage_gib,
        egress_gib=brief.egress_gib,
        limit=MANY,
    )
    answer = await context.tools.call("get_cost_estimate", offer.cloud, dump(wanted))
    if isinstance(answer, Decision):
        raise Forbidden(f"The prices of {offer.cloud} may not be read: {answer.violations[0].message}")
    sold = get_cost_estimate.Output.model_validate(answer.output).offers
    same = [each for each in sold if each.offer.machine == offer.machine]
    mine = [each for each in same if each.offer.zone in ("", offer.zone)]
    return next(iter([*mine, *same]), None) or Priced(offer=offer, cost=price(offer, _stay(brief)))


def _stay(brief: Brief) -> Stay:
    return Stay(
        nodes=brief.nodes,
        hours=brief.hours,
        storage_gib=brief.storage_gib,
        egress_gib=brief.egress_gib,
        managed=False,
    )
