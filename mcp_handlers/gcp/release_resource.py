"""Take away a resource that Tollgate made on Google Cloud."""

from __future__ import annotations

from mcp_handlers.gcp import disks, endpoints, instances, jobs, owned
from mcp_handlers.gcp.client import Clients, timeout
from mcp_handlers.tools.release_resource import Input, Output, insist_made
from workflow.model.errors import NotFound
from workflow.model.resource import Resource

PERMISSIONS = (
    "aiplatform.customJobs.cancel",
    "aiplatform.customJobs.delete",
    "aiplatform.customJobs.get",
    "aiplatform.endpoints.delete",
    "aiplatform.endpoints.get",
    "aiplatform.endpoints.undeploy",
    "aiplatform.models.delete",
    "compute.disks.delete",
    "compute.disks.get",
    "compute.disks.use",
    "compute.instances.delete",
    "compute.instances.detachDisk",
    "compute.instances.get",
    "compute.zoneOperations.get",
    "storage.buckets.delete",
    "storage.buckets.get",
    "storage.objects.delete",
    "storage.objects.list",
)


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """`released` is False where nothing was there. Raises NotFound for what is not the tenant's, and TollgateError."""
    insist_made(wanted.resource)
    resource = wanted.resource
    if owned.read(resource, wanted.tenant, clients) is None:
        return Output(resource=resource, released=False)
    try:
        _RELEASES[resource.kind](resource, clients)
    except NotFound:
        return Output(resource=resource, released=False)
    return Output(resource=resource, released=True)


def _instance(resource: Resource, clients: Clients) -> None:
    """Its boot disk goes with it: it was made with autoDelete."""
    instances.delete(clients, resource.zone, resource.id, resource.region)


def _volume(resource: Resource, clients: Clients) -> None:
    disks.remove(clients, resource.zone, resource.id, resource.region)


def _job(resource: Resource, clients: Clients) -> None:
    jobs.remove(clients, resource.region, resource.id)


def _endpoint(resource: Resource, clients: Clients) -> None:
    endpoints.release(clients, resource)


def _bucket(resource: Resource, clients: Clients) -> None:
    """Every version of every object goes first, and then the bucket."""
    try:
        bucket = clients.storage.bucket(resource.id)
        found = clients.storage.list_blobs(resource.id, versions=True, timeout=timeout(), retry=None)
        for blobs in found.pages:
            bucket.delete_blobs(list(blobs), on_error=_gone, preserve_generation=True, timeout=timeout(), retry=None)
        bucket.delete(timeout=timeout(), retry=None)
    except Exception as problem:  # noqa: BLE001
        raise clients.translate(problem, region=resource.region, write=True) from None


def _gone(blob: object) -> None:
    """An object that someone else deleted meanwhile is no trouble."""


_RELEASES = {"instance": _instance, "volume": _volume, "job": _job, "bucket": _bucket, "endpoint": _endpoint}
