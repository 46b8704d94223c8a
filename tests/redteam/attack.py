"""How an attempt is written down: which defence it runs into, and how the attempts are counted.

    @stopped_by("Grants are bound to the arguments")
    async def test_…

Every function and every case of a parametrised one is an attempt; a case may name a defence of its own.
"""

import importlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

MARK = "stopped_by"


def stopped_by(defence: str) -> pytest.MarkDecorator:
    """The defence that an attempt runs into."""
    return pytest.mark.stopped_by(defence)


def case(*values: Any, by: str, name: str = "") -> Any:
    """A case of a parametrised attempt that runs into a defence of its own."""
    return pytest.param(*values, marks=stopped_by(by), id=name or None)


def modules() -> Iterator[ModuleType]:
    """Every file of attempts."""
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        if path.stem != "test_count":
            yield importlib.import_module(f"{__package__}.{path.stem}")


def attempts(module: ModuleType) -> Counter[str]:
    """How many attempts of a module run into which defence; one without a defence is counted under ""."""
    found: Counter[str] = Counter()
    for name, function in vars(module).items():
        if name.startswith("test_"):
            for defence in _defences(getattr(function, "pytestmark", [])):
                found[defence] += 1
    return found


def _defences(marks: list[pytest.Mark]) -> Iterator[str]:
    usual = next((mark.args[0] for mark in marks if mark.name == MARK), "")
    cases: list[list[Any]] = [[]]
    for mark in marks:
        if mark.name == "parametrize":
            cases = [[*chosen, one] for chosen in cases for one in mark.args[1]]
    for chosen in cases:
        own = [m.args[0] for one in chosen for m in getattr(one, "marks", ()) if m.name == MARK]
        yield own[0] if own else usual
