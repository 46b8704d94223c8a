"""Machines on Azure: provision_compute and launch_spot, judged by what Microsoft's SDK then finds."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from azure.mgmt.compute import ComputeManagementClient

from infra.local.azure.account import GROUP, SUBSCRIPTION
from mcp_handlers.azure import get_health, launch_spot, pipeline, provision_compute, release_resource
from mcp_handlers.azure.client import Clients, connect
from mcp_handlers.tools import get_health as health_tool
from mcp_handlers.tools import launch_spot as spot_tool
from mcp_handlers.tools import provision_compute as compute_tool
from mcp_handlers.tools import release_resource as release_tool
from mcp_handlers.tools.contract import Tags
from tests.contract.clouds.azure_cloud import LocalAzure, Static
from workflow.model.errors import (
    CloudDown,
    NoCapacity,
    NotFound,
    OutcomeUnknown,
    QuotaExceeded,
    RegionDown,
    Rejected,
    Throttled,
    TollgateError,
)
from workflow.model.resource import Resource

TAGS = Tags(
    tenant="acme", project="vision", run="run-1", owner="ada@acme", environment="production",
    expires_at=datetime(2027, 1, 1, tzinfo=UTC),
)  # fmt: skip
A100 = "Standard_NC24ads_A100_v4"


@pytest.fixture
def clients(azure: LocalAzure) -> Clients:
    return connect(azure.environment)


@pytest.fixture
def judge(azure: LocalAzure) -> Iterator[ComputeManagementClient]:
    with ComputeManagementClient(Static(), SUBSCRIPTION, **azure.sdk) as client:
        yield client


def wanted(**more: Any) -> compute_tool.Input:
    return compute_tool.Input(**{"region": "westeurope", "machine": "Standard_D2s_v5", "tags": TAGS, **more})


def spot(**more: Any) -> spot_tool.Input:
    return spot_tool.Input(**{"region": "westeurope", "machine": A100, "tags": TAGS, **more})


def health(clients: Clients, resource: Resource, tenant: str = "acme") -> tuple[str, str]:
    found = get_health.call(health_tool.Input(resource=resource, tenant=tenant), clients, "").health
    assert found.resource == resource
    return found.status, found.detail


def release(clients: Clients, resource: Resource, tenant: str = "acme") -> bool:
    return release_resource.call(release_tool.Input(resource=resource, tenant=tenant), clients, "").released


def test_a_machine_is_made_private_encrypted_and_tagged(
    azure: LocalAzure, clients: Clients, judge: ComputeManagementClient
) -> None:
    (made,) = provision_compute.call(wanted(disk_gib=64), clients, "key-1").resources
    vm = judge.virtual_machines.get(GROUP, made.id)
    assert vm.tags == {
        "tollgate-tenant": "acme", "tollgate-project": "vision", "tollgate-run": "run-1",
        "tollgate-owner": "ada@acme", "tollgate-environment": "production", "tollgate-key": "key-1",
        "tollgate-expires-at": "2027-01-01T00:00:00+00:00",
    }  # fmt: skip
    assert (vm.location, vm.hardware_profile.vm_size, vm.priority) == ("westeurope", "Standard_D2s_v5", None)
    assert vm.security_profile.encryption_at_host is True
    assert vm.os_profile.linux_configuration.disable_password_authentication is True
    assert vm.os_profile.admin_password is None
    disk = judge.disks.get(GROUP, vm.storage_profile.os_disk.name)
    assert (disk.disk_size_gb, disk.encryption.type) == (64, "EncryptionAtRestWithPlatformKey")
    (reference,) = vm.network_profile.network_interfaces
    nic = azure.get(reference.id).json()
    assert [ip["properties"].get("publicIPAddress") for ip in nic["properties"]["ipConfigurations"]] == [None]
    assert health(clients, made) == ("healthy", "It is running.")


def test_the_same_key_makes_one_machine_and_gives_one_answer(clients: Clients, judge: ComputeManagementClient) -> None:
    first = provision_compute.call(wanted(), clients, "key-1")
    assert provision_compute.call(wanted(), clients, "key-1") == first
    assert provision_compute.call(wanted(), clients, "key-2") != first
    assert len(list(judge.virtual_machines.list(GROUP))) == 2


def test_twenty_at_once_with_one_key_make_one_machine(
    azure: LocalAzure, clients: Clients, judge: ComputeManagementClient
) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: provision_compute.call(wanted(), clients, "key-1"), range(20)))
    assert [answer == answers[0] for answer in answers] == [True] * 20
    assert [vm.name for vm in judge.virtual_machines.list(GROUP)] == [answers[0].resources[0].id]
    assert len(azure.names()) == 4


def test_release_takes_everything_away_and_can_be_repeated(azure: LocalAzure, clients: Clients) -> None:
    made = provision_compute.call(wanted(count=3), clients, "key-1").resources
    assert len({one.id for one in made}) == 3
    assert [release(clients, one) for one in made] == [True] * 3
    assert azure.names() == set()
    assert [release(clients, one) for one in made] == [False] * 3
    assert [health(clients, one)[0] for one in made] == ["gone"] * 3


def test_another_tenants_machine_is_not_found(azure: LocalAzure, clients: Clients) -> None:
    (made,) = provision_compute.call(wanted(), clients, "key-1").resources
    with pytest.raises(NotFound):
        release(clients, made, "rival")
    with pytest.raises(NotFound):
        health(clients, made, "rival")
    assert health(clients, made)[0] == "healthy"


def test_what_tollgate_did_not_make_it_does_not_take_away(azure: LocalAzure, clients: Clients) -> None:
    path = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.Storage/storageAccounts/theirs"
    body = {"location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}
    version, bearer = {"api-version": "2024-01-01"}, {"Authorization": "Bearer x"}
    azure.http.put(path, params=version, headers=bearer, json=body).raise_for_status()
    with pytest.raises(NotFound):
        release(clients, Resource(cloud="azure", kind="bucket", id="theirs", region="westeurope"))
    assert azure.names() == {"Microsoft.Storage/storageAccounts/theirs"}


def test_a_spot_machine_has_its_ceiling_in_dollars(clients: Clients, judge: ComputeManagementClient) -> None:
    (capped,) = launch_spot.call(spot(max_price_micros_hour=1_234_567), clients, "key-1").resources
    (free,) = launch_spot.call(spot(), clients, "key-2").resources
    seen = [judge.virtual_machines.get(GROUP, one.id) for one in (capped, free)]
    assert [(vm.priority, vm.eviction_policy, vm.billing_profile.max_price) for vm in seen] == [
        ("Spot", "Deallocate", 1.23456),
        ("Spot", "Deallocate", -1),
    ]


def test_a_spot_machine_that_was_taken_back_says_so(azure: LocalAzure, clients: Clients) -> None:
    (made,) = launch_spot.call(spot(), clients, "key-1").resources
    (steady,) = provision_compute.call(wanted(), clients, "key-2").resources
    azure.fault("spot_reclaimed")
    assert health(clients, made) == ("reclaimed", "The spot machine was taken back by Azure.")
    assert health(clients, steady)[0] == "healthy"
    assert release(clients, made)


def test_a_machine_that_does_not_run_is_unhealthy(azure: LocalAzure, clients: Clients) -> None:
    azure.fault("unhealthy", times=1)
    (made,) = provision_compute.call(wanted(), clients, "key-1").resources
    assert health(clients, made) == ("unhealthy", "It is stopped.")


@pytest.mark.parametrize("unsafe", [{"encrypted": False}, {"public": True}])
def test_nothing_unsafe_is_made(azure: LocalAzure, clients: Clients, unsafe: dict[str, bool]) -> None:
    with pytest.raises(Rejected):
        provision_compute.call(wanted(**unsafe), clients, "key-1")
    with pytest.raises(Rejected):
        launch_spot.call(spot(**unsafe), clients, "key-1")
    assert azure.names() == set()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "no_capacity"}, NoCapacity),
        ({"kind": "quota", "limit": 1}, QuotaExceeded),
        ({"kind": "throttle", "operation": "virtualMachines"}, Throttled),
        ({"kind": "throttle"}, Throttled),
        ({"kind": "error", "operation": "PUT"}, OutcomeUnknown),
        ({"kind": "region_down", "region": "westeurope"}, RegionDown),
        ({"kind": "cloud_down"}, CloudDown),
    ],
)
@pytest.mark.parametrize("tool", ["on demand", "spot"])
def test_a_refusal_is_named_and_leaves_nothing(
    azure: LocalAzure, clients: Clients, tool: str, fault: dict[str, Any], error: type[TollgateError]
) -> None:
    azure.fault(**fault)
    start = {"spot": lambda: launch_spot.call(spot(count=2), clients, "key-1")}.get(
        tool, lambda: provision_compute.call(wanted(count=2), clients, "key-1")
    )
    with pytest.raises(error) as raised:
        start()
    assert type(raised.value) is error
    assert "Bearer" not in raised.value.message
    azure.heal()
    assert azure.names() == set()


def test_a_refusal_half_way_takes_back_the_first_half(azure: LocalAzure, clients: Clients) -> None:
    azure.fault("quota", limit=5)
    with pytest.raises(QuotaExceeded):
        provision_compute.call(wanted(count=6), clients, "key-1")
    azure.heal()
    assert azure.names() == set()
    assert len(provision_compute.call(wanted(count=6), clients, "key-1").resources) == 6


def test_a_dead_region_is_not_the_whole_cloud(azure: LocalAzure, clients: Clients) -> None:
    (made,) = provision_compute.call(wanted(), clients, "key-1").resources
    azure.fault("region_down", region="westeurope")
    with pytest.raises(RegionDown):
        health(clients, made)
    assert provision_compute.call(wanted(region="northeurope"), clients, "key-2").resources[0].region == "northeurope"


def test_a_server_that_is_not_there_is_a_cloud_that_is_down(azure: LocalAzure) -> None:
    away = connect({**azure.environment, "TOLLGATE_AZURE_ENDPOINT": "https://127.0.0.1:9"})
    with pytest.raises(CloudDown):
        provision_compute.call(wanted(), away, "key-1")


def test_what_a_killed_call_left_is_taken_up_by_the_next(azure: LocalAzure, clients: Clients) -> None:
    whole = provision_compute.call(wanted(), clients, "key-1")
    machine = next(name for name in azure.names() if "virtualMachines" in name)
    (vm,) = (one for one in whole.resources if machine.endswith(one.id))
    clients.arm.delete(clients.id("Microsoft.Compute/virtualMachines", vm.id))
    assert azure.names() != set()
    assert provision_compute.call(wanted(), clients, "key-1") == whole
    assert release(clients, vm)
    assert azure.names() == set()


def test_an_answer_that_never_comes_leaves_the_outcome_open_and_the_next_call_settles_it(
    azure: LocalAzure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "READ_SECONDS", 1)
    clients = connect(azure.environment)
    azure.fault("latency", latency_ms=2_000, operation="PUT", region="westeurope", times=1)
    with pytest.raises(OutcomeUnknown):
        provision_compute.call(wanted(), clients, "key-1")
    (made,) = provision_compute.call(wanted(), clients, "key-1").resources
    assert health(clients, made)[0] == "healthy"
    assert release(clients, made)
    assert azure.names() == set()
