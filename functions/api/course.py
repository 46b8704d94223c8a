"""Operations on how a run came to be as it is: what was compared, whether it comes out the same, what words say."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from functions.api.around import Around
from functions.api.call import Call
from functions.api.run_shapes import CandidateRow, Candidates, Compared, PlanPreview
from mcp_handlers.prices.catalog import clouds as priced
from mcp_handlers.prices.catalog import load_cloud
from mcp_handlers.prices.estimate import estimate
from mcp_handlers.tools.get_cost_estimate import Input, Priced
from workflow.deploy.brief import brief
from workflow.deploy.candidates import Allocation, Candidate
from workflow.deploy.outlook import Outlook
from workflow.deploy.replay import Replayed
from workflow.deploy.replay import replay as derive_again
from workflow.deploy.thin import open_question
from workflow.intake.request import make_request
from workflow.language.explain import explain
from workflow.language.rules import parse
from workflow.language.rules_parser import RulesParser
from workflow.model.money import cents
from workflow.model.ports import Entry


async def candidates(around: Around, call: Call) -> Candidates:
    """What the run's last attempt compared."""
    (name,) = call.names
    await around.intake.find(call.principal, name)
    told = next((e.event.body for e in reversed(await _entries(around, name)) if e.event.kind == "allocated"), None)
    if told is None:
        return Candidates(run=name, attempt=0, total=0, items=(), removed={}, snapshots=())
    found = Allocation(
        candidates=tuple(Candidate.model_validate(each) for each in told["candidates"]),
        chosen=told["chosen"],
        removed=told["removed"],
    )
    wanted = [
        index
        for index, each in enumerate(found.candidates)
        if call.query.verdict is None or each.decision.verdict == call.query.verdict
    ]
    return Candidates(run=name, attempt=told["attempt"], **dict(_compared(found, wanted[: call.query.limit])))


def _compared(found: Allocation, shown: Sequence[int]) -> Compared:
    return Compared(
        total=len(found.candidates),
        items=tuple(_row(found, index) for index in shown),
        removed=found.removed,
        snapshots=tuple(sorted({each.priced.offer.snapshot for each in found.candidates})),
    )


def _row(allocation: Allocation, index: int) -> CandidateRow:
    each = allocation.candidates[index]
    offer, cost = each.priced.offer, each.priced.cost
    return CandidateRow(
        chosen=index == allocation.chosen, cloud=offer.cloud, region=offer.region, zone=offer.zone,
        machine=offer.machine, purchase=offer.purchase, usd_micros_hour=offer.compute_micros_hour,
        total_cents=cents(cost.total), ranked_cents=cents(cost.ranked), hours=cost.hours, estimate=offer.estimate,
        interruption_pct=offer.interruption_pct, jurisdictions=offer.jurisdictions, verdict=each.decision.verdict,
        violations=each.decision.violations, quota=each.quota, why_lost=allocation.why_lost(index),
    )  # fmt: skip


async def replay(around: Around, call: Call) -> Replayed:
    """Every decision derived again from what the ledger says was known."""
    (name,) = call.names
    await around.intake.find(call.principal, name)
    return await derive_again(name, await _entries(around, name), RulesParser(), around.gate, around.tools)


async def preview(around: Around, call: Call) -> PlanPreview:
    """How the words would be read, and what is on sale for them. No cloud or model is asked, and nothing is kept."""
    wanted = call.body
    work, told = await asyncio.to_thread(lambda: (parse(wanted.text), explain(wanted.text)))
    asked, question = brief(work), open_question(work) or ""
    found = Allocation(candidates=(), chosen=None, removed={})
    if not question:
        request = make_request(
            call.principal, wanted.text, around.clock.now(), project=wanted.project, environment=wanted.environment
        )
        found = await _outlook(around).offers(request, asked)
    shown = range(min(len(found.candidates), wanted.limit))
    return PlanPreview(
        workload=work, brief=asked, evidence=told.evidence, ignored=told.ignored, question=question,
        candidates=_compared(found, shown),
    )  # fmt: skip


def _outlook(around: Around) -> Outlook:
    """Over the price files here: a cloud whose prices are elsewhere is left out."""
    here = tuple(cloud for cloud in around.clouds if cloud in priced())
    return Outlook(around.gate, around.tools, around.store, here, _price)


def _price(cloud: str, wanted: Input) -> Sequence[Priced]:
    return estimate(load_cloud(cloud), wanted).offers


async def _entries(around: Around, run: str) -> list[Entry]:
    found: list[Entry] = []
    while page := await around.store.entries(run=run, after=found[-1].seq if found else 0):
        found += page
    return found
