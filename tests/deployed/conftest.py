"""The stack, deployed once for these tests, and the table at their end."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.deployed.account import OSLS
from tests.deployed.stack import Stack, deployed, sizes

FIGURES: dict[str, str] = {}
WANTED = "TOLLGATE_DEPLOYED"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Minutes of work: only where it is asked for."""
    if os.environ.get(WANTED) == "1":
        return
    for item in items:
        if "tests/deployed/" in item.path.as_posix() and item.get_closest_marker("quick") is None:
            item.add_marker(pytest.mark.skip(reason="`make deploy-local` runs this."))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Stack]:
    """Everything deployed."""
    assert OSLS.exists(), "osls is not installed: `make deploy-local` does that."
    terminal = request.config.pluginmanager.get_plugin("terminalreporter")
    capture = request.config.pluginmanager.get_plugin("capturemanager")

    def say(words: str) -> None:
        with capture.global_and_fixture_disabled():
            terminal.write_line(f"… {words}")

    with deployed(tmp_path_factory.mktemp("deployed"), say) as found:
        yield found
    FIGURES.update(found.figures)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was measured."""
    if not FIGURES:
        return
    terminalreporter.section("deployed")
    for what, figure in FIGURES.items():
        terminalreporter.write_line(f"{what:<56} {figure:>24}")
    for name, about in sizes().items():
        size = f"{about['packed'] / 1e6:.1f} MB, unzipped {about['unpacked'] / 1e6:.1f} MB"
        terminalreporter.write_line(f"{'artefact ' + name:<46} {size:>34}")
