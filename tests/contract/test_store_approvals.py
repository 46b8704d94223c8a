"""Approvals in every store: what is asked once, said once and used once, whoever tries, and in order with the money."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.contract.stores import NOTHING, NOW, STORES, a_reservation, an_event, later, spent
from workflow.model.approval import Approval, ApprovalRequest, Elevation, Requirement
from workflow.model.errors import BadRequest, Forbidden, NotFound
from workflow.model.ports import Store

NEED = Requirement(code="BUDGET_SOFT", roles=("operator",), people=1, own=False, hours=1)
ASKED = an_event(kind="approval.asked")


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """A fresh store of each kind."""
    tested = STORES[request.param]
    async with tested.open(tested.place(tmp_path)) as opened:
        yield opened


def a_request(name: str = "a1", **changes: Any) -> ApprovalRequest:
    """Ana's question about a plan."""
    fields = {
        "kind": "plan", "tenant": "acme", "run": "run-1", "requester": "ana", "subject": "d" * 64, "revision": "r",
        "cost_cents": 100, "priced_cents": 100, "requirements": (NEED,), "asked_at": NOW, "expires_at": later(3600),
    }  # fmt: skip
    return ApprovalRequest(id=name, **fields | changes)


def a_word(approver: str = "grace", *, approved: bool = True, **changes: Any) -> Approval:
    """Grace's yes."""
    fields = {"request": "a1", "subject": "d" * 64, "roles": ("operator",), "decided_at": NOW}
    return Approval(approver=approver, approved=approved, **fields | changes)


async def asked(store: Store, *words: Approval, **changes: Any) -> None:
    """A request with what was said to it."""
    await store.ask_approval(a_request(**changes), ASKED)
    for word in words:
        await store.say_approval(word, NOW, an_event(kind="approval.approved"))


async def use(store: Store, by: str = "one", now: datetime = NOW, expected: Any = NOTHING) -> str:
    """Use it up, for a dollar."""
    return await store.use_approval("a1", by, [a_reservation()], expected, now, an_event(kind="approval.used"))


async def kinds(store: Store) -> list[str]:
    """What the ledger was told."""
    return [entry.event.kind for entry in await store.entries()]


async def state(store: Store, now: datetime = NOW) -> str:
    """What the request comes to."""
    found = await store.get_approval("a1")
    assert found is not None
    return found.state(now)


async def test_the_same_question_is_open_once_and_told_to_the_ledger_once(store: Store) -> None:
    first = await store.ask_approval(a_request(), ASKED)
    again = await store.ask_approval(a_request("a2"), ASKED)
    other = await store.ask_approval(a_request("a3", requester="bob"), ASKED)
    assert (first, again.request.id, other.request.id) == (again, "a1", "a3")
    assert await kinds(store) == ["approval.asked"] * 2
    assert [a.request.id for a in await store.list_approvals(tenant="acme")] == ["a3", "a1"]
    assert list(await store.list_approvals(tenant="umbrella")) == []


async def test_a_question_whose_time_is_over_makes_way_for_the_next(store: Store) -> None:
    await asked(store)
    again = await store.ask_approval(a_request("a2", asked_at=later(3600), expires_at=later(7200)), ASKED)
    assert again.request.id == "a2"
    assert await state(store) == "expired"
    latest = await store.latest_approval("acme", "ana", "d" * 64)
    assert latest is not None
    assert latest.request.id == "a2"
    assert [a.request.id for a in await store.list_approvals(unclosed=True)] == ["a2"]


async def test_a_word_is_kept_once_and_cannot_be_turned_around(store: Store) -> None:
    await asked(store, a_word(), a_word())
    found = await store.get_approval("a1")
    assert found is not None
    assert (found.words, await state(store)) == ((a_word(),), "approved")
    assert await kinds(store) == ["approval.asked", "approval.approved"]
    with pytest.raises(BadRequest):
        await store.say_approval(a_word(approved=False), NOW, an_event())
    with pytest.raises(BadRequest, match="something else"):
        await asked(store, a_word("bob", subject="e" * 64, request="a9"), name="a9", subject="f" * 64, requester="x")


async def test_a_no_ends_it_for_everyone(store: Store) -> None:
    await asked(store, a_word("bob", approved=False, reason="too dear"))
    with pytest.raises(BadRequest, match="denied"):
        await store.say_approval(a_word(), NOW, an_event())
    assert await use(store) == "refused"
    assert list(await store.list_reservations("run-1")) == []


@pytest.mark.parametrize("people", [1, 2])
async def test_one_person_is_one_person_whatever_they_say_twice(store: Store, people: int) -> None:
    await asked(store, a_word(), a_word(), requirements=(NEED.model_copy(update={"people": people}),))
    assert await use(store) == ("held" if people == 1 else "refused")
    if people == 2:
        await store.say_approval(a_word("heidi"), NOW, an_event())
        assert await use(store) == "held"


async def test_the_money_is_held_with_the_use_or_neither(store: Store) -> None:
    await asked(store, a_word())
    assert await use(store, expected=spent(5)) == "spent"
    assert (await state(store), list(await store.list_reservations("run-1"))) == ("approved", [])
    assert await use(store) == "held"
    assert (await state(store), [r.cents for r in await store.list_reservations("run-1")]) == ("used", [100])
    assert (await use(store), await use(store, "another")) == ("held", "refused")
    assert (await kinds(store)).count("approval.used") == 1


