"""What every cloud sells for a brief, priced and judged. Who asks a cloud, and how, is the caller's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from mcp_handlers.tools import get_cost_estimate
from mcp_handlers.tools.get_cost_estimate import Priced
from workflow.deploy.brief import Brief
from workflow.deploy.candidates import Candidate
from workflow.deploy.precedents import MACHINE
from workflow.model.offer import Exclusion

OFFERS = 2000
"""Offers asked of one cloud: the cheapest per region and purchase, so that no place is left out."""

Ask = Callable[[str, Sequence[Exclusion]], Awaitable[Sequence[Priced]]]
"""What a cloud sells, but for the machines that are left out."""
Judge = Callable[[Sequence[Priced]], Awaitable[Sequence[Candidate]]]


async def compare(clouds: Sequence[str], ask: Ask, judge: Judge) -> list[Candidate]:
    """Judged offers of these clouds, the best first.

    A cloud names its cheapest machine per place. Where the gate forbids that machine anywhere, the cloud is asked
    again without it, until the cheapest allowed one is found.
    """
    found: dict[tuple[str, ...], Candidate] = {}
    barred: dict[str, set[str]] = {}
    while clouds:
        answers = await asyncio.gather(*(ask(cloud, _without(cloud, barred.get(cloud, ()))) for cloud in clouds))
        judgements = await judge([p for answer in answers for p in answer if _label(p) not in found])
        found |= {_label(c.priced): c for c in judgements}
        forbidden = [c.priced.offer for c in judgements if any(v.code in MACHINE for v in c.decision.violations)]
        for offer in forbidden:
            barred.setdefault(offer.cloud, set()).add(offer.machine)
        clouds = sorted({offer.cloud for offer in forbidden})
    return sorted(found.values(), key=lambda c: c.rank)


def need(brief: Brief, exclude: Sequence[Exclusion]) -> get_cost_estimate.Input:
    """What a cloud is asked for."""
    return get_cost_estimate.Input(
        sells=brief.sells,
        vcpus=brief.vcpus,
        memory_gib=brief.memory_gib,
        gpu=brief.gpu,
        gpu_count=brief.gpu_count,
        arch="x86_64" if brief.sells == "machine" else "any",
        purchase=brief.purchase,
        regions=brief.regions,
        exclude=tuple(exclude),
        nodes=brief.nodes,
        hours=brief.hours,
        storage_gib=brief.storage_gib,
        egress_gib=brief.egress_gib,
        managed=brief.tool == "submit_ml_job",
        limit=OFFERS,
    )


def wholly(exclusions: Sequence[Exclusion], cloud: str) -> bool:
    """Whether these leave out all of the cloud."""
    return any(e.cloud == cloud and not e.region and not e.purchase for e in exclusions)


def left_out(exclusions: Sequence[Exclusion]) -> list[str]:
    """Of each cloud that is left out as a whole, in words, why."""
    return [f"{e.cloud} is left out: {e.reason}" for e in exclusions if not e.region and not e.purchase]


def _without(cloud: str, machines: set[str] | tuple[()]) -> list[Exclusion]:
    return [Exclusion(cloud=cloud, machine=machine, reason="policy") for machine in sorted(machines)]


def _label(priced: Priced) -> tuple[str, ...]:
    offer = priced.offer
    return (offer.place, offer.machine, offer.purchase)
