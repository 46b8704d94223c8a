"""The policies stay inside what every engine reads alike."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from policies.engine.bundle import PACKAGED

FILES = sorted(path for path in PACKAGED.glob("**/*.rego") if not path.stem.endswith("_test"))
TEXT_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|#[^\n]*')
CALL = re.compile(r"(?<![\w.])([a-z][\w.]*)\(")
DEFINED = re.compile(r"^(\w+)\(", re.MULTILINE)


def _bare(path: Path) -> str:
    return TEXT_OR_COMMENT.sub('""', path.read_text(encoding="utf-8"))


def _own_functions() -> set[str]:
    own = {name for path in FILES for name in DEFINED.findall(_bare(path))}
    return own | {f"data.lib.{name}" for name in own}


def test_only_listed_builtins_are_called() -> None:
    listed = set((PACKAGED / "checks" / "builtins.txt").read_text(encoding="utf-8").split())
    called = {name for path in FILES for name in CALL.findall(_bare(path))}
    assert called - _own_functions() == listed


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
class TestPortable:
    def test_sprintf_formats_with_v_alone(self, path: Path) -> None:
        for text in re.findall(r'sprintf\("((?:\\.|[^"\\])*)"', path.read_text(encoding="utf-8")):
            assert set(re.findall(r"%.", text)) <= {"%v"}

    def test_nothing_is_divided_with_a_rest(self, path: Path) -> None:
        # `x / y` gives a fraction unless the rest was taken away before.
        divisions = re.findall(r"\([^()]* - [^()]*\) / 10|/", _bare(path))
        assert all(division != "/" for division in divisions)

    def test_no_package_is_imported(self, path: Path) -> None:
        # The embedded engine evaluates an imported package whole, at every decision.
        assert not re.search(r"^import ", path.read_text(encoding="utf-8"), re.MULTILINE)

    def test_not_is_never_put_before_a_call_about_a_reference(self, path: Path) -> None:
        # OPA looks the reference up outside the `not`: where it is undefined, `not` does not hold but the rule fails.
        assert not re.findall(r"not [\w.]+\([^)]*[.\[][^)]*\)", _bare(path))


RULES = [path for path in FILES if path.parent.parent.name == "rules" and path.parent.name != "question"]


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
class TestShapeOfARule:
    def test_the_gate_requires_it(self, path: Path) -> None:
        gate = (PACKAGED / "gate" / "gate.rego").read_text(encoding="utf-8")
        required = re.search(r"^required := \{(.*)\}$", gate, re.MULTILINE)
        assert required is not None
        assert f'"{path.parent.name}"' in required[1].split(", ")

    def test_it_agrees_in_its_own_name_alone(self, path: Path) -> None:
        agreed = re.findall(r'^agrees contains "(\w+)"', path.read_text(encoding="utf-8"), re.MULTILINE)
        assert set(agreed) == {path.parent.name}

    def test_a_denial_only_says_why_it_did_not_agree(self, path: Path) -> None:
        # A denial beside an agreement would go unheard.
        text = path.read_text(encoding="utf-8")
        denials = re.findall(r"^deny contains .* if \{\n\t(.*)$", text, re.MULTILINE)
        assert len(denials) == text.count("\ndeny contains ")
        assert set(denials) == {f'not "{path.parent.name}" in agrees'}