async def test_the_use_the_money_and_the_decision_are_kept_together_or_none_of_them(store: Store) -> None:
    await asked(store, a_word())
    wanted, used = [a_reservation()], an_event(kind="approval.used")
    with pytest.raises(BadRequest, match="cannot be written as JSON"):
        await store.use_approval("a1", "one", wanted, NOTHING, NOW, used, [an_event(bad=float("nan"))])
    assert (await state(store), list(await store.list_reservations("run-1"))) == ("approved", [])
    for _ in range(2):
        assert await store.use_approval("a1", "one", wanted, NOTHING, NOW, used, [an_event(kind="decided")]) == "held"
    assert (await kinds(store))[-3:] == ["approval.used", "decided", "decided"]


async def test_of_twenty_racers_one_wins(store: Store) -> None:
    await asked(store, a_word())
    came = await asyncio.gather(*(use(store, f"racer-{number}") for number in range(20)))
    assert sorted(came) == ["held"] + ["refused"] * 19
    assert (await kinds(store)).count("approval.used") == 1
    assert await store.spend("acme", "default", NOW) == spent(100)


@pytest.mark.parametrize("when", [3600, 1_000_000])
async def test_a_yes_is_void_after_its_time(store: Store, when: float) -> None:
    await asked(store, a_word())
    assert await use(store, now=later(when)) == "refused"
    with pytest.raises(BadRequest, match="expired"):
        await store.say_approval(a_word("heidi"), later(when), an_event())


async def test_a_revoked_yes_is_void_and_revoked_once(store: Store) -> None:
    await asked(store, a_word())
    assert await store.close_approval("a1", "revoked", NOW, an_event(kind="approval.revoked"))
    assert not await store.close_approval("a1", "revoked", NOW, an_event(kind="approval.revoked"))
    assert await use(store) == "refused"
    assert (await kinds(store)).count("approval.revoked") == 1


async def test_nothing_expires_before_its_time(store: Store) -> None:
    await asked(store)
    assert not await store.close_approval("a1", "expired", later(3599), an_event())
    assert await store.close_approval("a1", "expired", later(3600), an_event())


async def test_a_form_is_good_once_for_one_person_and_request(store: Store) -> None:
    await asked(store)
    await store.issue_form("nonce", "a1", "grace", NOW, later(60))
    with pytest.raises(Forbidden):
        await store.say_approval(a_word("heidi"), NOW, an_event(), "nonce")
    with pytest.raises(Forbidden):
        await store.say_approval(a_word(), later(60), an_event(), "nonce")
    await store.say_approval(a_word(), NOW, an_event(), "nonce")
    with pytest.raises(Forbidden):
        await store.say_approval(a_word(), NOW, an_event(), "nonce")
    assert await state(store) == "approved"


async def test_what_is_not_there_is_said_to_be_so(store: Store) -> None:
    assert await store.get_approval("a0") is None
    assert await store.latest_approval("acme", "ana", "x") is None
    with pytest.raises(NotFound):
        await use(store)
    with pytest.raises(NotFound):
        await store.revoke_elevation("a1", NOW, an_event())


def a_loan(**changes: Any) -> Elevation:
    """The role of an operator, lent to Ana for an hour."""
    fields = {"tenant": "acme", "principal": "ana", "role": "operator", "once": True, "granted_by": ("grace",)}
    return Elevation(id="a1", since=NOW, until=later(3600), **fields | changes)


async def test_a_role_is_lent_once_for_one_yes(store: Store) -> None:
    assert (await asked(store), await store.lend_role(a_loan(), NOW, an_event())) == (None, False)
    await asked(store, a_word())
    assert [await store.lend_role(a_loan(), NOW, an_event(kind="elevation.granted")) for _ in range(2)] == [True, False]
    assert list(await store.list_elevations("acme", "ana", NOW)) == [a_loan()]
    for nobody in (("acme", "bob", NOW), ("umbrella", "ana", NOW), ("acme", "ana", later(3600))):
        assert list(await store.list_elevations(*nobody)) == []
    assert (await kinds(store)).count("elevation.granted") == 1


async def test_a_role_that_is_lent_once_goes_to_the_quicker_run(store: Store) -> None:
    await asked(store, a_word())
    await store.lend_role(a_loan(), NOW, an_event())
    came = await asyncio.gather(*(store.tie_elevations(["a1"], f"run-{number}") for number in range(10)))
    assert sorted(came) == [False] * 9 + [True]
    (tied,) = await store.list_elevations("acme", None, NOW)
    assert tied.run == f"run-{came.index(True)}"
    assert await store.tie_elevations(["a1"], tied.run)


async def test_a_role_that_was_taken_back_is_gone(store: Store) -> None:
    await asked(store, a_word())
    await store.lend_role(a_loan(), NOW, an_event())
    assert await store.revoke_elevation("a1", later(1), an_event(kind="elevation.revoked"))
    assert not await store.revoke_elevation("a1", later(2), an_event(kind="elevation.revoked"))
    assert list(await store.list_elevations("acme", "ana", later(3))) == []
    assert not await store.tie_elevations(["a1"], "run-1")
    assert (await kinds(store)).count("elevation.revoked") == 1
