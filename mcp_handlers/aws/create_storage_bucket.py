"""Create an S3 bucket: encrypted, closed to the public, tagged, versioned."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.errors import translated
from mcp_handlers.aws.labels import KEY, insist, labels, ours
from mcp_handlers.aws.owned import bucket_tags
from mcp_handlers.aws.permissions import HERE, Allow
from mcp_handlers.tools.create_storage_bucket import Input, Output
from workflow.model.errors import Rejected, TollgateError
from workflow.model.resource import Resource

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ServerSideEncryptionRuleTypeDef

PERMISSIONS = (
    Allow(
        (
            "s3:CreateBucket",
            "s3:DeleteBucket",
            "s3:GetBucketTagging",
            "s3:PutBucketPublicAccessBlock",
            "s3:PutBucketVersioning",
            "s3:PutEncryptionConfiguration",
            "s3:TagResource",
        ),
        ("arn:aws:s3:::{name}",),
        HERE,
    ),
)
_FIRST = "us-east-1"
"""The one region that is not named when a bucket is made in it."""


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """CreateBucket with its tags, then its settings; if one fails, a new bucket is removed again.

    Without a name, it is made from the key. A bucket that has the name but not our key is somebody else's: Rejected.
    """
    insist(wanted)
    name = wanted.name or f"tollgate-{key}"
    resource = Resource(cloud="aws", kind="bucket", id=name, region=wanted.region)
    s3, made = clients.s3(wanted.region), False
    tags = bucket_tags(clients, resource)
    if tags is None:
        with translated(clients, wanted.region, writes=True):
            made = _create(s3, name, wanted, key)
        tags = bucket_tags(clients, resource) or {}
    if not ours(tags, wanted.tags.tenant) or tags[KEY] != key:
        raise Rejected(f"The bucket name {name} is taken.", "Ask for another name, or for none.")
    try:
        with translated(clients, wanted.region, writes=True):
            _settle(s3, name, wanted)
    except TollgateError:
        if made:
            with contextlib.suppress(TollgateError), translated(clients, wanted.region, writes=True):
                s3.delete_bucket(Bucket=name)
        raise
    return Output(resources=(resource,), url=f"s3://{name}")


def _create(s3: S3Client, name: str, wanted: Input, key: str) -> bool:
    """True if the bucket was made now. It has its tags from the first moment, so it is never without an owner."""
    asked: dict[str, Any] = {"Tags": labels(wanted.tags, key)}
    if wanted.region != _FIRST:
        asked["LocationConstraint"] = wanted.region
    try:
        s3.create_bucket(Bucket=name, CreateBucketConfiguration=asked)  # type: ignore[arg-type]
    except s3.exceptions.BucketAlreadyOwnedByYou:
        return False
    return True


def _settle(s3: S3Client, name: str, wanted: Input) -> None:
    """Everything about the bucket but its existence and owner. Each call may be said again."""
    s3.put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    rule: ServerSideEncryptionRuleTypeDef = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})
    if wanted.versioned:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
