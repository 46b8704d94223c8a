"""attach_volume, on every cloud."""

from __future__ import annotations

from typing import ClassVar

import pytest

from tests.contract.clouds.conformance import Creates
from tests.contract.clouds.world import World
from workflow.model.errors import NotFound

DISK = {"cloud": "aws", "kind": "volume", "id": "vol-1", "region": "eu-west-1"}


class TestAttachVolume(Creates):
    """The tool's cases."""

    tool = "attach_volume"
    asked: ClassVar = {"size_gib": 40}
    at_odds: ClassVar = [
        ("attached to a resource of kind instance", {"instance": DISK}),
        ("must be in the region of the volume", {"region": "mars-1"}),
    ]

    def test_a_machine_that_is_not_there_is_not_found(self, world: World) -> None:
        arguments = self.arguments(world)
        world.perform("release_resource", {"resource": arguments["instance"], "tenant": "acme"}, "0" * 40)
        with pytest.raises(NotFound):
            world.perform(self.tool, arguments)
        assert world.held(self.tool) == []
