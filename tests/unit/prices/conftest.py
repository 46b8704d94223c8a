"""The build's report and the raw lines, read once."""

from __future__ import annotations

import pytest

from mcp_handlers.prices import build
from mcp_handlers.prices.build import Report
from tests.unit.prices import scan


@pytest.fixture(scope="session")
def built() -> dict[str, tuple[bytes, Report]]:
    """A fresh build of every cloud: its bytes and its report."""
    return {cloud: build.build(cloud) for cloud in build.sources()}


@pytest.fixture(scope="session")
def worlds(built: dict[str, tuple[bytes, Report]]) -> list[scan.World]:
    """Every cloud's raw lines, without those that the report rejects."""
    return [scan.world(report) for _, report in built.values()]
