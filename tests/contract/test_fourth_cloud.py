"""A fourth cloud needs its folder and its data, and nothing else: added to a copy of the house as CONTRIBUTING says.

The page is what is performed: its commands are run as they stand there, and its list of files is held against the files
that were touched.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from functions.registry import cloud_names, contracts
from tests.contract import moon
from workflow.model.base import Json

HOUSE = Path(__file__).parents[2]
ROOMS = ("functions", "infra", "mcp_handlers", "policies", "workflow")
WRITES = sorted(name for name, tool in contracts().items() if tool.risk != "read")


@dataclass(frozen=True)
class Copy:
    """A copy of the house with the moon in it. `before` and `after` are the digests of its files; `first` and `again`
    are what two processes, one after the other, made of the same calls."""

    root: Path
    environment: dict[str, str]
    before: dict[str, str]
    after: dict[str, str]
    first: Json
    again: Json


def section() -> str:
    """What CONTRIBUTING says of adding a cloud, up to what is wanted only sometimes."""
    page = (HOUSE / "CONTRIBUTING.md").read_text()
    return page.split("## Add a cloud\n")[1].split("\n## ")[0].split("Its tools then answer")[0]


def named() -> set[str]:
    """The files and folders that the page names."""
    return {name.replace("<cloud>", "moon") for name in re.findall(r"`([\w<>./]+/[\w<>./]*)`", section())}


def digests(root: Path) -> dict[str, str]:
    """Every file of the rooms, but for what Python leaves behind."""
    files = [path for room in ROOMS for path in (root / room).rglob("*") if path.is_file()]
    kept = [path for path in files if "__pycache__" not in path.parts]
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}


def run(root: Path, environment: dict[str, str], *words: str, told: str = "") -> str:
    """What a fresh interpreter prints, in the copy."""
    done = subprocess.run(
        [sys.executable, *words], cwd=root, env=environment, input=told, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def typed(command: str) -> list[str]:
    """A command of the page as the arguments of a Python."""
    program, *words = shlex.split(command)
    return ["-m", "functions.cli.main", *words] if program == "tollgate" else words


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """The moon, added in the page's steps and called twice."""
    root = tmp_path_factory.mktemp("house")
    for room in (*ROOMS, "tests/architecture"):
        shutil.copytree(HOUSE / room, root / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HOUSE / "pyproject.toml", root)
    before = digests(root)
    moon.write_folder(root / "mcp_handlers" / "moon", {name: tool.summary for name, tool in contracts().items()})
    moon.write_prices(root / "mcp_handlers" / "prices" / "data")
    moon.write_policy(root / "policies" / "data")
    state = root / "moon.json"
    state.write_text(json.dumps({"effects": {}, "resources": {}}))
    environment = {
        **os.environ,
        "PYTHONPATH": str(root),
        "TOLLGATE_MOON": str(state),
        "TOLLGATE_HOME": str(root / "home"),
    }
    for command in re.findall(r"^ *\$ (.+)$", section(), re.M):
        run(root, environment, *typed(command))
    script, calls = str(HOUSE / "tests" / "contract" / "moon_calls.py"), json.dumps(moon.CALLS)
    first, again = (json.loads(run(root, environment, script, told=calls)) for _ in range(2))
    return Copy(root, environment, before, digests(root), first, again)


def test_the_files_that_were_touched_are_those_that_the_page_names(copy: Copy) -> None:
    touched = {name for name, digest in copy.after.items() if copy.before.get(name) != digest}
    assert copy.before.keys() - copy.after.keys() == set()
    assert {name for name in touched if not any(_covers(place, name) for place in named())} == set()
    assert {place for place in named() if not any(_covers(place, name) for name in touched)} == set()


def _covers(place: str, name: str) -> bool:
    return name.startswith(place) if place.endswith("/") else name == place


def test_the_registry_finds_it_by_its_folder(copy: Copy) -> None:
    assert copy.first["house"] == str(copy.root)
    assert set(copy.first["clouds"]) == {*cloud_names(), "moon"}
    assert sorted(copy.first["calls"]) == copy.first["tools"] == sorted(contracts())


@pytest.mark.parametrize("tool", sorted(contracts()))
def test_every_tool_lists_itself_and_answers_a_valid_call(copy: Copy, tool: str) -> None:
    seen = copy.first["calls"][tool]
    assert seen["listed"] == [tool]
    assert (seen["answer"]["status"], seen["answer"]["isError"]) == (200, False), seen["answer"]
    contracts()[tool].output.model_validate(seen["answer"]["structuredContent"])


@pytest.mark.parametrize("tool", sorted(contracts()))
def test_every_field_that_is_wrong_is_named_and_nothing_is_done(copy: Copy, tool: str) -> None:
    for name, answer in copy.first["calls"][tool]["odd"].items():
        error = answer["_meta"]["tollgate/error"]
        assert (answer["isError"], error["code"]) == (True, "BAD_REQUEST")
        assert re.search(rf"[: ;]{name}\b", error["message"])


@pytest.mark.parametrize("tool", WRITES)
def test_a_write_is_refused_without_a_grant(copy: Copy, tool: str) -> None:
    seen = copy.first["calls"][tool]
    assert (seen["without_grant"]["status"], seen["without_grant"]["data"]["code"]) == (401, "UNAUTHORIZED")
    assert len(seen["state_after"]["effects"]) == len(seen["state_before"]["effects"]) + 1


@pytest.mark.parametrize("tool", WRITES)
def test_the_same_key_in_a_later_process_makes_no_second(copy: Copy, tool: str) -> None:
    first, again = copy.first["calls"][tool], copy.again["calls"][tool]
    assert again["answer"]["structuredContent"] == first["answer"]["structuredContent"]
    assert again["state_after"] == again["state_before"]


def test_what_a_write_made_is_there_until_it_is_released(copy: Copy) -> None:
    calls = copy.first["calls"]
    assert [one["id"] for one in calls["create_storage_bucket"]["answer"]["structuredContent"]["resources"]] == [
        "crater-0"
    ]
    assert calls["get_health"]["answer"]["structuredContent"]["health"]["status"] == "healthy"
    assert calls["release_resource"]["answer"]["structuredContent"]["released"] is True
    assert copy.again["calls"]["get_health"]["answer"]["structuredContent"]["health"]["status"] == "gone"


def test_its_machines_are_on_offer_beside_all_others(copy: Copy) -> None:
    quote = ["-m", "functions.cli.main", "prices", "quote", "--vcpus", "2", "--json", "--jurisdiction", "EU"]
    answer = json.loads(run(copy.root, copy.environment, *quote))
    best = answer["offers"][0]["offer"]
    assert set(answer["matched"]) == {*cloud_names(), "moon"}
    assert (best["cloud"], best["region"], best["machine"], best["purchase"]) == (
        "moon", moon.REGION, moon.MACHINE, "spot"
    )  # fmt: skip


def test_it_passes_the_architecture_tests_of_the_house(copy: Copy) -> None:
    tests = ["tests/architecture/test_rooms.py", "tests/architecture/test_cold_start.py"]
    said = run(copy.root, copy.environment, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "moon", *tests)
    assert re.search(r"\d+ passed", said)
