"""failover_route, on every cloud."""

from __future__ import annotations

import pytest

from tests.contract.clouds.conformance import Writes
from tests.contract.clouds.world import World
from workflow.model.errors import NotFound


class TestFailoverRoute(Writes):
    """The tool's cases. What is held of a route is what each target carries."""

    tool = "failover_route"
    adds = False

    @pytest.mark.parametrize("wrong", [{"zone": "nothing"}, {"to_target": "nothing"}], ids=str)
    def test_a_route_or_target_that_is_not_there_is_not_found(self, world: World, wrong: dict[str, str]) -> None:
        arguments, before = self.arguments(world), world.held(self.tool)
        with pytest.raises(NotFound):
            world.perform(self.tool, {**arguments, **wrong})
        assert world.held(self.tool) == before
