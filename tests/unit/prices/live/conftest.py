"""The small world on disk and its price lists on a port, and a refresh between them on a clock of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mcp_handlers.prices.catalog import Catalog
from mcp_handlers.prices.live.folder import Folder
from mcp_handlers.prices.live.refresh import Refreshed, Step, refresh
from mcp_handlers.prices.live.sources import Sources
from tests.fakes.clock import FixedClock
from tests.fakes.price_lists import PriceLists
from tests.unit.prices.live import world

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class Market:
    """What is sold, what is in force, and what was told while a refresh ran."""

    lists: PriceLists
    folder: Folder
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOON))
    steps: list[Step] = field(default_factory=list)
    waited: list[tuple[type[BaseException], float]] = field(default_factory=list)

    @property
    def sources(self) -> Sources:
        """The sources, at the lists' addresses."""
        return Sources(self.folder, self.clock, self.lists.environment(), self._wait, self._sleep)

    def _wait(self, error: BaseException, seconds: float) -> None:
        self.waited.append((type(error), seconds))

    def _sleep(self, seconds: float) -> None:
        self.clock.forward(seconds=seconds)

    def refresh(self, cloud: str) -> Refreshed:
        """One refresh, in this process."""
        return refresh(self.sources.of(cloud), self.folder, self.clock, self.steps.append)

    def in_force(self, cloud: str) -> tuple[bytes, bytes]:
        """The snapshot and the price file, byte for byte."""
        return self.folder.data(f"{cloud}.csv.gz").read_bytes(), self.folder.offers(cloud).read_bytes()

    def rate(self, cloud: str, machine: str, region: str, purchase: int = 0) -> int:
        """What the price file in force sells a machine for: its lowest rate in a region, microdollars an hour."""
        catalog = Catalog(cloud, str(self.folder.offers(cloud)))
        number = catalog.machines.index(machine)
        rows = range(catalog.first[2 * number + purchase], catalog.first[2 * number + purchase + 1])
        places = {row: catalog.place_region[catalog.place[row]] for row in rows}
        return min(catalog.rate[row] for row, place in places.items() if catalog.regions[place] == region)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small world's folder, to be copied."""
    return world.make(tmp_path_factory.mktemp("prices") / "made").path


@pytest.fixture
def market(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Market]:
    """A market of its own for every test."""
    folder = Folder(Path(shutil.copytree(made, tmp_path / "prices")))
    with world.lists(folder).served() as lists:
        for name, value in lists.environment().items():
            monkeypatch.setenv(name, value)
        yield Market(lists, folder)
