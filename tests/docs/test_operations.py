"""What the pages for operators say to type: all that needs no account is typed, the rest is held against what the
programs know."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from tests.terraform.hcl import ROOTS, Module

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "operations").glob("*.md"))
BLOCK = re.compile(r"(?:<!-- (\w+) -->\n\s*)?```console\n(.*?)```", re.S)
TERRAFORM = {
    "init": {"-backend-config"},
    "plan": {"-var-file", "-var", "-out"},
    "apply": {"-var-file", "-var"},
    "output": {"-json"},
}
AZ = "az postgres flexible-server restore"
GCLOUD = (
    "gcloud sql instances clone ",
    "gcloud storage cp --recursive ",
    "gcloud services enable ",
    "gcloud services api-keys create ",
)


def blocks(page: Path, kind: str) -> list[str]:
    """The commands in the page's blocks of one kind; of no kind: those that are typed as they stand."""
    found = [text for mark, text in BLOCK.findall(page.read_text(encoding="utf-8")) if mark == kind]
    return [line.strip()[2:] for text in found for line in text.splitlines() if line.strip()]


def ids(page: Path) -> str:
    """A page's name."""
    return page.name


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_a_page_is_typed_from_its_first_line_to_its_last(page: Path, tmp_path: Path) -> None:
    typed = blocks(page, "")
    program = 'set -ex\ntollgate() { "$PYTHON" -m functions.cli.main "$@"; }\n' + "\n".join(typed)
    (tmp_path / "policies").symlink_to(ROOT / "policies")
    (tmp_path / "home").mkdir()
    surroundings = {
        **os.environ,
        "PYTHON": sys.executable,
        "PYTHONPATH": str(ROOT),
        "TOLLGATE_HOME": str(tmp_path / "home"),
        "TOLLGATE_DATABASE_URL": "",
        "TOLLGATE_USER": "ops@example.com",
    }
    done = subprocess.run(
        ["bash", "-c", program],
        cwd=tmp_path,
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert (bool(typed), done.returncode) == (True, 0), done.stdout + done.stderr


def test_after_an_incident_everything_is_as_it_was_and_the_ledger_tells_of_it(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "operations" / "incident.md").read_text(encoding="utf-8")
    for began, ended in (("freeze on", "freeze off"), ("flags off", "flags on"), ("--reason", "--undo")):
        assert 0 <= text.index(began) < text.index(ended)


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_targets_of_make_exist(page: Path) -> None:
    for command in blocks(page, "make"):
        done = subprocess.run(["make", "-n", *shlex.split(command)[1:]], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_what_takes_an_account_is_at_least_a_command_that_there_is(page: Path) -> None:
    for command in blocks(page, "account"):
        words = shlex.split(command)
        if words[0] == "terraform":
            terraform(words[1:])
        elif words[0] == "aws" and words[1:3] != ["s3", "cp"]:
            aws(words[1:])
        elif words[0] == "cd":
            assert (ROOT / words[1]).is_dir()
        else:
            assert command.startswith((AZ, *GCLOUD, "aws s3 cp --recursive ")), command


def terraform(words: list[str]) -> None:
    """A subcommand with flags that it has, of a root that there is, setting variables that it has."""
    folders = [ROOT / word.partition("=")[2] for word in words if word.startswith("-chdir=")]
    assert [folder for folder in folders if folder not in ROOTS] == []
    verb, *rest = [word for word in words if not word.startswith("-chdir=")]
    known = Module.read(ROOTS[0]).variables
    for word in rest:
        flag, _, value = word.partition("=")
        assert not flag.startswith("-") or flag in TERRAFORM[verb], word
        assert flag != "-var" or value.partition("=")[0] in known, word


def aws(words: list[str]) -> None:
    """An operation of a service with members that it takes, as the SDK's own description has them."""
    service, verb, *rest = words
    model = botocore.session.get_session().get_service_model(service)
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    shape = model.operation_model(operations[verb]).input_shape
    assert shape is not None
    given = {word.removeprefix("--") for word in rest if word.startswith("--")}
    assert given <= {xform_name(name, "-") for name in shape.members}
    assert {xform_name(name, "-") for name in shape.required_members} <= given


@pytest.mark.parametrize("command", ["terraform aply", "terraform plan -vars=x", "terraform plan -var=colour=red"])
def test_a_wrong_flag_or_variable_is_noticed(command: str) -> None:
    with pytest.raises((AssertionError, KeyError, ValueError)):
        terraform([*shlex.split(command)[1:], "-json"])


@pytest.mark.parametrize(
    "command", ["rds restore-db --x y", "secretsmanager put-secret-value --secret x", "rds stop-db-instance"]
)
def test_a_wrong_operation_or_member_is_noticed(command: str) -> None:
    with pytest.raises((AssertionError, KeyError)):
        aws(shlex.split(command))


def test_there_is_a_page_for_everything_that_an_operator_does() -> None:
    assert [page.stem for page in PAGES] == ["deploy", "incident", "restore", "rollback", "rotate", "upgrade"]
