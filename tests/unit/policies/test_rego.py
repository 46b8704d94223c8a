"""The Rego tests beside the rules, each one a case here, run by the engine that is embedded."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import regorus

from policies.engine.bundle import PACKAGED, load_bundle

TEST = re.compile(r"^(test_\w+)", re.MULTILINE)
PACKAGE = re.compile(r"^package (\S+)", re.MULTILINE)


def _cases() -> list[str]:
    found = []
    for path in sorted(PACKAGED.glob("**/*_test.rego")):
        text = path.read_text(encoding="utf-8")
        package = PACKAGE.search(text)
        assert package is not None, path
        found += [f"data.{package[1]}.{name}" for name in TEST.findall(text)]
    return found


def _engine() -> regorus.Engine:
    engine = regorus.Engine()
    for path in sorted(PACKAGED.glob("**/*.rego")):
        engine.add_policy(path.relative_to(PACKAGED).as_posix(), path.read_text(encoding="utf-8"))
    engine.add_data_json(load_bundle().data)
    return engine


@pytest.fixture(scope="module")
def engine() -> regorus.Engine:
    return _engine()


@pytest.mark.parametrize("case", _cases())
def test_rego(case: str, engine: regorus.Engine) -> None:
    engine.set_input_json("{}")
    assert engine.eval_rule_as_json(case) == "true"


def _rules() -> list[Path]:
    return sorted((PACKAGED / "rules").iterdir())


@pytest.mark.parametrize("folder", _rules(), ids=lambda folder: folder.name)
def test_every_rule_is_tested_three_ways(folder: Path) -> None:
    tests = TEST.findall((folder / f"{folder.name}_test.rego").read_text(encoding="utf-8"))
    assert any("allowed" in name for name in tests)
    assert any("denied" in name for name in tests)
    assert any("absent" in name for name in tests)
