"""What was left behind, has outlived its time or belongs to nobody is found on every cloud and released."""

import json
from datetime import timedelta

import pytest

from functions.cli.cleanup import clean
from functions.cli.principal import local_principal
from functions.cli.workbench import workbench
from mcp_handlers.kernel.clock import SystemClock
from tests.flows.house import House
from tests.flows.test_command import tollgate
from tests.flows.test_trouble import CLOUDS, NAMES
from workflow.clean.release import Outcome
from workflow.model.base import Json

REGIONS = {"aws": "eu-west-1", "azure": "westeurope", "gcp": "europe-west1"}


async def made(house: House, cloud: str, **tags: object) -> Json:
    """A bucket that is made by a call outside any run, with these tags."""
    who = local_principal()
    owner = {"tenant": who.tenant, "project": "default", "owner": who.id, "environment": "development", "run": "r0"}
    wanted = {"region": REGIONS[cloud], "tags": {**owner, **tags}}
    async with workbench(house.told, who, house.events.append, lambda *_: None) as (context, _graph):
        answer = await context.tools.call("create_storage_bucket", cloud, wanted)
    found: Json = answer.model_dump(mode="json")["output"]["resources"][0]
    return found


async def swept(house: House, cloud: str, *, apply: bool = True) -> list[Outcome]:
    """What became of what is idle there."""
    found, outcomes = await clean(house.told, local_principal(), [(cloud, REGIONS[cloud])], apply=apply)
    assert found.unseen == ()
    return outcomes if apply else [Outcome(idle=one, state="waits") for one in found.idle]


@pytest.mark.parametrize("cloud", CLOUDS)
async def test_what_has_outlived_its_time_is_found_first_and_released_with_a_yes(house: House, cloud: str) -> None:
    over = SystemClock().now() - timedelta(minutes=5)
    bucket = await made(house, cloud, expires_at=over.isoformat())
    await made(house, cloud, run="r9")
    (found,) = await swept(house, cloud, apply=False)
    assert found.idle.owned.resource.model_dump(mode="json") == bucket
    assert found.idle.reason.startswith("its time was over at ")
    before = await house.holdings()
    (asked,) = await swept(house, cloud)
    assert (asked.state, await house.holdings()) == ("waits", before)


@pytest.mark.parametrize("cloud", CLOUDS)
async def test_what_a_rollback_left_behind_is_released_by_the_cleaner_without_another_question(
    house: House, cloud: str
) -> None:
    house.fault(cloud, "unhealthy", times=1)
    house.fault(cloud, "no_permission", operation=DELETING[cloud])
    record = await house.record(f"Run a batch job on 2 vCPUs for 1 hour, {NAMES[cloud]} only, no spot")
    (left,) = record.left_behind
    assert left.resource is not None
    assert (left.code, left.certain, bool(left.remedy)) == ("NO_PERMISSION", True, True)
    house.clear(cloud)
    place = (cloud, left.resource.region)
    _, outcomes = await clean(house.told, local_principal(), [place], apply=True)
    assert [(one.idle.owned.resource.id, one.state) for one in outcomes] == [(left.resource.id, "released")]
    again, _ = await clean(house.told, local_principal(), [place], apply=True)
    assert again.idle == ()


DELETING = {"aws": "TerminateInstances", "azure": "DELETE", "gcp": "DELETE"}


async def test_the_command_looks_everywhere_and_says_how_it_went(house: House) -> None:
    wrong = tollgate("cleanup", "--cloud", "mars", "--json")
    assert (wrong.returncode, json.loads(wrong.stdout)["error"]["code"]) == (2, "BAD_REQUEST")
    over = SystemClock().now() - timedelta(minutes=5)
    bucket = await made(house, "gcp", expires_at=over.isoformat())
    shown = tollgate("cleanup", "--cloud", "gcp")
    assert (shown.returncode, bucket["id"] in shown.stdout) == (0, True), shown.stderr
    assert "Nothing was changed." in shown.stdout
