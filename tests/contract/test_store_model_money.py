"""What a language model costs is one sum a day, whoever asks: never past its limit, on every store and its fake."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.contract.stores import NOW, STORES
from tests.fakes.model_money import ModelMoney
from workflow.model.model_spending import ModelSpending

TODAY = NOW.date()
KEPT = [*STORES, "fake"]


@asynccontextmanager
async def two_processes(name: str, folder: Path) -> AsyncIterator[tuple[ModelSpending, ModelSpending]]:
    """The same sums, opened twice."""
    if name == "fake":
        money = ModelMoney()
        yield money, money
        return
    place = STORES[name].place(folder)
    async with STORES[name].open(place) as one, STORES[name].open(place) as other:
        yield one, other


@pytest.mark.parametrize("name", KEPT)
async def test_many_questions_in_two_processes_never_pass_the_days_limit(name: str, tmp_path: Path) -> None:
    async with two_processes(name, tmp_path) as (one, other):
        held = await asyncio.gather(*(each.hold_model_money(TODAY, 30, 100) for each in [one, other] * 5))
        assert (sum(held), await one.model_money_spent(TODAY)) == (3, 90)
        assert await other.hold_model_money(TODAY, 10, 100)
        assert not await one.hold_model_money(TODAY, 1, 100)


@pytest.mark.parametrize("name", KEPT)
async def test_what_was_set_aside_is_corrected_on_its_own_day(name: str, tmp_path: Path) -> None:
    async with two_processes(name, tmp_path) as (one, other):
        assert await one.hold_model_money(TODAY, 50, 100)
        assert await other.hold_model_money(TODAY + timedelta(days=1), 70, 100)
        await other.settle_model_money(TODAY, -48)
        days = [await one.model_money_spent(TODAY + timedelta(days=each)) for each in range(3)]
        assert days == [2, 70, 0]
