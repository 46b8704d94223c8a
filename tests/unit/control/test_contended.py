"""Whoever is outrun judges again, in turn, and not for ever."""

import asyncio

import pytest

from workflow.control import contended
from workflow.control.contended import TRIES, Turns
from workflow.model.errors import Contended


async def test_what_nobody_outran_waits_for_no_turn() -> None:
    turns, holding = Turns(), asyncio.Event()

    async def outrun() -> str | None:
        if not holding.is_set():
            holding.set()
            return None
        await asyncio.Event().wait()
        return "never"

    async def quick() -> str:
        return "at once"

    slow = asyncio.create_task(turns.uncontended("acme", outrun))
    await holding.wait()
    assert await turns.uncontended("acme", quick) == "at once"
    slow.cancel()


async def test_the_outrun_of_one_tenant_judge_one_after_the_other_and_others_are_not_held_up() -> None:
    turns, under_way, most = Turns(), {"acme": 0, "umbrella": 0}, {"acme": 0, "umbrella": 0}
    first: set[tuple[str, int]] = set()

    async def decide(tenant: str, number: int) -> int:
        async def once() -> int | None:
            if (tenant, number) not in first:
                first.add((tenant, number))
                return None
            under_way[tenant] += 1
            most[tenant] = max(most[tenant], under_way[tenant])
            await asyncio.sleep(0)
            under_way[tenant] -= 1
            return number

        return await turns.uncontended(tenant, once)

    came = await asyncio.gather(*(decide(tenant, n) for n in range(20) for tenant in under_way))
    assert (sorted(came), most) == (sorted([*range(20), *range(20)]), {"acme": 1, "umbrella": 1})


async def test_a_turn_that_does_not_come_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contended, "PATIENCE", 0.0)
    turns, tries = Turns(), iter([None, "done"])

    async def stuck() -> str | None:
        if holding.is_set():
            await asyncio.Event().wait()
        holding.set()
        return None

    async def outrun() -> str | None:
        return next(tries)

    holding = asyncio.Event()
    slow = asyncio.create_task(turns.uncontended("acme", stuck))
    await holding.wait()
    assert await turns.uncontended("acme", outrun) == "done"
    slow.cancel()


async def test_being_outrun_again_and_again_ends_in_an_error_that_says_to_try_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(contended, "LONGEST_PAUSE", 0.0)
    calls = []

    async def always_outrun() -> str | None:
        calls.append(1)
        return None

    with pytest.raises(Contended, match="acme") as raised:
        await Turns().uncontended("acme", always_outrun)
    assert (len(calls), raised.value.retryable) == (TRIES, True)
