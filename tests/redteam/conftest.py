"""A house of its own for every attempt, and the table of what stopped them."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from functions.serve.settings import Settings
from tests.redteam.attack import MARK
from tests.redteam.house import House
from workflow.store.store import open_store


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", f"{MARK}(defence): what an attempt of the red team runs into")


@pytest.fixture(scope="session")
async def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that was made and never used: copying it is quicker than making another."""
    made = tmp_path_factory.mktemp("empty") / "tollgate.db"
    async with open_store(made):
        return made


@pytest.fixture
async def house(tmp_path: Path, empty: Path) -> AsyncIterator[House]:
    """Empty clouds, fresh keys, an empty store."""
    shutil.copy(empty, tmp_path)
    async with open_store(tmp_path / "tollgate.db") as store:
        yield House(Settings(tmp_path, 8000), store)
