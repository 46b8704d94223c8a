"""get_quotas, on every cloud."""

from __future__ import annotations

import pytest

from tests.contract.clouds.conformance import Reads
from tests.contract.clouds.world import World
from workflow.model.errors import Terminal


class TestGetQuotas(Reads):
    """The tool's cases."""

    tool = "get_quotas"

    def test_a_machine_that_is_not_there_has_no_quota(self, world: World) -> None:
        with pytest.raises(Terminal):
            world.perform(self.tool, {**self.arguments(world), "machine": "no-such-machine"})
