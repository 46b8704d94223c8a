"""scale_nodepool, on every cloud."""

from __future__ import annotations

from typing import ClassVar

import pytest

from tests.contract.clouds.conformance import Writes
from tests.contract.clouds.world import World
from workflow.model.errors import NotFound


class TestScaleNodepool(Writes):
    """The tool's cases. What is held of a pool is its sizes."""

    tool = "scale_nodepool"
    asked: ClassVar = {"minimum": 2, "desired": 4, "maximum": 6}
    at_odds: ClassVar = [("must not decrease in this order", odd) for odd in ({"minimum": 5}, {"desired": 7})]
    adds = False

    def test_a_pool_that_is_not_there_is_not_found(self, world: World) -> None:
        arguments, before = self.arguments(world), world.held(self.tool)
        with pytest.raises(NotFound):
            world.perform(self.tool, {**arguments, "pool": "nothing"})
        assert world.held(self.tool) == before
