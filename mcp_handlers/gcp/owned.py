"""Reading a resource of ours. What another tenant made, or nobody we know, is not there for the caller."""

from __future__ import annotations

import re

from mcp_handlers.gcp import naming
from mcp_handlers.gcp.client import Clients, timeout
from workflow.model.base import Json
from workflow.model.errors import NotFound
from workflow.model.resource import Resource

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,126}")
"""Whatever of a resource becomes part of an address: nothing in it can lead to another one."""


def read(resource: Resource, tenant: str, clients: Clients) -> Json | None:
    """The resource's JSON (a bucket's: its labels only); None where it does not exist.

    Raises NotFound where it is not `tenant`'s, TollgateError where Google does not answer.
    """
    if resource.cloud != "gcp":
        raise NotFound(f"gcp: {resource.id} is a resource of {resource.cloud}")
    names = resource.id.split("/", 1) if resource.kind == "endpoint" else [resource.id]
    if not all(map(_PLAIN.fullmatch, (*names, resource.region, resource.zone or "none"))):
        raise NotFound("gcp: the resource's id, region or zone is none that Google gives")
    try:
        found = _READERS[resource.kind](resource, clients)
    except NotFound:
        return None
    if not naming.ours(found.get("labels"), tenant):
        raise NotFound(f"gcp: tenant {tenant} has no {resource.kind} {resource.id}")
    return found


def _instance(resource: Resource, clients: Clients) -> Json:
    return clients.compute("GET", f"zones/{resource.zone}/instances/{resource.id}", region=resource.region)


def _volume(resource: Resource, clients: Clients) -> Json:
    return clients.compute("GET", f"zones/{resource.zone}/disks/{resource.id}", region=resource.region)


def _job(resource: Resource, clients: Clients) -> Json:
    return clients.vertex("GET", f"customJobs/{resource.id}", region=resource.region)


def _bucket(resource: Resource, clients: Clients) -> Json:
    try:
        bucket = clients.storage.get_bucket(resource.id, timeout=timeout(), retry=None)
    except Exception as problem:  # noqa: BLE001
        raise clients.translate(problem, region=resource.region, write=False) from None
    return {"labels": dict(bucket.labels)}


def _secret(resource: Resource, clients: Clients) -> Json:
    found = clients.secrets("GET", resource.id, region=resource.region)
    versions = clients.every(clients.secrets, f"{resource.id}/versions", "versions", region=resource.region)
    return {**found, "versions": versions}


def _endpoint(resource: Resource, clients: Clients) -> Json:
    name, _, variant = resource.id.partition("/")
    found = clients.vertex("GET", f"endpoints/{name}", region=resource.region)
    if variant and variant not in [one["id"] for one in found.get("deployedModels", [])]:
        raise NotFound(f"gcp: the endpoint {name} has no variant {variant}")
    return found


_READERS = {
    "instance": _instance,
    "volume": _volume,
    "job": _job,
    "bucket": _bucket,
    "endpoint": _endpoint,
    "secret": _secret,
}
