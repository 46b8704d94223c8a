"""`--help`, which is what somebody tries first, of every command there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from functions.cli.main import build


def commands(command: Any, *way: str) -> Iterator[tuple[str, ...]]:
    """Every way to a command or a group of commands."""
    yield way
    for name, each in getattr(command, "commands", {}).items():
        yield from commands(each, *way, name)


EVERYTHING = build("")


@pytest.mark.parametrize("way", list(commands(get_command(EVERYTHING))), ids=lambda way: " ".join(way) or "tollgate")
def test_every_command_says_how_it_is_used(way: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(EVERYTHING, [*way, "--help"])
    assert (shown.exit_code, shown.exception) == (0, None)
    assert "Usage:" in shown.output
