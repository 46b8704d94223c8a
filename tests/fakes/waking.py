"""A queue that only remembers."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Woken:
    """The Wake port: `runs` are those that were told of."""

    runs: list[str] = field(default_factory=list)

    async def publish(self, run: str) -> None:
        """Remember it."""
        self.runs.append(run)

    async def listen(self, seconds: float) -> Sequence[str]:
        """Nothing to hear."""
        return ()

    async def acknowledge(self, words: Sequence[str]) -> None:
        """Nothing to do."""
