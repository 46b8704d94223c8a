"""Twenty releases of one thing at once, on AWS and Azure: who finds it gone or going answers as the others do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

import pytest

from tests.contract.clouds.world import TAGS, World
from workflow.model.base import Json
from workflow.model.errors import TollgateError


@pytest.fixture(params=["aws", "azure"])
def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> World:
    begun: World = import_module(f"tests.contract.clouds.worlds.{request.param}").begin(request, monkeypatch)
    return begun


MAKERS = {
    "instance": "provision_compute", "volume": "attach_volume", "bucket": "create_storage_bucket",
    "job": "submit_ml_job", "endpoint": "deploy_model",
}  # fmt: skip


def made(world: World, kind: str) -> Json:
    """A new one."""
    if kind == "instance":
        return world.made("provision_compute", machine=world.machine)
    if kind == "volume":
        instance = world.made("provision_compute", machine=world.machine)
        asked = {"region": world.region, "tags": TAGS, "instance": instance, "size_gib": 20}
        first: Json = world.perform("attach_volume", asked, "9" * 40).resources[0].model_dump(mode="json")
        return first
    bucket = world.made("create_storage_bucket")
    if kind == "bucket":
        return bucket
    told = {"machine": world.machine, "image": "acme:1", "bucket": bucket["id"]}
    if kind == "job":
        return world.made("submit_ml_job", hours=1, **told)
    return world.made("deploy_model", endpoint="chat", model="m/1", **told)


def released(world: World, resource: Json) -> Any:
    try:
        return world.perform("release_resource", {"resource": resource, "tenant": TAGS["tenant"]}).resource.id
    except TollgateError as error:
        return error


@pytest.mark.parametrize("kind", MAKERS)
def test_twenty_releases_at_once_all_answer_and_nothing_is_left(world: World, kind: str) -> None:
    resource = made(world, kind)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: released(world, resource), range(20)))
    assert answers == [resource["id"]] * 20
    assert world.held(MAKERS[kind]) == []
