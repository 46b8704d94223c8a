"""Another tool needs its contract, a file in every cloud and its lines in the policy data, and nothing else.

It is added to a copy of the house in CONTRIBUTING's steps, and the page's files are held against those touched.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from functions.registry import cloud_names, tool_names
from tests.contract.copied_house import Copy, covers, places, section
from tests.contract.moon import TAGS
from workflow.model.base import Json

TOOL = "create_archive"
STEPS = section("Add a tool", "Then registry")
"""What is to be done, without what comes on top for some tools."""
REGIONS = {"aws": "eu-west-1", "azure": "westeurope", "gcp": "europe-west1"}
CONTRACT = '''"""Create an archive."""

from __future__ import annotations

from pydantic import Field

from mcp_handlers.tools.contract import Created, Placed, Tool, release_created


class Input(Placed):
    """An archive of so many `shelves`."""

    shelves: int = Field(default=1, ge=1, le=9)


class Output(Created):
    """One resource of kind `bucket`."""


TOOL = Tool(
    name="create_archive", summary="Create an archive.", risk="write", input=Input, output=Output, undo=release_created
)
'''
HANDLER = '''"""Create an archive on {cloud}."""

from __future__ import annotations

from mcp_handlers.{cloud}.client import Clients
from mcp_handlers.tools.create_archive import Input, Output
from workflow.model.resource import Resource


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """One archive, named by the key."""
    return Output(resources=(Resource(cloud="{cloud}", kind="bucket", id=key, region=wanted.region),))
'''


@dataclass(frozen=True)
class Added:
    """The house with the tool in it. By cloud, what came of a call before the policy data named the tool, and after."""

    house: Copy
    unknown: dict[str, Json]
    known: dict[str, Json]


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> Added:
    """The tool, added in the page's steps."""
    house = Copy(tmp_path_factory.mktemp("house"), "tests/architecture", "tests/unit/policies")
    rooms, data = house.root / "mcp_handlers", house.root / "policies" / "data"
    (rooms / "tools" / f"{TOOL}.py").write_text(CONTRACT)
    for cloud in cloud_names():
        (rooms / cloud / f"{TOOL}.py").write_text(HANDLER.format(cloud=cloud))
    unknown = {cloud: call(house, cloud) for cloud in cloud_names()}
    entry = {"risk": "write", "creates": True, "machines": False, "owner": "tags"}
    change(data / "tools" / "data.json", lambda told: {**told, TOOL: entry})
    change(
        data / "roles" / "data.json",
        lambda told: {**told, "admin": [*told["admin"], {"tools": [TOOL], "environments": [TAGS["environment"]]}]},
    )
    return Added(house, unknown, {cloud: call(house, cloud) for cloud in cloud_names()})


def change(path: Path, how: Callable[[Json], Json]) -> None:
    """Write the file's data anew."""
    path.write_text(json.dumps(how(json.loads(path.read_text()))))


def call(house: Copy, cloud: str) -> Json:
    """What a fresh process makes of a valid call of the tool, and of others."""
    report = house.call(cloud, {TOOL: {"region": REGIONS[cloud], "tags": TAGS, "shelves": 2}})
    assert sorted(report["tools"]) == sorted({*tool_names(), TOOL})
    seen: Json = report["calls"][TOOL]
    return seen


def test_the_files_that_were_touched_are_those_that_the_page_names(added: Added) -> None:
    named = [place.replace("<tool>", TOOL) for place in places(STEPS)]
    wanted = {place.replace("<cloud>", cloud) for place in named for cloud in cloud_names()}
    touched = added.house.touched()
    assert {name for name in touched if not any(covers(place, name) for place in wanted)} == set()
    assert {place for place in wanted if not any(covers(place, name) for name in touched)} == set()


@pytest.mark.parametrize("cloud", cloud_names())
def test_the_gate_denies_it_until_the_data_names_it(added: Added, cloud: str) -> None:
    answer = added.unknown[cloud]["answer"]
    assert (answer["isError"], answer["_meta"]["tollgate/decision"]["verdict"]) == (True, "deny")


@pytest.mark.parametrize("cloud", cloud_names())
def test_it_lists_itself_and_performs_a_granted_call(added: Added, cloud: str) -> None:
    seen = added.known[cloud]
    (made,) = seen["answer"]["structuredContent"]["resources"]
    assert seen["listed"] == [TOOL]
    assert made == {
        "cloud": cloud,
        "kind": "bucket",
        "id": seen["answer"]["_meta"]["tollgate/receipt"]["key"],
        "region": REGIONS[cloud],
        "zone": "",
    }


@pytest.mark.parametrize("cloud", cloud_names())
def test_it_is_refused_without_a_grant_and_with_a_wrong_field(added: Added, cloud: str) -> None:
    seen = added.known[cloud]
    assert seen["without_grant"]["status"] == 401
    codes = {name: wrong["_meta"]["tollgate/error"]["code"] for name, wrong in seen["odd"].items()}
    assert codes == dict.fromkeys(("region", "tags", "shelves", "colour"), "BAD_REQUEST")


@pytest.mark.parametrize("tests", ["tests/architecture/test_rooms.py", "tests/unit/policies/test_generated.py"])
def test_the_house_finds_it_well_made(added: Added, tests: str) -> None:
    assert " passed" in added.house.check(tests)
