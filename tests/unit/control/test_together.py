"""Money and the ledger's word on it are one: cut off between any two, neither is there, and the next try mends it."""

from typing import Any

import pytest

from mcp_handlers.tools import provision_compute
from tests.fakes.gate import always
from tests.fakes.offers import ADA
from tests.unit.control.test_approvals import Bench, a_plan, bench
from tests.unit.control.test_front import Plane, outside, plane
from workflow.control.pricing import price_of
from workflow.model.errors import NoCapacity, Terminal
from workflow.store import events

__all__ = ["bench", "plane"]
MACHINE = a_plan().steps[0].arguments


@pytest.fixture
def cut_off(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Kinds of events at which the process dies: the ledger never gets them."""
    kinds: list[str] = []
    append = events.append

    async def dying(transaction: Any, event: Any) -> Any:
        if event.kind in kinds:
            raise Terminal("cut off")
        return await append(transaction, event)

    monkeypatch.setattr(events, "append", dying)
    return kinds


async def test_a_plans_money_is_held_with_its_decision_or_not_at_all(bench: Bench, cut_off: list[str]) -> None:
    bench.gate.says = always("allow")
    cut_off.append("decided")
    with pytest.raises(Terminal, match="cut off"):
        await bench.plan(a_plan())
    assert (await bench.kinds(), await bench.control.store.list_reservations("r1")) == ([], [])
    cut_off.clear()
    decided = await bench.plan(a_plan())
    assert [entry.event for entry in await bench.control.store.entries()] == list(decided.told)
    assert [held.state for held in await bench.control.store.list_reservations("r1")] == ["held"]


async def test_a_calls_money_is_held_with_its_decision_or_not_at_all(bench: Bench, cut_off: list[str]) -> None:
    bench.gate.says = always("allow")
    cut_off.append("call.decided")
    with pytest.raises(Terminal, match="cut off"):
        await bench.control.decide_call(ADA, provision_compute.TOOL, "aws", MACHINE, run="r1", step="s")
    assert (await bench.kinds(), await bench.control.store.list_reservations("r1")) == ([], [])


async def test_a_yes_is_not_used_up_without_its_money_and_its_decision(bench: Bench, cut_off: list[str]) -> None:
    plan = a_plan()
    name = await bench.approved(plan)
    cut_off.append("approved")
    with pytest.raises(Terminal, match="cut off"):
        await bench.plan(plan, "u1")
    asked = await bench.control.store.get_approval(name)
    assert asked is not None
    assert (asked.closed, await bench.control.store.list_reservations("r1")) == ("", [])
    assert "approval.used" not in await bench.kinds()
    cut_off.clear()
    assert (await bench.plan(plan, "u2")).decision.allowed


async def test_the_attempt_that_comes_too_late_tells_nothing(bench: Bench) -> None:
    plan = a_plan()
    await bench.approved(plan)
    first, second = await bench.plan(plan, "u1"), await bench.plan(plan, "u2")
    assert ([event.kind for event in first.told], second.told) == (["approved"], ())
    assert (await bench.kinds()).count("approved") == 1


@pytest.mark.parametrize("verdict", ["deny", "ask"])
async def test_what_is_not_allowed_is_told_and_holds_nothing(bench: Bench, verdict: Any) -> None:
    bench.gate.says = always(verdict)
    plan = a_plan()
    decided = await bench.control.decide_plan(ADA, plan, "default", price_of(plan.cost))
    assert [event.kind for event in decided.told] == ["decided"]
    assert decided.told[0].body["decision"]["verdict"] == verdict
    assert (await bench.kinds())[-1] == "decided"
    assert await bench.control.store.list_reservations("r1") == []


async def test_a_receipt_is_kept_with_its_money_spent_and_told_or_not_at_all(plane: Plane, cut_off: list[str]) -> None:
    cut_off.append("call.done")
    await plane.call(outside())
    (held,) = [e.event for e in await plane.control.store.entries()]
    assert (held.kind, await plane.states()) == ("call.decided", ["held"])
    assert await plane.control.store.get_receipt(held.body["key"]) is None
    cut_off.clear()
    assert (await plane.call(outside()))["isError"] is False
    assert await plane.states() == ["settled"]
    assert len({key for _, key in plane.world.handler.calls}) == 1
    assert [e.event.kind for e in await plane.control.store.entries()] == ["call.decided", "call.decided", "call.done"]


async def test_money_is_freed_with_the_word_that_nothing_was_done_or_not_at_all(
    plane: Plane, cut_off: list[str]
) -> None:
    plane.world.handler.raises = NoCapacity("none left")
    cut_off.append("call.failed")
    await plane.call(outside())
    assert await plane.states() == ["held"]
    cut_off.clear()
    await plane.call(outside())
    assert await plane.states() == ["released"]
    assert [e.event.kind for e in await plane.control.store.entries()][-1] == "call.failed"
