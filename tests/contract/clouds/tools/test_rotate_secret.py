"""rotate_secret, on every cloud."""

from __future__ import annotations

from typing import ClassVar

import pytest

from tests.contract.clouds.conformance import Writes
from tests.contract.clouds.world import World
from workflow.model.errors import NotFound


class TestRotateSecret(Writes):
    """The tool's cases. What is held of a secret is its versions' values, the current one's first."""

    tool = "rotate_secret"
    at_odds: ClassVar = [("finish and restore exclude each other", {"finish": True, "restore": "1"})]

    def test_an_undo_leaves_what_was_before(self, world: World) -> None:
        arguments, (value,) = self.arguments(world), world.held(self.tool)
        made = world.perform(self.tool, arguments)
        (undo,) = self.undone(arguments, made)
        world.perform(undo.tool, undo.arguments, "0" * 40)
        assert world.held(self.tool)[0] == value

    def test_a_secret_that_is_not_there_is_not_found(self, world: World) -> None:
        arguments, before = self.arguments(world), world.held(self.tool)
        with pytest.raises(NotFound):
            world.perform(self.tool, {**arguments, "secret": "nothing"})
        assert world.held(self.tool) == before
