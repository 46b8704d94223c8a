"""A clock that stands where it is put."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass
class FixedClock:
    """The Clock port; `forward` moves it."""

    moment: datetime

    def now(self) -> datetime:
        """Where it stands."""
        return self.moment

    def forward(self, **how_far: float) -> None:
        """Move it: `forward(minutes=5)`."""
        self.moment += timedelta(**how_far)
