"""Words through any door, on every store: one demand is one run, due at once, and nobody else's business."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.runs import TEXT as TRAINING
from benchmarks.samples import PRINCIPAL
from tests.contract.orchestra import JumpyClock, World, orchestrator
from tests.contract.stores import NOW, STORES, a_record, a_run, an_event, later
from tests.fakes.clock import FixedClock
from tests.fakes.waking import Woken
from workflow.intake.intake import Intake, Submitted
from workflow.model.errors import BadRequest, Conflict, Forbidden, NotFound
from workflow.model.lease import Cancel, Lease
from workflow.model.principal import Principal
from workflow.model.workload import MAX_TEXT, Request

ANA = Principal(id="ana@acme", tenant="acme", roles=("developer",))
BEN = Principal(id="ben@acme", tenant="acme", roles=("developer",))
OPS = Principal(id="ops@acme", tenant="acme", roles=("operator",))
EVE = Principal(id="ana@acme", tenant="evil", roles=("admin",))
TEXT = "Run a batch job on 4 vCPUs for 2 hours, EU only"


@pytest.fixture(params=STORES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    return STORES[request.param].place(tmp_path)


@pytest.fixture
async def intake(place: str) -> AsyncIterator[Any]:
    """The way in, on a store there."""
    async with STORES["sqlite"].open(place) as store:
        yield Intake(store, Woken(), FixedClock(NOW))


async def submitted(intake: Intake, who: Principal = ANA, text: str = TEXT, **options: Any) -> Submitted:
    """Words through the chat."""
    return await intake.submit(who, text, channel="chat", **options)


async def test_words_become_a_run_that_is_due_and_told_of(intake: Intake) -> None:
    came = await submitted(intake, project="web", environment="staging")
    who = ANA.model_copy(update={"channel": "chat"})
    name = came.run.id
    request = Request(
        id=name, text=TEXT, principal=who, project="web", environment="staging", submitted_at=NOW
    )  # fmt: skip
    run = a_run(name).model_copy(update={"request": request})
    assert came == Submitted(run=run, fresh=True)
    assert await intake.store.get_run(name) == run
    (entry,) = await intake.store.entries()
    assert entry.event == an_event(name, "requested", request=request.model_dump(mode="json"))
    assert list(await intake.store.claim_runs("one", NOW, later(30), 9)) == [
        Lease(run=name, token=1, holder="one", tries=1)
    ]
    assert isinstance(intake.wake, Woken)
    assert intake.wake.runs == [name]


async def test_the_same_key_is_the_same_run_however_often_and_through_whatever_door(intake: Intake) -> None:
    first = await submitted(intake, key="delivery-1")
    again = await intake.submit(ANA, TEXT, channel="api", key="delivery-1")
    assert again == Submitted(run=first.run, fresh=False)
    assert len(await intake.store.list_runs()) == len(await intake.store.entries()) == 1


async def test_of_many_deliveries_at_once_one_begins_a_run(intake: Intake) -> None:
    came = await asyncio.gather(*(submitted(intake, key="delivery-1") for _ in range(12)))
    assert len({each.run.id for each in came}) == 1
    assert [each.fresh for each in came].count(True) == 1
    assert len(await intake.store.list_runs()) == len(await intake.store.entries()) == 1


@pytest.mark.parametrize(
    "other",
    [{"text": f"{TEXT}!"}, {"project": "web"}, {"environment": "production"}, {"until": "ended"}],
    ids=["text", "project", "where", "until"],
)
async def test_the_same_key_for_something_else_is_refused_and_begins_nothing(
    intake: Intake, other: dict[str, Any]
) -> None:
    first = await submitted(intake, key="delivery-1")
    with pytest.raises(Conflict, match=first.run.id):
        await submitted(intake, key="delivery-1", **other)
    assert [run.id for run in await intake.store.list_runs()] == [first.run.id]


@pytest.mark.parametrize("other", [BEN, EVE], ids=["another person", "another tenant"])
async def test_a_key_is_its_senders_own(intake: Intake, other: Principal) -> None:
    first = await submitted(intake, key="delivery-1")
    second = await submitted(intake, other, "Something else on 2 vCPUs", key="delivery-1")
    assert second.fresh
    assert second.run.id != first.run.id


async def test_without_a_key_every_call_is_a_demand_of_its_own(intake: Intake) -> None:
    came = [await submitted(intake) for _ in range(3)]
    assert len({each.run.id for each in came}) == 3


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("", {}), (" \n", {}), ("x" * (MAX_TEXT + 1), {}), ("a\x00b", {}), (TEXT, {"project": "NO NAME"}),
        (TEXT, {"environment": "moon"}), (TEXT, {"key": "k" * 201}), (TEXT, {"key": "a\x00b"}),
    ],
)  # fmt: skip
async def test_what_cannot_be_a_request_is_refused_and_keeps_nothing(
    intake: Intake, text: str, options: dict[str, Any]
) -> None:
    with pytest.raises(BadRequest):
        await submitted(intake, text=text, **options)
    assert await intake.store.list_runs() == []


async def test_another_tenants_run_is_not_found(intake: Intake) -> None:
    run = (await submitted(intake)).run
    assert await intake.find(BEN, run.id) == run
    for asked in (intake.find, intake.cancel, intake.question):
        with pytest.raises(NotFound):
            await asked(EVE, run.id)  # type: ignore[operator]
    with pytest.raises(NotFound):
        await intake.answer(EVE, run.id, "on 4 vCPUs", channel="chat")


@pytest.mark.parametrize("who", [ANA, OPS], ids=["its owner", "an operator"])
async def test_a_run_is_ended_by_who_asked_for_it_or_an_operator(intake: Intake, who: Principal) -> None:
    name = (await submitted(intake)).run.id
    assert (await intake.cancel(who, name, " not needed ")).id == name
    await intake.cancel(ANA, name, "once more")
    place = await intake.store.get_place(name)
    assert place is not None
    assert place.cancel == Cancel(by=who.id, reason="not needed", at=NOW)
    assert [entry.event.kind for entry in await intake.store.entries()] == ["requested", "run.cancel_asked"]


async def test_nobody_else_ends_it_and_what_has_ended_is_not_ended_again(intake: Intake) -> None:
    run = (await submitted(intake)).run
    with pytest.raises(Forbidden):
        await intake.cancel(BEN, run.id)
    await intake.store.end_run(run, a_record(run), an_event(run.id, "finished"))
    with pytest.raises(Conflict):
        await intake.cancel(ANA, run.id)


async def unclear(intake: Intake) -> str:
    """A run that ended with a question."""
    run = (await submitted(intake, text="Train a model", project="web")).run
    record = a_record(run, state="failed", code="UNCLEAR", reason="Too thin.", remedy="How many GPUs?")
    await intake.store.end_run(run, record, an_event(run.id, "finished"))
    return run.id


async def test_a_run_that_ended_with_a_question_is_made_again_with_the_answer(intake: Intake) -> None:
    name = await unclear(intake)
    assert await intake.question(ANA, name) == "How many GPUs?"
    came = await intake.answer(BEN, name, "One A100, 6 hours", channel="ticket")
    request = came.run.request
    assert (request.text, request.project, request.principal) == (
        "Train a model\nOne A100, 6 hours", "web", BEN.model_copy(update={"channel": "ticket"})
    )  # fmt: skip
    (entry,) = await intake.store.entries(run=came.run.id)
    assert entry.event.body == {"request": request.model_dump(mode="json"), "answers": name}
    assert await intake.answer(BEN, name, "One A100, 6 hours", channel="chat") == Submitted(run=came.run, fresh=False)
    with pytest.raises(Conflict):
        await intake.answer(BEN, name, "Two of them", channel="chat")


async def test_what_asked_nothing_is_not_answered(intake: Intake) -> None:
    name = (await submitted(intake)).run.id
    assert await intake.question(ANA, name) == ""
    with pytest.raises(Conflict):
        await intake.answer(ANA, name, "One A100", channel="chat")


async def test_an_orchestrator_takes_what_came_in_to_its_end(place: str) -> None:
    clock = JumpyClock(dice=random.Random(1))
    async with orchestrator(place, World(), clock) as one:
        intake = Intake(one.context.store, Woken(), clock)
        came = await intake.submit(PRINCIPAL, TRAINING, channel="api", key="k")
        ticked = await one.tick()
        assert (ticked.taken, ticked.troubled, ticked.unfinished) == (1, 0, 0)
        ended = await intake.find(came.run.request.principal, came.run.id)
        assert ended.record is not None
        kinds = [entry.event.kind for entry in await one.context.store.entries(run=came.run.id)]
        assert (kinds[0], kinds[-1], kinds.count("requested")) == ("requested", "finished", 1)
