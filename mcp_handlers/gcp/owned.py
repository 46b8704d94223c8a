"""Reading a resource of ours. What another tenant made, or nobody we know, is not there for the caller."""

from __future__ import annotations

import re

from mcp_handlers.gcp import naming
from mcp_handlers.gcp.client import TIMEOUT, Clients
from workflow.model.base import Json
from workflow.model.errors import NotFound
from workflow.model.run import Resource

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,126}")
"""Whatever of a resource becomes part of an address: nothing in it can lead to another one."""


def read(resource: Resource, tenant: str, clients: Clients) -> Json | None:
    """The resource's JSON (a bucket's: its labels only); None where it does not exist.

    Raises NotFound where it is not `tenant`'s, TollgateError where Google does not answer.
    """
    if resource.cloud != "gcp":
        raise NotFound(f"gcp: {resource.id} is a resource of {resource.cloud}")
    if not all(map(_PLAIN.fullmatch, (resource.id, resource.region, resource.zone or "none"))):
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
        bucket = clients.storage.get_bucket(resource.id, timeout=TIMEOUT, retry=None)
    except Exception as problem:  # noqa: BLE001
        raise clients.translate(problem, region=resource.region, write=False) from None
    return {"labels": dict(bucket.labels)}


def _secret(resource: Resource, clients: Clients) -> Json:
    found = clients.secrets("GET", resource.id, region=resource.region)
    versions = clients.every(clients.secrets, f"{resource.id}/versions", "versions", region=resource.region)
    return {**found, "versions": versions}


_READERS = {"instance": _instance, "volume": _volume, "job": _job, "bucket": _bucket, "secret": _secret}
