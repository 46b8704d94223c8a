"""A word to the orchestrators that a run may be due. It only saves waiting for the next tick."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol


class Wake(Protocol):
    """A queue. What is due is what the store says, so a word that comes twice, late, out of order or never is
    harmless, and nothing in it is believed."""

    async def publish(self, run: str) -> None:
        """Say that the run may be due. Never raises: the next tick comes anyway."""

    async def listen(self, seconds: float) -> Sequence[str]:
        """Wait for words, for so long at most; what to acknowledge them with. Empty where none came."""

    async def acknowledge(self, words: Sequence[str]) -> None:
        """They were acted on, and need not come again."""


class Silent:
    """No queue: nothing is said, and whoever listens waits the whole time."""

    async def publish(self, run: str) -> None:
        """Nothing."""

    async def listen(self, seconds: float) -> Sequence[str]:
        """Wait."""
        await asyncio.sleep(seconds)
        return ()

    async def acknowledge(self, words: Sequence[str]) -> None:
        """Nothing."""
