"""Microsoft's own typed SDKs against the local Azure: they decide whether it is one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.identity import ManagedIdentityCredential
from azure.keyvault.secrets import SecretClient
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.quota import QuotaMgmtClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.storage import StorageManagementClient

from infra.local.azure.account import GROUP, SUBSCRIPTION
from tests.contract.clouds.azure_cloud import LocalAzure, Static

NETWORK = "2024-05-01"


@pytest.fixture
def compute(azure: LocalAzure) -> Iterator[ComputeManagementClient]:
    with ComputeManagementClient(Static(), SUBSCRIPTION, **azure.sdk) as client:
        yield client


@pytest.fixture
def resources(azure: LocalAzure) -> Iterator[ResourceManagementClient]:
    with ResourceManagementClient(Static(), SUBSCRIPTION, **azure.sdk) as client:
        yield client


@pytest.fixture
def storage(azure: LocalAzure) -> Iterator[StorageManagementClient]:
    with StorageManagementClient(Static(), SUBSCRIPTION, **azure.sdk) as client:
        yield client


def nic(resources: ResourceManagementClient, location: str = "westeurope") -> str:
    """A network, a subnet and a network interface in it; the interface's id."""
    base = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.Network"
    space = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
    subnets = {"subnets": [{"name": "s", "properties": {"addressPrefix": "10.0.0.0/24"}}]}
    put = resources.resources.begin_create_or_update_by_id
    network = {"location": location, "properties": {**space, **subnets}}
    put(f"{base}/virtualNetworks/net", network, api_version=NETWORK).result()
    ip = {"name": "ip", "properties": {"subnet": {"id": f"{base}/virtualNetworks/net/subnets/s"}}}
    wanted = {"location": location, "properties": {"ipConfigurations": [ip]}}
    made = put(f"{base}/networkInterfaces/nic", wanted, api_version=NETWORK)
    return str(made.result().id)


def machine(nic_id: str, **more: Any) -> dict[str, Any]:
    """A virtual machine with the least that Azure demands."""
    key = {"path": "/home/a/.ssh/authorized_keys", "keyData": "ssh-ed25519 AAAA"}
    linux = {"disablePasswordAuthentication": True, "ssh": {"publicKeys": [key]}}
    return {
        "location": "westeurope",
        "tags": {"who": "judge"},
        "properties": {
            "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
            "storageProfile": {
                "imageReference": {"publisher": "Canonical", "offer": "o", "sku": "s", "version": "latest"},
                "osDisk": {"createOption": "FromImage", "name": "vm-os", "deleteOption": "Delete"},
            },
            "osProfile": {"computerName": "vm", "adminUsername": "a", "linuxConfiguration": linux},
            "networkProfile": {"networkInterfaces": [{"id": nic_id, "properties": {"deleteOption": "Delete"}}]},
            **more,
        },
    }


def powers(compute: ComputeManagementClient, name: str = "vm") -> list[str]:
    statuses = compute.virtual_machines.instance_view(GROUP, name).statuses or []
    return [str(status.code) for status in statuses]


def test_a_machine_lives_through_create_update_power_and_delete(
    compute: ComputeManagementClient, resources: ResourceManagementClient
) -> None:
    vms = compute.virtual_machines
    poller = vms.begin_create_or_update(GROUP, "vm", machine(nic(resources)))
    assert poller.status() == "InProgress"
    made = poller.result()
    assert (made.name, made.location, made.provisioning_state) == ("vm", "westeurope", "Succeeded")
    assert powers(compute) == ["ProvisioningState/succeeded", "PowerState/running"]
    assert [vm.name for vm in vms.list(GROUP)] == [vm.name for vm in vms.list_all()] == ["vm"]
    assert vms.begin_update(GROUP, "vm", {"tags": {"who": "me"}}).result().tags == {"who": "me"}
    vms.begin_deallocate(GROUP, "vm").result()
    assert powers(compute)[-1] == "PowerState/deallocated"
    vms.begin_start(GROUP, "vm").result()
    seen = vms.get(GROUP, "vm", expand="instanceView")
    assert [status.code for status in seen.instance_view.statuses][-1] == "PowerState/running"
    disk = compute.disks.get(GROUP, "vm-os")
    assert (disk.encryption.type, disk.managed_by) == ("EncryptionAtRestWithPlatformKey", made.id)
    vms.begin_delete(GROUP, "vm").result()
    assert list(vms.list(GROUP)) == list(compute.disks.list_by_resource_group(GROUP)) == []
    assert [one.type for one in resources.resources.list()] == ["Microsoft.Network/virtualNetworks"]


