"""Buckets, training jobs and quotas on Azure, judged by Microsoft's SDK where it has one and by bare ARM elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient
from azure.mgmt.machinelearningservices.models import CommandJob
from azure.mgmt.storage import StorageManagementClient

from infra.local.azure.account import GROUP, SUBSCRIPTION
from mcp_handlers.azure import (
    create_storage_bucket,
    get_health,
    get_quotas,
    launch_spot,
    provision_compute,
    release_resource,
    submit_ml_job,
)
from mcp_handlers.azure.client import Clients, connect
from mcp_handlers.tools import create_storage_bucket as bucket_tool
from mcp_handlers.tools import get_health as health_tool
from mcp_handlers.tools import get_quotas as quotas_tool
from mcp_handlers.tools import launch_spot as spot_tool
from mcp_handlers.tools import provision_compute as compute_tool
from mcp_handlers.tools import release_resource as release_tool
from mcp_handlers.tools import submit_ml_job as job_tool
from mcp_handlers.tools.contract import Tags
from tests.contract.clouds.azure_cloud import LocalAzure, Static
from workflow.model.errors import (
    CloudDown,
    NoCapacity,
    NoPermission,
    NotFound,
    OutcomeUnknown,
    QuotaExceeded,
    RegionDown,
    Rejected,
    Throttled,
    TollgateError,
)
from workflow.model.resource import Resource

TAGS = Tags(tenant="acme", project="vision", run="run-1", owner="ada@acme", environment="staging")
RIVAL = TAGS.model_copy(update={"tenant": "rival"})
A100 = "Standard_NC24ads_A100_v4"
IMAGE = "pytorch/pytorch:2.9.0"


@pytest.fixture
def clients(azure: LocalAzure) -> Clients:
    return connect(azure.environment)


@pytest.fixture
def judge(azure: LocalAzure) -> Iterator[StorageManagementClient]:
    with StorageManagementClient(Static(), SUBSCRIPTION, **azure.sdk) as client:
        yield client


def bucket(clients: Clients, key: str = "b-1", **more: Any) -> bucket_tool.Output:
    wanted = bucket_tool.Input(**{"region": "westeurope", "tags": TAGS, **more})
    return create_storage_bucket.call(wanted, clients, key)


def job(clients: Clients, store: str, key: str = "j-1", **more: Any) -> Resource:
    wanted = job_tool.Input(
        **{
            "region": "westeurope", "machine": A100, "hours": 6, "image": IMAGE, "command": ("python", "a b.py"),
            "bucket": store, "tags": TAGS, **more,
        }
    )  # fmt: skip
    (made,) = submit_ml_job.call(wanted, clients, key).resources
    return made


def read(azure: LocalAzure, made: Resource, kind: str = "jobs") -> dict[str, Any]:
    workspace, _, name = made.id.partition("/")
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"
    path = f"{group}/providers/Microsoft.MachineLearningServices/workspaces/{workspace}/{kind}/{name}"
    answer = azure.get(path)
    return dict(answer.json()) if answer.status_code == 200 else {}


def health(clients: Clients, resource: Resource, tenant: str = "acme") -> str:
    return get_health.call(health_tool.Input(resource=resource, tenant=tenant), clients, "").health.status


def settled(clients: Clients, made: Resource) -> str:
    """The job's health once it has left the queue."""
    for _ in range(200):
        if (status := health(clients, made)) != "pending":
            return status
    raise AssertionError("the job never left the queue")


def release(clients: Clients, resource: Resource, tenant: str = "acme") -> bool:
    return release_resource.call(release_tool.Input(resource=resource, tenant=tenant), clients, "").released


def test_a_bucket_is_encrypted_versioned_and_closed(clients: Clients, judge: StorageManagementClient) -> None:
    output = bucket(clients)
    (made,) = output.resources
    assert output.url == f"https://{made.id}.blob.core.windows.net/data"
    seen = judge.storage_accounts.get_properties(GROUP, made.id)
    assert (seen.location, seen.tags["tollgate-tenant"], seen.tags["tollgate-key"]) == ("westeurope", "acme", "b-1")
    assert (seen.enable_https_traffic_only, seen.minimum_tls_version) == (True, "TLS1_2")
    assert (seen.allow_blob_public_access, seen.allow_shared_key_access) == (False, False)
    assert seen.encryption.require_infrastructure_encryption is True
    assert seen.encryption.services.blob.enabled is True
    assert judge.blob_services.get_service_properties(GROUP, made.id).is_versioning_enabled is True
    assert judge.blob_containers.get(GROUP, made.id, "data").public_access == "None"
    assert health(clients, made) == "healthy"


def test_twenty_at_once_with_one_key_make_one_bucket(clients: Clients, judge: StorageManagementClient) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: bucket(clients), range(20)))
    assert [answer == answers[0] for answer in answers] == [True] * 20
    assert [one.name for one in judge.storage_accounts.list()] == [answers[0].resources[0].id]


