"""Create a bucket in Cloud Storage."""

from __future__ import annotations

from typing import Any

from mcp_handlers.gcp import naming, safety
from mcp_handlers.gcp.client import Clients, timeout
from mcp_handlers.gcp.errors import AlreadyExists
from mcp_handlers.tools.create_storage_bucket import Input, Output
from workflow.model.errors import NoPermission, Rejected, TollgateError
from workflow.model.resource import Resource

PERMISSIONS = (
    "storage.buckets.create",
    "storage.buckets.get",
)


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """A bucket in one region, closed to the public, encrypted with Google's own keys. Raises TollgateError."""
    safety.check(wanted)
    name = wanted.name or naming.name(key)
    try:
        _create(wanted, clients, key, name)
    except AlreadyExists:
        _recognise(wanted, clients, key, name)
    made = Resource(cloud="gcp", kind="bucket", id=name, region=wanted.region)
    return Output(resources=(made,), url=f"gs://{name}")


def _create(wanted: Input, clients: Clients, key: str, name: str) -> None:
    try:
        bucket: Any = clients.storage.bucket(name)
        bucket.iam_configuration.uniform_bucket_level_access_enabled = True
        bucket.iam_configuration.public_access_prevention = "enforced"
        bucket.versioning_enabled = wanted.versioned
        bucket.labels = naming.labels(wanted.tags, key)
        clients.storage.create_bucket(bucket, location=wanted.region, timeout=timeout(), retry=None)
    except Exception as problem:  # noqa: BLE001
        raise clients.translate(problem, region=wanted.region, write=True) from None


def _recognise(wanted: Input, clients: Clients, key: str, name: str) -> None:
    """Find the existing bucket to be this very effect's. Raises Rejected where it is another's."""
    try:
        bucket: Any = clients.storage.get_bucket(name, timeout=timeout(), retry=None)
    except Exception as problem:  # noqa: BLE001
        found: TollgateError = clients.translate(problem, region=wanted.region, write=False)
        if not isinstance(found, NoPermission):
            raise found from None
        bucket = None
    if bucket is None or not naming.made_by(bucket.labels, key, wanted.tags.tenant):
        raise Rejected(f"gcp: the bucket name {name} is taken by a bucket that is not ours")
