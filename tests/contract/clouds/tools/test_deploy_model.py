"""deploy_model, on every cloud."""

from __future__ import annotations

from typing import ClassVar

import pytest

from tests.contract.clouds.conformance import Creates
from tests.contract.clouds.world import World
from workflow.model.errors import NotFound


class TestDeployModel(Creates):
    """The tool's cases."""

    tool = "deploy_model"
    asked: ClassVar = {"endpoint": "chat", "model": "models/chat/1", "image": "registry.example/acme/serve:1"}
    at_odds: ClassVar = [
        ("max_replicas is less than min_replicas", {"min_replicas": 3, "max_replicas": 2}),
        ("deploy needs bucket, model and image", {"image": ""}),
    ]

    @pytest.mark.parametrize("action", ["promote", "roll_back"])
    def test_an_endpoint_that_is_not_there_is_not_found(self, world: World, action: str) -> None:
        with pytest.raises(NotFound):
            world.perform(self.tool, {**self.arguments(world), "action": action})
