"""What a door must be able to do for answers to go out by it. Rendering is pure; sending decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from workflow.answers.story import Story
from workflow.model.base import Json, Noun, digest


class Part(Noun):
    """One message, rendered: `name` is stable in its conversation, so that the same part is edited, not sent again."""

    name: str
    payload: Json

    @property
    def digest(self) -> str:
        """Of what would be sent."""
        return digest(self.payload)


class Post(Protocol):
    """One door's way out."""

    def parts(self, story: Story, address: Json) -> Sequence[Part]:
        """A run as messages, in the order in which they are first sent. Pure."""

    def note(self, note: Json, address: Json) -> Part:
        """A single word as a message. Pure."""

    async def send(self, address: Json, part: Part, mark: str, ref: str) -> str:
        """Send it, or edit the one that `ref` names; its reference from now on. `mark` goes along, to be found by.

        Raises Retryable, with `retry_after` where the service said so, or Terminal.
        """

    async def find(self, address: Json, part: Part, mark: str) -> str:
        """The reference of a message that was sent with this mark, or empty. Raises as `send`."""
