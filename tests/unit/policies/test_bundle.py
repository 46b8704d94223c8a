"""What a bundle is made of, and what is refused as one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from policies.engine.bundle import PACKAGED, BadBundle, load_bundle
from policies.engine.embedded import Embedded


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "policies"
    shutil.copytree(PACKAGED, copy, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    return copy


def test_the_revision_is_the_same_wherever_the_files_lie(folder: Path) -> None:
    assert load_bundle(folder) == load_bundle()


def test_one_changed_byte_is_another_revision(folder: Path) -> None:
    before = load_bundle(folder).revision
    for name in ("gate/gate.rego", "data/roles/data.json"):
        path = folder / name
        path.write_text(path.read_text() + "\n")
        after = load_bundle(folder).revision
        assert after != before
        before = after


def test_a_renamed_file_is_another_revision(folder: Path) -> None:
    before = load_bundle(folder).revision
    (folder / "rules/role/role.rego").rename(folder / "rules/role/roles.rego")
    assert load_bundle(folder).revision != before


def test_tests_are_no_part_of_it(folder: Path) -> None:
    before = load_bundle(folder)
    (folder / "gate/more_test.rego").write_text("package gate\nrequired := set()\n")
    assert load_bundle(folder) == before


def test_data_lies_under_the_name_of_its_folder() -> None:
    names = {path.parent.name for path in PACKAGED.glob("data/*/data.json")}
    assert json.loads(load_bundle().data).keys() == names


def test_a_folder_without_policies_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadBundle, match="no policies"):
        load_bundle(tmp_path)


@pytest.mark.parametrize("text", ["{", '{"a": 1, "a": 2}', "\udcff"], ids=["half", "key twice", "no UTF-8"])
def test_data_that_cannot_be_read_is_refused_by_name(folder: Path, text: str) -> None:
    (folder / "data/roles/data.json").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(BadBundle, match=r"data/roles/data\.json"):
        load_bundle(folder)


@pytest.mark.parametrize("text", ["package", "package rules\nsound if {"])
def test_policies_that_do_not_parse_are_refused(folder: Path, text: str) -> None:
    (folder / "rules/role/role.rego").write_text(text)
    with pytest.raises(BadBundle):
        Embedded(load_bundle(folder))


def test_a_bundle_without_its_own_checks_is_refused(folder: Path) -> None:
    (folder / "checks/data.rego").unlink()
    with pytest.raises(BadBundle):
        Embedded(load_bundle(folder))