def test_a_name_can_be_chosen_once(azure: LocalAzure, clients: Clients) -> None:
    (made,) = bucket(clients, name="results2027").resources
    assert made.id == "results2027"
    assert bucket(clients, name="results2027").resources == (made,)
    with pytest.raises(Rejected):
        bucket(clients, "b-2", name="results2027")
    assert azure.names() == {"Microsoft.Storage/storageAccounts/results2027"}


def test_a_bucket_is_released_by_its_own_tenant_only(azure: LocalAzure, clients: Clients) -> None:
    (made,) = bucket(clients, versioned=False).resources
    with pytest.raises(NotFound):
        release(clients, made, "rival")
    with pytest.raises(NotFound):
        health(clients, made, "rival")
    assert [release(clients, made), release(clients, made)] == [True, False]
    assert health(clients, made) == "gone"
    assert azure.names() == set()


FAULTS = [
    ({"kind": "throttle"}, Throttled),
    ({"kind": "error", "operation": "PUT"}, OutcomeUnknown),
    ({"kind": "region_down", "region": "westeurope"}, RegionDown),
    ({"kind": "cloud_down"}, CloudDown),
]


@pytest.mark.parametrize(("fault", "error"), FAULTS)
def test_a_bucket_that_cannot_be_had_leaves_nothing(
    azure: LocalAzure, clients: Clients, fault: dict[str, Any], error: type[TollgateError]
) -> None:
    azure.fault(**fault)
    with pytest.raises(error):
        bucket(clients)
    azure.heal()
    assert azure.names() == set()


def test_an_account_without_its_container_is_taken_back(azure: LocalAzure, clients: Clients) -> None:
    azure.fault("throttle", operation="/containers/")
    with pytest.raises(Throttled):
        bucket(clients)
    azure.heal()
    assert azure.names() == set()


def test_an_unsafe_bucket_is_not_made(azure: LocalAzure, clients: Clients) -> None:
    for unsafe in ({"encrypted": False}, {"public": True}):
        with pytest.raises(Rejected):
            bucket(clients, **unsafe)
    assert azure.names() == set()


def test_a_job_runs_its_image_in_time_and_on_the_machines_asked_for(azure: LocalAzure, clients: Clients) -> None:
    (store,) = bucket(clients).resources
    made = job(clients, store.id, count=2, purchase="spot", retries_on_preemption=3, checkpoint_path="runs/7")
    workspace, _, name = made.id.partition("/")
    with MachineLearningServicesMgmtClient(Static(), SUBSCRIPTION, **azure.sdk) as learning:
        seen = learning.jobs.get(GROUP, workspace, name).properties
        store_seen = learning.datastores.get(GROUP, workspace, name).properties
    assert isinstance(seen, CommandJob)
    assert seen.outputs["checkpoints"].uri.endswith("/paths/runs/7/")
    assert seen.environment_variables["TOLLGATE_CHECKPOINTS"] == "${{outputs.checkpoints}}"
    assert (seen.command, seen.limits.timeout) == ("python 'a b.py'", timedelta(hours=6))
    assert (seen.resources.instance_type, seen.resources.instance_count) == (A100, 2)
    assert (seen.tags["tollgate-tenant"], seen.tags["tollgate-key"]) == ("acme", "j-1")
    assert (store_seen.account_name, store_seen.container_name) == (store.id, "data")
    # The SDK's own version of the API knows no spot queue yet.
    assert read(azure, made)["properties"]["queueSettings"] == {"jobTier": "Spot"}
    assert settled(clients, made) == "healthy"


def test_twenty_at_once_with_one_key_submit_one_job(azure: LocalAzure, clients: Clients) -> None:
    (store,) = bucket(clients).resources
    with ThreadPoolExecutor(20) as pool:
        made = set(pool.map(lambda _: job(clients, store.id), range(20)))
    assert len(made) == 1


def test_release_ends_a_job_and_leaves_only_the_workspace(azure: LocalAzure, clients: Clients) -> None:
    (store,) = bucket(clients).resources
    made = job(clients, store.id)
    with pytest.raises(NotFound):
        release(clients, made, "rival")
    with pytest.raises(NotFound):
        health(clients, made, "rival")
    assert [release(clients, made), release(clients, made)] == [True, False]
    assert [read(azure, made, kind) for kind in ("jobs", "environments", "datastores")] == [{}, {}, {}]
    assert health(clients, made) == "gone"
    release(clients, store)
    assert {name.split("/")[0] for name in azure.names()} == {
        "Microsoft.KeyVault", "Microsoft.MachineLearningServices", "Microsoft.Storage",
    }  # fmt: skip


def test_tenants_do_not_share_a_workspace(clients: Clients) -> None:
    (mine,) = bucket(clients).resources
    (theirs,) = bucket(clients, "b-2", tags=RIVAL).resources
    ours, others = job(clients, mine.id), job(clients, theirs.id, "j-2", tags=RIVAL)
    assert ours.id.split("/")[0] != others.id.split("/")[0]


