"""Find by their labels the machines, disks, buckets and running jobs that Tollgate made in a region."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from mcp_handlers.gcp import disks, jobs, naming
from mcp_handlers.gcp.client import Clients, timeout
from mcp_handlers.tools.list_resources import Input, Output, Owned
from workflow.model.base import Json
from workflow.model.errors import NotFound
from workflow.model.resource import Resource, ResourceKind

PERMISSIONS = (
    "aiplatform.customJobs.list",
    "compute.disks.list",
    "compute.instances.list",
    "storage.buckets.list",
)
_STAMP = "%Y%m%dt%H%M%Sz"


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """What is there now, and ours, and the tenant's. Raises TollgateError where Google does not answer."""
    looks = (_instances, _disks, _buckets, _jobs)
    return Output(resources=tuple(one for look in looks for one in look(wanted, clients)))


def _owned(
    wanted: Input, kind: ResourceKind, name: str, labels: Json, created: object, zone: str = "", **paid: object
) -> Owned:
    expires = labels.get("tollgate-expires-at")
    found = Owned(
        resource=Resource(cloud="gcp", kind=kind, id=name, region=wanted.region, zone=zone),
        key=labels[naming.KEY],
        run=naming.spoken(labels.get("tollgate-run", "")),
        expires_at=datetime.strptime(expires, _STAMP).replace(tzinfo=UTC) if expires else None,
        created_at=datetime.fromisoformat(str(created)) if created else None,
    )
    return found.model_copy(update=paid)


def _mine(wanted: Input, labels: Json | None) -> bool:
    return naming.ours(labels, wanted.tenant) and naming.KEY in (labels or {})


def _in_zones(wanted: Input, clients: Clients, collection: str) -> Iterator[tuple[str, Json]]:
    """What is in the zones of the region, each with its zone."""
    asked = {"filter": f"labels.{naming.TENANT}={naming.label(wanted.tenant)}"}
    while True:
        page = clients.compute("GET", f"aggregated/{collection}", region=wanted.region, params=asked)
        for scope, found in page.get("items", {}).items():
            zone = scope.removeprefix("zones/")
            if zone.rpartition("-")[0] == wanted.region:
                yield from ((zone, one) for one in found.get(collection, []) if _mine(wanted, one.get("labels")))
        if not page.get("nextPageToken"):
            return
        asked["pageToken"] = page["nextPageToken"]


def _instances(wanted: Input, clients: Clients) -> Iterator[Owned]:
    for zone, one in _in_zones(wanted, clients, "instances"):
        spot = (one.get("scheduling") or {}).get("provisioningModel") == "SPOT"
        paid = {"machine": one["machineType"].rpartition("/")[2], "purchase": "spot" if spot else "on_demand"}
        yield _owned(wanted, "instance", one["name"], one["labels"], one.get("creationTimestamp"), zone, **paid)


def _disks(wanted: Input, clients: Clients) -> Iterator[Owned]:
    for zone, one in _in_zones(wanted, clients, "disks"):
        # A machine's own disk bears its name, and goes with it.
        if one["name"] not in disks.holders(one):
            made, size = one.get("creationTimestamp"), float(one.get("sizeGb", 0))
            yield _owned(wanted, "volume", one["name"], one["labels"], made, zone, size_gib=size)


def _buckets(wanted: Input, clients: Clients) -> Iterator[Owned]:
    try:
        found = list(clients.storage.list_buckets(timeout=timeout(), retry=None))
    except Exception as problem:  # noqa: BLE001
        raise clients.translate(problem, region=wanted.region, write=False) from None
    for one in found:
        if one.location.lower() == wanted.region and _mine(wanted, one.labels):
            made = one.time_created and one.time_created.isoformat()
            yield _owned(wanted, "bucket", one.name, one.labels, made)


def _jobs(wanted: Input, clients: Clients) -> Iterator[Owned]:
    try:
        found = jobs.unfinished(clients, wanted.region)
    except NotFound:
        return
    for one in found:
        if _mine(wanted, one.get("labels")):
            spec = one["jobSpec"]
            pools = spec["workerPoolSpecs"]
            paid = {
                "machine": pools[0]["machineSpec"]["machineType"],
                "count": sum(int(pool["replicaCount"]) for pool in pools),
                "purchase": "spot" if spec["scheduling"].get("strategy") == "SPOT" else "on_demand",
                "managed": True,
            }
            yield _owned(wanted, "job", jobs.number(one), one["labels"], one.get("createTime"), **paid)
