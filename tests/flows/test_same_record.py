"""Two runs of one request come to the same record, and what differs is not taken for the same."""

from __future__ import annotations

from tests.flows.house import House
from tests.flows.same_record import MAIN_JOB, same


async def test_the_main_job_comes_to_the_same_record_every_time(house: House) -> None:
    first, second = await house.record(MAIN_JOB), await house.record(MAIN_JOB)
    assert first.run != second.run
    assert {made.id for made in first.resources}.isdisjoint(made.id for made in second.resources)
    assert same(first) == same(second)
    told = same(first)
    assert (told["run"], told["plan_digest"], told["started_at"]) == ("<name 0>", "<digest>", "<time>")
    assert [made["id"] for made in told["resources"]] == ["<name 1>", "<name 2>"]


async def test_a_record_that_cost_or_made_something_else_is_another(house: House) -> None:
    record = await house.record(MAIN_JOB)
    for change in ({"cost_cents": record.cost_cents + 1}, {"resources": record.resources[:1]}, {"plan_digest": ""}):
        assert same(record.model_copy(update=change)) != same(record)
