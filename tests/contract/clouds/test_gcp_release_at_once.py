"""A volume on Google Cloud that several callers release at the same moment, and the ids of pools that are none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from infra.local.gcp.metadata import PROJECT
from mcp_handlers.gcp import get_health, release_resource
from mcp_handlers.gcp.client import Clients
from mcp_handlers.tools import get_health as health_tool
from mcp_handlers.tools import release_resource as release_tool
from tests.contract.clouds.gcp_cloud import REGION, LocalGcp
from tests.contract.clouds.volumes import Gcp
from workflow.model.errors import NotFound, Rejected
from workflow.model.resource import Resource


class Overtaken(Clients):
    """Clients whose every detaching another caller has asked for a moment before."""

    def compute(self, method: str, path: str, *given: Any, **named: Any) -> Any:
        if path.endswith("/detachDisk"):
            self.wait(super().compute(method, path, *given, **named), region=named["region"])
        return super().compute(method, path, *given, **named)


class Misled(Clients):
    """Clients whose every detaching is of a device that the machine has not."""

    def compute(self, method: str, path: str, *given: Any, **named: Any) -> Any:
        params = {"params": {"deviceName": "none"}} if path.endswith("/detachDisk") else {}
        return super().compute(method, path, *given, **{**named, **params})


@pytest.fixture
def volume(gcp: LocalGcp) -> Resource:
    """A disk that a machine has."""
    cloud = Gcp(gcp, gcp.connect())
    (made,) = cloud.attach(cloud.machine()).resources
    return made


def release(clients: Clients, volume: Resource) -> release_tool.Output:
    return release_resource.call(release_tool.Input(resource=volume, tenant="acme"), clients, "")


def test_twenty_releases_of_an_attached_volume_at_once_are_all_answered(gcp: LocalGcp, volume: Resource) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: release(gcp.connect(), volume), range(20)))

    assert {answer.resource for answer in answers} == {volume}
    assert True in {answer.released for answer in answers}
    assert not release(gcp.connect(), volume).released


def test_a_volume_that_another_detaches_first_is_released(gcp: LocalGcp, volume: Resource) -> None:
    assert release(Overtaken(gcp.url, PROJECT), volume).released
    assert not release(gcp.connect(), volume).released


def test_a_volume_that_is_still_attached_is_not_called_released(gcp: LocalGcp, volume: Resource) -> None:
    with pytest.raises(Rejected, match="deviceName"):
        release(Misled(gcp.url, PROJECT), volume)
    assert release(gcp.connect(), volume).released


@pytest.mark.parametrize("named", ["/x", "x/", "/", "a//b", "a/b/c", "..", "../x", "X", "x" * 64, "é", "{x}", ""])
def test_a_pool_of_no_possible_name_is_not_found(gcp: LocalGcp, named: str) -> None:
    asked = health_tool.Input.model_construct(
        resource=Resource.model_construct(cloud="gcp", kind="nodepool", id=named, region=REGION, zone=""), tenant="acme"
    )
    with pytest.raises(NotFound, match="none that Google gives"):
        get_health.call(asked, gcp.connect(), "")
