"""get_health, on every cloud."""

from __future__ import annotations

import pytest

from tests.contract.clouds.conformance import Reads
from tests.contract.clouds.world import World
from workflow.model.errors import NotFound


class TestGetHealth(Reads):
    """The tool's cases, with a bucket."""

    tool = "get_health"

    def test_what_is_not_there_is_gone_and_anothers_is_not_found(self, world: World) -> None:
        arguments = self.arguments(world)
        absent = {**arguments["resource"], "id": "tgnothing"}
        assert world.perform(self.tool, {**arguments, "resource": absent}).health.status == "gone"
        with pytest.raises(NotFound):
            world.perform(self.tool, {**arguments, "tenant": "rival"})
