"""release_resource, on every cloud."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from functions.registry import contract
from tests.contract.clouds.conformance import Writes
from tests.contract.clouds.world import World
from workflow.model.errors import NotFound, OutcomeUnknown


class TestReleaseResource(Writes):
    """The tool's cases, with a bucket. It has no undo, and who comes later finds nothing left to take away."""

    tool = "release_resource"

    def once(self, world: World, before: list[str]) -> list[str]:
        assert (len(before), world.held(self.tool)) == (1, [])
        return []

    def test_a_valid_call_is_answered(self, world: World) -> None:
        arguments = self.arguments(world)
        released = [world.perform(self.tool, arguments, key * 40).released for key in "01"]
        assert (released, world.held(self.tool)) == ([True, False], [])

    def test_twenty_at_once_are_one_effect(self, world: World) -> None:
        arguments = self.arguments(world)
        with ThreadPoolExecutor(20) as pool:
            made = list(pool.map(partial(world.perform, self.tool), [arguments] * 20))
        assert any(one.released for one in made)
        assert world.held(self.tool) == []

    @pytest.mark.parametrize("fate", ["error", "lost"])
    def test_after_an_answer_that_was_lost_the_same_call_leaves_one_effect(self, world: World, fate: str) -> None:
        arguments = self.arguments(world)
        self.strike(world, fate, times=1)
        with pytest.raises(OutcomeUnknown):
            world.perform(self.tool, arguments)
        world.perform(self.tool, arguments)
        assert world.held(self.tool) == []

    def test_an_undo_leaves_what_was_before(self, world: World) -> None:
        assert contract(self.tool).undo is None

    def test_what_is_not_there_is_not_released_and_anothers_is_not_found(self, world: World) -> None:
        arguments = self.arguments(world)
        absent = {**arguments["resource"], "id": "tgnothing"}
        assert world.perform(self.tool, {**arguments, "resource": absent}).released is False
        with pytest.raises(NotFound):
            world.perform(self.tool, {**arguments, "tenant": "rival"}, "0" * 40)
        assert len(world.held(self.tool)) == 1