def test_what_a_machine_needs_is_asked_for(
    compute: ComputeManagementClient, resources: ResourceManagementClient
) -> None:
    vms, good = compute.virtual_machines, machine(nic(resources))
    for missing in ("osProfile", "networkProfile", "hardwareProfile"):
        body = {**good, "properties": {k: v for k, v in good["properties"].items() if k != missing}}
        with pytest.raises(HttpResponseError) as refused:
            vms.begin_create_or_update(GROUP, "vm", body)
        assert (refused.value.status_code, refused.value.error.code) == (400, "InvalidParameter")
    with pytest.raises(HttpResponseError) as refused:
        vms.begin_create_or_update(GROUP, "vm", machine(f"{nic(resources)}x"))
    assert refused.value.error.code == "InvalidResourceReference"
    with pytest.raises(HttpResponseError) as refused:
        vms.begin_create_or_update(GROUP, "vm", {**good, "location": "atlantis"})
    assert refused.value.error.code == "LocationNotAvailableForResourceType"
    assert list(vms.list(GROUP)) == []


def test_a_second_creation_is_refused_where_only_the_first_is_wanted(
    compute: ComputeManagementClient, resources: ResourceManagementClient
) -> None:
    body = machine(nic(resources))
    once = {"etag": "*", "match_condition": MatchConditions.IfMissing}
    compute.virtual_machines.begin_create_or_update(GROUP, "vm", body, **once).result()
    with pytest.raises((ResourceExistsError, ResourceModifiedError, HttpResponseError)) as refused:
        compute.virtual_machines.begin_create_or_update(GROUP, "vm", body, **once)
    assert refused.value.status_code == 412


def test_disks_and_scale_sets_are_stored_like_everything_else(compute: ComputeManagementClient) -> None:
    wanted = {"location": "westeurope", "properties": {"diskSizeGB": 10, "creationData": {"createOption": "Empty"}}}
    disk = compute.disks.begin_create_or_update(GROUP, "d", wanted).result()
    assert (disk.disk_size_gb, disk.encryption.type) == (10, "EncryptionAtRestWithPlatformKey")
    assert compute.disks.begin_update(GROUP, "d", {"properties": {"diskSizeGB": 20}}).result().disk_size_gb == 20
    sets = compute.virtual_machine_scale_sets
    asked = {"location": "westeurope", "sku": {"name": "Standard_D2s_v5", "capacity": 1}}
    sets.begin_create_or_update(GROUP, "s", asked).result()
    assert sets.begin_update(GROUP, "s", {"sku": {"capacity": 5}}).result().sku.capacity == 5
    sets.begin_delete(GROUP, "s").result()
    compute.disks.begin_delete(GROUP, "d").result()
    assert list(sets.list(GROUP)) == list(compute.disks.list()) == []


def test_a_storage_account_has_its_services_containers_and_keys(storage: StorageManagementClient) -> None:
    accounts, wanted = storage.storage_accounts, {
        "location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_LRS"},
        "properties": {"allowBlobPublicAccess": False},
    }  # fmt: skip
    made = accounts.begin_create(GROUP, "judged123", wanted).result()
    assert made.provisioning_state == "Succeeded"
    assert made.primary_endpoints.blob == "https://judged123.blob.core.windows.net/"
    versioned = {"properties": {"isVersioningEnabled": True}}
    assert storage.blob_services.set_service_properties(GROUP, "judged123", versioned).is_versioning_enabled
    assert storage.blob_containers.create(GROUP, "judged123", "data", {}).public_access == "None"
    with pytest.raises(HttpResponseError) as refused:
        storage.blob_containers.create(GROUP, "judged123", "open", {"properties": {"publicAccess": "Blob"}})
    assert refused.value.error.code == "PublicAccessNotPermitted"
    assert [one.name for one in storage.blob_containers.list(GROUP, "judged123")] == ["data"]
    assert [key.key_name for key in accounts.list_keys(GROUP, "judged123").keys_property] == ["key1", "key2"]
    assert accounts.update(GROUP, "judged123", {"tags": {"a": "b"}}).tags == {"a": "b"}
    accounts.delete(GROUP, "judged123")
    assert list(accounts.list()) == []
    with pytest.raises(HttpResponseError) as refused:
        accounts.begin_create(GROUP, "Not_A_Name", wanted)
    assert refused.value.error.code == "AccountNameInvalid"


