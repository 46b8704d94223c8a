"""What a run may take back without anybody being asked: its own work, while it is on its way."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from policies.engine.question import Call
from tests.fakes.offers import ADA, NOW, a_request
from workflow.control.own import run_cents, takes_back
from workflow.model.base import Json
from workflow.model.ports import Event, Reservation, Store
from workflow.model.resource import Receipt, Resource
from workflow.model.run import Record, Remnant, Run
from workflow.store.store import open_store

MADE = Resource(cloud="aws", kind="bucket", id="b-1", region="eu-west-1")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A running run of Ada's that made one bucket."""
    async with open_store(tmp_path / "t.db") as opened:
        await opened.save_run(_run())
        receipt = Receipt(
            key="k", run="r1", step="s", tool="create_storage_bucket", cloud="aws", arguments_digest="a",
            decision_digest="d", policy_revision="p", output={}, resources=(MADE,), started_at=NOW, finished_at=NOW,
        )  # fmt: skip
        await opened.save_receipt(receipt)
        yield opened


def _run(**changes: Any) -> Run:
    fields = {"id": "r1", "tenant": ADA.tenant, "state": "running", "request": a_request(id="r1")}
    return Run.model_validate(fields | {"created_at": NOW, "updated_at": NOW} | changes)


def _release(resource: Json | None = None, **changes: Any) -> Call:
    arguments = {"resource": resource or MADE.model_dump(mode="json"), "tenant": ADA.tenant}
    return Call.model_validate(
        {"tool": "release_resource", "risk": "destructive", "cloud": "aws", "arguments": arguments} | changes
    )


async def test_a_run_on_its_way_takes_back_what_it_made(store: Store) -> None:
    assert await takes_back(store, ADA, "r1", _release(), NOW)


@pytest.mark.parametrize(
    "call",
    [
        _release(MADE.model_copy(update={"id": "b-2"}).model_dump(mode="json")),
        _release(MADE.model_copy(update={"region": "us-east-1"}).model_dump(mode="json")),
        _release(cloud="gcp"),
        _release(risk="write"),
        _release(arguments={}),
    ],
    ids=["another bucket", "elsewhere", "another cloud", "no release", "nothing"],
)
async def test_nothing_else_is_its_own_to_take_back(store: Store, call: Call) -> None:
    assert not await takes_back(store, ADA, "r1", call, NOW)


async def test_nobody_else_and_no_other_run_takes_it_back(store: Store) -> None:
    ben = ADA.model_copy(update={"id": "ben"})
    assert not await takes_back(store, ben, "r1", _release(), NOW)
    assert not await takes_back(store, ADA, "r2", _release(), NOW)


@pytest.mark.parametrize("state", ["waiting", "succeeded", "denied", "failed"])
async def test_what_an_ended_run_left_is_not_taken_back_unasked(store: Store, state: str) -> None:
    await store.save_run(_run(state=state))
    assert not await takes_back(store, ADA, "r1", _release(), NOW)


def _ended(left: tuple[Remnant, ...] = ()) -> Run:
    """The run, failed, with what it left behind."""
    request = a_request(id="r1")
    record = Record(
        run="r1", state="failed", request=request, workload=None, left_behind=left, reason="r",
        started_at=NOW, finished_at=NOW,
    )  # fmt: skip
    return _run(state="failed", record=record)


async def test_what_a_run_could_not_take_back_is_taken_back_later_by_anybody_of_its_tenant(store: Store) -> None:
    await store.save_run(_ended((Remnant(resource=MADE, cloud="aws", region=MADE.region),)))
    ben = ADA.model_copy(update={"id": "ben"})
    assert await takes_back(store, ben, "r1", _release(), NOW)
    other = _release(MADE.model_copy(update={"id": "b-2"}).model_dump(mode="json"))
    assert not await takes_back(store, ben, "r1", other, NOW)
    rival = ADA.model_copy(update={"tenant": "rival"})
    assert not await takes_back(store, rival, "r1", _release(), NOW)


async def test_what_was_agreed_until_a_time_is_taken_back_after_it(store: Store) -> None:
    await store.save_run(_ended())
    asked = {"resource": {"tags": {"expires_at": (NOW + timedelta(hours=1)).isoformat()}}}
    body = {"key": "k", "question": asked}
    await store.append(Event(run="r1", tenant=ADA.tenant, kind="call.decided", body=body, at=NOW))
    answers = [await takes_back(store, ADA, "r1", _release(), NOW + timedelta(minutes=m)) for m in (59, 60)]
    assert answers == [False, True]


def test_what_a_run_has_held_and_spent_counts_but_not_what_it_gave_back() -> None:
    def held(key: str, state: str) -> Reservation:
        fields = {"key": key, "run": "r1", "tenant": "acme", "project": "p", "cents": 10, "at": NOW}
        return Reservation.model_validate(fields | {"state": state})

    reservations = [held("a", "held"), held("b", "settled"), held("c", "released"), held("d", "held")]
    assert run_cents(reservations, without=["d"]) == 20
