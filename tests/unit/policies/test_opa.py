"""What OPA's own tools and regal say of the policies: formatted, typed against the question, tested in full."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from policies.checks.schema import Question, schema
from policies.engine.bundle import PACKAGED
from policies.engine.opa_binary import BUILT
from policies.engine.said import asked
from tests.contract.gates import reading, training
from tests.contract.opa import binary

FOLDERS = [str(PACKAGED / name) for name in ("data", "gate", "rules", "lib", "checks")]
"""Named one by one, so that what is in `data/roles` is `data.roles`."""


def run(order: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
    """One command, to its end."""
    return subprocess.run([*map(str, order)], capture_output=True, text=True, timeout=560, check=False)


def checked(tmp_path: Path, *policies: str | Path) -> subprocess.CompletedProcess[str]:
    """`opa check --strict`, against the question's schema."""
    (tmp_path / "question.json").write_text(json.dumps(schema()))
    return run([binary(), "check", "--strict", "--schema", tmp_path / "question.json", *policies])


def test_the_policies_are_formatted() -> None:
    told = run([binary(), "fmt", "--list", "--fail", *FOLDERS[1:]])
    assert (told.returncode, told.stdout) == (0, "")


def test_the_policies_are_strict_and_read_only_fields_that_a_question_has(tmp_path: Path) -> None:
    rules = [path for path in PACKAGED.glob("**/*.rego") if not path.stem.endswith("_test")]
    told = checked(tmp_path, *rules)
    assert (told.returncode, told.stderr) == (0, "")


def test_a_field_that_no_question_has_is_found(tmp_path: Path) -> None:
    misspelt = tmp_path / "misspelt.rego"
    misspelt.write_text("package misspelt\n\nallow if input.principal.tenent == data.acme\n")
    told = checked(tmp_path, misspelt)
    assert told.returncode != 0
    assert "input.principal.tenent" in told.stderr


def test_every_question_fits_the_schema() -> None:
    for question in (training(), reading("get_quotas", {"region": "eu-west-1", "machine": "m5.large"})):
        assert Question.model_validate(asked(question)).model_dump(mode="json") == asked(question)


# OPA gives each test five seconds unless told otherwise, which on a busy machine is too little.
@pytest.mark.timeout(600)
def test_every_test_holds_and_every_line_is_tested() -> None:
    told = run([binary(), "test", "--coverage", "--timeout", "120s", *FOLDERS])
    assert told.returncode == 0, told.stdout
    report = json.loads(told.stdout)
    gaps = {name: file["not_covered"] for name, file in report["files"].items() if "not_covered" in file}
    assert (gaps, report["coverage"]) == ({}, 100)


def test_regal_finds_nothing() -> None:
    regal = BUILT.parent / "regal"
    if not regal.exists():
        pytest.skip("NOT LINTED BY REGAL: it is not built; run `make opa`")
    told = run([regal, "lint", "--config-file", PACKAGED / "checks" / "regal.yaml", "--no-color", *FOLDERS[1:]])
    assert told.returncode == 0, told.stdout