def test_a_resource_group_is_found_and_takes_all_with_it(
    compute: ComputeManagementClient, resources: ResourceManagementClient
) -> None:
    groups = resources.resource_groups
    assert not groups.check_existence("other")
    with pytest.raises(ResourceNotFoundError) as absent:
        compute.disks.begin_create_or_update("other", "d", {"location": "westeurope"})
    assert absent.value.error.code == "ResourceGroupNotFound"
    groups.create_or_update("other", {"location": "northeurope", "tags": {"a": "b"}})
    assert groups.check_existence("other")
    assert {group.name for group in groups.list()} == {"other", GROUP}
    compute.disks.begin_create_or_update("other", "d", {"location": "westeurope", "tags": {"t": "1"}}).result()
    tagged = resources.resources.list(filter="tagName eq 't' and tagValue eq '1'")
    assert [one.name for one in tagged] == ["d"]
    groups.begin_delete("other").result()
    assert not groups.check_existence("other")
    assert list(compute.disks.list()) == []


def test_usages_count_what_runs(
    azure: LocalAzure, compute: ComputeManagementClient, resources: ResourceManagementClient
) -> None:
    compute.virtual_machines.begin_create_or_update(GROUP, "vm", machine(nic(resources))).result()
    used = {row.name.value: row.current_value for row in compute.usage.list("westeurope")}
    assert (used["cores"], used["standardDSv5Family"], used["lowPriorityCores"]) == (2, 2, 0)
    assert {row.current_value for row in compute.usage.list("northeurope")} == {0}
    azure.fault("quota", limit=3)
    scope = f"subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope"
    with QuotaMgmtClient(Static(), SUBSCRIPTION, **azure.sdk) as quota:
        assert quota.quota.get("cores", scope).properties.limit.value == 3
        assert quota.usages.get("cores", scope).properties.usages.value == 2
        assert "standardDSv5Family" in {row.name for row in quota.quota.list(scope)}


def test_a_vault_keeps_secrets_and_their_versions(azure: LocalAzure) -> None:
    options: dict[str, Any] = {"verify_challenge_resource": False, "connection_verify": azure.ca}
    with SecretClient(azure.url, Static(), **options) as vault:
        first = vault.set_secret("db", "one")
        second = vault.set_secret("db", "two", tags={"a": "b"})
        assert vault.get_secret("db").value == "two"
        assert vault.get_secret("db", first.properties.version).value == "one"
        versions = {one.version for one in vault.list_properties_of_secret_versions("db")}
        assert versions == {first.properties.version, second.properties.version}
        vault.update_secret_properties("db", first.properties.version, enabled=False)
        enabled = {one.version: one.enabled for one in vault.list_properties_of_secret_versions("db")}
        assert enabled == {first.properties.version: False, second.properties.version: True}
        with pytest.raises(HttpResponseError, match="disabled"):
            vault.get_secret("db", first.properties.version)
        assert [one.name for one in vault.list_properties_of_secrets()] == ["db"]
        vault.begin_delete_secret("db").wait()
        with pytest.raises(ResourceNotFoundError):
            vault.get_secret("db")


