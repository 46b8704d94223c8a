"""What an entry is told so that the suite can compare: whose cloud is behind it, and a clock that stands."""

import os
from datetime import datetime
from types import ModuleType

from functions import binding
from tests.fakes.clock import FixedClock

CLOUD = "SUITE_CLOUD"
NOW = "SUITE_NOW"


def tell(entry: ModuleType) -> None:
    """For the whole process, before anything is bound."""
    entry.CLOUD = os.environ[CLOUD]
    binding.SystemClock = lambda: FixedClock(datetime.fromisoformat(os.environ[NOW]))
