"""A fourth cloud needs its folder and its data, and nothing else: added to a copy of the house as CONTRIBUTING says.

The page is what is performed: its commands are run as they stand there, and its list of files is held against the files
that were touched.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import pytest

from functions.registry import cloud_names, contracts
from tests.contract import moon
from tests.contract.copied_house import Copy, commands, covers, places, section
from workflow.model.base import Json

WRITES = sorted(name for name, tool in contracts().items() if tool.risk != "read")
STEPS = section("Add a cloud", "Its tools then answer")
"""What is to be done, without what is wanted only sometimes."""


@dataclass(frozen=True)
class Moon:
    """The house with the moon in it. `first` and `again` are what two processes, one after the other, made of the same
    calls."""

    house: Copy
    first: Json
    again: Json


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Moon:
    """The moon, added in the page's steps and called twice."""
    house = Copy(tmp_path_factory.mktemp("house"), "tests/architecture", "tests/contract", "tests/fakes")
    rooms, policies = house.root / "mcp_handlers", house.root / "policies"
    moon.write_folder(rooms / "moon", {name: tool.summary for name, tool in contracts().items()})
    moon.write_prices(rooms / "prices" / "data")
    moon.write_policy(policies / "data")
    moon.write_state(house.root / "moon.json")
    for words in commands(STEPS):
        house.run(*words)
    return Moon(house, house.call("moon", moon.CALLS), house.call("moon", moon.CALLS))


@pytest.fixture(scope="module")
def suite(copy: Moon) -> dict[str, str]:
    """What came of each case of the very files that the other clouds are held to, run in the house with the moon."""
    said = copy.house.check("-vv", "tests/contract/clouds/tools", only="moon")
    return dict(re.findall(r"^(\S+\[\S*moon\S*\]) (\w+)", said, re.M))


def test_the_files_that_were_touched_are_those_that_the_page_names(copy: Moon) -> None:
    named = {place.replace("<cloud>", "moon") for place in places(STEPS)}
    touched = copy.house.touched()
    assert {name for name in touched if not any(covers(place, name) for place in named)} == set()
    assert {place for place in named if not any(covers(place, name) for name in touched)} == set()


def test_the_registry_finds_it_by_its_folder(copy: Moon) -> None:
    assert copy.first["house"] == str(copy.house.root)
    assert set(copy.first["clouds"]) == {*cloud_names(), "moon"}
    assert sorted(copy.first["calls"]) == copy.first["tools"] == sorted(contracts())


@pytest.mark.parametrize("tool", sorted(contracts()))
def test_every_tool_lists_itself_and_answers_a_valid_call(copy: Moon, tool: str) -> None:
    seen = copy.first["calls"][tool]
    assert seen["listed"] == [tool]
    assert (seen["answer"]["status"], seen["answer"]["isError"]) == (200, False), seen["answer"]
    contracts()[tool].output.model_validate(seen["answer"]["structuredContent"])


@pytest.mark.parametrize("tool", sorted(contracts()))
def test_every_field_that_is_wrong_is_named_and_nothing_is_done(copy: Moon, tool: str) -> None:
    for name, answer in copy.first["calls"][tool]["odd"].items():
        error = answer["_meta"]["tollgate/error"]
        assert (answer["isError"], error["code"]) == (True, "BAD_REQUEST")
        assert re.search(rf"[: ;]{name}\b", error["message"])


@pytest.mark.parametrize("tool", WRITES)
def test_a_write_is_refused_without_a_grant(copy: Moon, tool: str) -> None:
    seen = copy.first["calls"][tool]
    assert (seen["without_grant"]["status"], seen["without_grant"]["data"]["code"]) == (401, "UNAUTHORIZED")
    assert len(seen["state_after"]["effects"]) == len(seen["state_before"]["effects"]) + 1


@pytest.mark.parametrize("tool", WRITES)
def test_the_same_key_in_a_later_process_makes_no_second(copy: Moon, tool: str) -> None:
    first, again = copy.first["calls"][tool], copy.again["calls"][tool]
    assert again["answer"]["structuredContent"] == first["answer"]["structuredContent"]
    assert again["state_after"] == again["state_before"]


def test_what_a_write_made_is_there_until_it_is_released(copy: Moon) -> None:
    calls = copy.first["calls"]
    assert [one["id"] for one in calls["create_storage_bucket"]["answer"]["structuredContent"]["resources"]] == [
        "crater-0"
    ]
    assert calls["get_health"]["answer"]["structuredContent"]["health"]["status"] == "healthy"
    assert calls["release_resource"]["answer"]["structuredContent"]["released"] is True
    assert copy.again["calls"]["get_health"]["answer"]["structuredContent"]["health"]["status"] == "gone"


def test_its_machines_are_on_offer_beside_all_others(copy: Moon) -> None:
    quote = ["-m", "functions.cli.main", "prices", "quote", "--vcpus", "2", "--json", "--jurisdiction", "EU"]
    answer = json.loads(copy.house.run(*quote))
    best = answer["offers"][0]["offer"]
    assert set(answer["matched"]) == {*cloud_names(), "moon"}
    assert (best["cloud"], best["region"], best["machine"], best["purchase"]) == (
        "moon", moon.REGION, moon.MACHINE, "spot"
    )  # fmt: skip


def test_the_control_plane_prices_and_judges_a_write_there_and_keeps_one_receipt(copy: Moon) -> None:
    wanted = {**moon.CALLS["provision_compute"], "cloud": "moon", "hours": 2}
    elsewhere = {**wanted, "region": "copernicus-1"}
    calls = [("provision_compute", arguments) for arguments in (wanted, wanted, elsewhere)]
    done, again, denied = (answer["result"] for answer in copy.house.ask_plane(calls))
    (made,) = done["structuredContent"]["resources"]
    assert (made["cloud"], made["kind"], made["region"]) == ("moon", "instance", moon.REGION)
    assert again["_meta"]["tollgate/receipt"] == done["_meta"]["tollgate/receipt"]
    codes = [violation["code"] for violation in denied["_meta"]["tollgate/decision"]["violations"]]
    assert codes == ["BUDGET_UNKNOWN", "MACHINE_UNKNOWN", "REGION_UNKNOWN"]


def test_a_request_in_plain_words_ends_there_because_it_is_cheapest(copy: Moon) -> None:
    record = copy.house.conduct("2 vCPUs and 4 GiB of memory for 3 hours in the EU")
    assert record["state"] == "succeeded", record["reason"]
    assert (record["offer"]["cloud"], record["offer"]["machine"]) == ("moon", moon.MACHINE)
    assert [made["cloud"] for made in record["resources"]] == ["moon"]
    assert [seen["status"] for seen in record["health"]] == ["healthy"]


@pytest.mark.parametrize("tool", sorted(contracts()))
def test_it_passes_the_tools_cases_that_every_cloud_passes(suite: dict[str, str], tool: str) -> None:
    kept = {name: outcome for name, outcome in suite.items() if f"/test_{tool}.py::" in name}
    assert len(kept) >= 5
    assert set(kept.values()) == {"PASSED"}, kept


def test_it_passes_the_architecture_tests_of_the_house(copy: Moon) -> None:
    tests = ["tests/architecture/test_rooms.py", "tests/architecture/test_cold_start.py"]
    assert re.search(r"\d+ passed", copy.house.check(*tests, only="moon"))
