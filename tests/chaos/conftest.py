"""The clouds of each test process, and the count of cases at the end."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.chaos.house import House, clouds_up
from tests.chaos.stories import AWS, OURS

Counted = Callable[[Sequence[str], Sequence[str]], None]
"""Told of the cases that were tried, and of what went wrong; fails where anything did."""


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Started once."""
    with clouds_up(tmp_path_factory.mktemp("clouds"), OURS) as found:
        yield found


@pytest.fixture(scope="session")
def aws_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """AWS alone, started once."""
    with clouds_up(tmp_path_factory.mktemp("aws"), AWS) as found:
        yield found


@pytest.fixture
def counted(record_property: Callable[[str, object], None]) -> Counted:
    """Remembers the cases for the count."""

    def count(cases: Sequence[str], wrong: Sequence[str]) -> None:
        record_property("cases", len(cases))
        record_property("failures", len(wrong))
        assert not wrong, "\n".join(wrong)

    return count


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many cases there were, and how many failed."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    told = [dict(report.user_properties) for report in reports if getattr(report, "when", "") == "call"]
    cases, failures = (sum(int(str(one.get(name, 0))) for one in told) for name in ("cases", "failures"))
    if cases:
        terminalreporter.write_line(f"chaos: {cases} cases, {failures} failures")