def test_no_bearer_no_entry(azure: LocalAzure) -> None:
    answer = azure.http.get(f"/subscriptions/{SUBSCRIPTION}", params={"api-version": "2022-12-01"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "AuthenticationFailed")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_a_version_must_be_named(azure: LocalAzure) -> None:
    answer = azure.http.get(f"/subscriptions/{SUBSCRIPTION}", headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "MissingApiVersionParameter")


def test_managed_identity_gets_its_token_here(azure: LocalAzure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", azure.environment["IDENTITY_ENDPOINT"])
    monkeypatch.setenv("IDENTITY_HEADER", "local")
    token = ManagedIdentityCredential(connection_verify=azure.ca).get_token(f"{azure.url}/.default")
    assert token.token.startswith("local-")
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{azure.url}/msi/nothing")
    with pytest.raises(ClientAuthenticationError):
        ManagedIdentityCredential(connection_verify=azure.ca).get_token(f"{azure.url}/.default")


def test_nobody_is_trusted_without_the_authority(azure: LocalAzure) -> None:
    stranger = {**azure.sdk, "connection_verify": True}
    with ComputeManagementClient(Static(), SUBSCRIPTION, **stranger) as client, pytest.raises(Exception, match="CERT"):
        list(client.virtual_machines.list(GROUP))


def test_an_evicted_spot_machine_is_stopped_or_deleted_as_it_asked(
    azure: LocalAzure, compute: ComputeManagementClient, resources: ResourceManagementClient
) -> None:
    spot = {"priority": "Spot", "billingProfile": {"maxPrice": -1}}
    for policy, left in (("Deallocate", ["vm"]), ("Delete", [])):
        body = machine(nic(resources), evictionPolicy=policy, **spot)
        compute.virtual_machines.begin_create_or_update(GROUP, "vm", body).result()
        azure.fault("spot_reclaimed", times=1)
        if left:
            assert powers(compute)[-1] == "PowerState/deallocated"
            compute.virtual_machines.begin_delete(GROUP, "vm").result()
        else:
            with pytest.raises(ResourceNotFoundError):
                powers(compute)
            assert list(compute.disks.list()) == []


def test_what_refers_to_a_thing_keeps_it(compute: ComputeManagementClient, resources: ResourceManagementClient) -> None:
    nic_id = nic(resources)
    compute.virtual_machines.begin_create_or_update(GROUP, "vm", machine(nic_id)).result()
    network = nic_id.replace("networkInterfaces/nic", "virtualNetworks/net")
    for path, code in ((nic_id, "NicInUse"), (network, "InUseSubnetCannotBeDeleted")):
        with pytest.raises(HttpResponseError) as refused:
            resources.resources.begin_delete_by_id(path, api_version=NETWORK)
        assert refused.value.error.code == code


def test_a_failed_allocation_leaves_a_failed_machine_as_azure_does(
    azure: LocalAzure, compute: ComputeManagementClient, resources: ResourceManagementClient
) -> None:
    azure.fault("no_capacity", region="westeurope", times=2)
    body, vms = machine(nic(resources)), compute.virtual_machines
    for zones, code in (([], "AllocationFailed"), (["1"], "ZonalAllocationFailed")):
        with pytest.raises(HttpResponseError) as refused:
            vms.begin_create_or_update(GROUP, "vm", {**body, "zones": zones}).result()
        assert code in str(refused.value)
        assert vms.get(GROUP, "vm").provisioning_state == "Failed"
        vms.begin_delete(GROUP, "vm").result()
        nic(resources)


def test_faults_are_listed_counted_down_and_cleared(azure: LocalAzure) -> None:
    azure.fault("throttle", times=2, operation="locations/westeurope/usages")
    usages = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope/usages"
    first = azure.get(usages)
    assert (first.status_code, first.headers["Retry-After"]) == (429, "1")
    assert [fault["times"] for fault in azure.http.get("/_tollgate/faults").json()] == [1]
    assert [azure.get(usages).status_code, azure.get(usages).status_code] == [429, 200]
    azure.fault("cloud_down")
    assert azure.get(usages).status_code == 503
    azure.heal()
    assert azure.get(usages).status_code == 200
    assert azure.http.post("/_tollgate/faults", json={"kind": "meteor"}).status_code == 400


def test_a_slow_answer_comes_all_the_same(azure: LocalAzure) -> None:
    azure.fault("latency", latency_ms=1, times=1)
    assert azure.get(f"/subscriptions/{SUBSCRIPTION}").json()["state"] == "Enabled"
    assert azure.http.get("/_tollgate/faults").json() == []