def test_results_go_to_no_other_tenants_bucket(azure: LocalAzure, clients: Clients) -> None:
    (theirs,) = bucket(clients, tags=RIVAL).resources
    for store in (theirs.id, "nothing"):
        with pytest.raises(NotFound):
            job(clients, store)
    assert azure.names() == {f"Microsoft.Storage/storageAccounts/{theirs.id}"}


@pytest.mark.parametrize(
    ("fault", "error"), [*FAULTS, ({"kind": "no_capacity"}, NoCapacity), ({"kind": "quota", "limit": 9}, QuotaExceeded)]
)
def test_a_job_that_cannot_be_had_leaves_nothing(
    azure: LocalAzure, clients: Clients, fault: dict[str, Any], error: type[TollgateError]
) -> None:
    (store,) = bucket(clients).resources
    release(clients, job(clients, store.id, "j-0"))
    before = azure.get(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/resources").json()
    count = azure.http.get("/_tollgate/health").json()["resources"]
    azure.fault(**fault)
    with pytest.raises(error) as raised:
        job(clients, store.id)
    assert type(raised.value) is error
    azure.heal()
    assert azure.get(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/resources").json() == before
    assert azure.http.get("/_tollgate/health").json()["resources"] == count


@pytest.mark.parametrize(("kind", "purchase"), [("unhealthy", "on_demand"), ("spot_reclaimed", "spot")])
def test_a_job_that_fails_is_unhealthy(azure: LocalAzure, clients: Clients, kind: str, purchase: str) -> None:
    (store,) = bucket(clients).resources
    azure.fault(kind)
    assert settled(clients, job(clients, store.id, purchase=purchase)) == "unhealthy"


def test_a_zone_or_danger_is_refused_for_a_job(clients: Clients) -> None:
    (store,) = bucket(clients).resources
    for wrong in ({"zone": "1"}, {"encrypted": False}, {"public": True}):
        with pytest.raises(Rejected):
            job(clients, store.id, **wrong)


def quota(clients: Clients, **more: Any) -> quotas_tool.Output:
    wanted = quotas_tool.Input(**{"region": "westeurope", "machine": A100, **more})
    return get_quotas.call(wanted, clients, "")


def test_quotas_are_counted_by_family_by_region_and_for_spot_apart(clients: Clients) -> None:
    machine = {"region": "westeurope", "machine": A100, "tags": TAGS}
    provision_compute.call(compute_tool.Input(**machine), clients, "k-1")
    launch_spot.call(spot_tool.Input(**machine, count=2), clients, "k-2")
    seen = quota(clients, count=3)
    assert (seen.name, seen.unit, seen.used, seen.needed) == ("StandardNCADSA100v4Family", "vCPU", 24, 72)
    assert seen.free == seen.limit - 24
    assert seen.enough
    seen = quota(clients, purchase="spot")
    assert (seen.name, seen.used, seen.needed) == ("lowPriorityCores", 48, 24)
    assert quota(clients, region="northeurope").used == 0


def test_managed_jobs_have_quotas_of_their_own(clients: Clients) -> None:
    (store,) = bucket(clients).resources
    job(clients, store.id)
    assert quota(clients).used == 0
    seen = quota(clients, managed=True)
    assert (seen.name, seen.used) == ("StandardNCADSA100v4Family", 24)
    assert quota(clients, managed=True, purchase="spot").name == "TotalLowPriorityCores"


def test_an_exhausted_quota_is_seen(azure: LocalAzure, clients: Clients) -> None:
    azure.fault("quota", region="westeurope", limit=10)
    for more in ({}, {"purchase": "spot"}, {"managed": True}):
        seen = quota(clients, **more)
        assert (seen.limit, seen.free, seen.enough) == (10, 10, False)
    assert quota(clients, region="northeurope").enough


def test_an_unknown_machine_has_no_quota(clients: Clients) -> None:
    with pytest.raises(NotFound):
        quota(clients, machine="Standard_Nothing")


@pytest.mark.parametrize(
    ("fault", "error"),
    [({"kind": "throttle"}, Throttled), ({"kind": "error", "region": "westeurope"}, RegionDown), *FAULTS[2:]],
)
def test_a_quota_that_cannot_be_read_says_why(
    azure: LocalAzure, clients: Clients, fault: dict[str, Any], error: type[TollgateError]
) -> None:
    azure.fault(**fault)
    with pytest.raises(error) as raised:
        quota(clients)
    assert type(raised.value) is error


def test_a_passing_trouble_does_not_stop_a_read(azure: LocalAzure, clients: Clients) -> None:
    azure.fault("throttle", times=1)
    assert quota(clients).enough


def test_a_refused_identity_is_no_permission(azure: LocalAzure) -> None:
    for change in ({"TOLLGATE_AZURE_SUBSCRIPTION": "other"}, {"IDENTITY_ENDPOINT": f"{azure.url}/msi/nothing"}):
        with pytest.raises(NoPermission):
            quota(connect({**azure.environment, **change}))
    nowhere = connect({})
    with pytest.raises(NoPermission, match="TOLLGATE_AZURE_SUBSCRIPTION"):
        quota(nowhere)
