"""Read the real state of a resource on Google Cloud."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from mcp_handlers.gcp import disks, owned
from mcp_handlers.gcp.client import Clients
from mcp_handlers.tools.get_health import Input, Output
from workflow.model.base import Json
from workflow.model.resource import Health

PERMISSIONS = (
    "aiplatform.customJobs.get",
    "aiplatform.endpoints.get",
    "compute.autoscalers.list",
    "compute.disks.get",
    "compute.forwardingRules.list",
    "compute.instanceGroupManagers.get",
    "compute.instanceTemplates.get",
    "compute.instances.get",
    "compute.regionBackendServices.get",
    "container.clusters.get",
    "dns.managedZones.get",
    "dns.resourceRecordSets.get",
    "secretmanager.secrets.get",
    "secretmanager.versions.list",
    "storage.buckets.get",
)
Status = Literal["healthy", "pending", "unhealthy", "gone", "finished", "reclaimed"]

_INSTANCE: dict[str, Status] = {"RUNNING": "healthy", "PROVISIONING": "pending", "STAGING": "pending"}
_JOB: dict[str, Status] = {
    "JOB_STATE_RUNNING": "healthy",
    "JOB_STATE_SUCCEEDED": "finished",
    "JOB_STATE_QUEUED": "pending",
    "JOB_STATE_PENDING": "pending",
    "JOB_STATE_UPDATING": "pending",
}


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """`gone` where there is nothing of that id. Raises NotFound for another tenant's, TollgateError otherwise."""
    # These bring their own tools' contracts along: a cold start has them only where it is asked for one.
    if wanted.resource.kind == "nodepool":
        from mcp_handlers.gcp import nodepools

        return _answer(wanted, *nodepools.standing(wanted.resource, wanted.tenant, clients))
    if wanted.resource.kind == "route":
        from mcp_handlers.gcp import routes

        return _answer(wanted, *routes.standing(wanted.resource, wanted.tenant, clients))
    found = owned.read(wanted.resource, wanted.tenant, clients)
    if found is None:
        return _answer(wanted, "gone", "there is no such resource")
    return _answer(wanted, *_judge(wanted.resource.kind, found))


def _answer(wanted: Input, status: Status, detail: str) -> Output:
    return Output(health=Health(resource=wanted.resource, status=status, detail=detail, checked_at=datetime.now(UTC)))


def _judge(kind: str, found: Json) -> tuple[Status, str]:
    if kind == "bucket":
        return "healthy", "the bucket exists"
    if kind == "secret":
        return _secret(found["versions"])
    if kind == "volume":
        return disks.standing(found)
    if kind == "endpoint":
        shares = found.get("trafficSplit", {})
        held = [f"{one['id']} with {shares.get(one['id'], 0)} %" for one in found.get("deployedModels", [])]
        return "healthy", f"it has the variants {', '.join(held)}"
    if kind == "instance":
        status = str(found["status"])
        return _INSTANCE.get(status, "unhealthy"), " ".join((status, found.get("statusMessage", ""))).strip()
    state, said = str(found["state"]), str((found.get("error") or {}).get("message", ""))
    taken = state == "JOB_STATE_FAILED" and "preempted" in said
    return "reclaimed" if taken else _JOB.get(state, "unhealthy"), " ".join((state, said)).strip()


def _secret(versions: list[Json]) -> tuple[Status, str]:
    numbers = {int(one["name"].rpartition("/")[2]): one["state"] for one in versions}
    newest = max(numbers, default=0)
    if numbers.get(newest) != "ENABLED":
        return "unhealthy", f"its newest version, {newest}, cannot be used" if newest else "it has no version"
    usable = [number for number, state in numbers.items() if state == "ENABLED"]
    return "healthy", f"version {newest} is current; {len(usable) - 1} earlier ones may be used"
