"""Create an S3 bucket: encrypted, closed to the public, tagged, versioned."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.errors import translated
from mcp_handlers.aws.labels import KEY, insist, labels, ours
from mcp_handlers.aws.owned import bucket_tags
from mcp_handlers.tools.create_storage_bucket import Input, Output
from workflow.model.errors import Rejected, TollgateError
from workflow.model.run import Resource

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ServerSideEncryptionRuleTypeDef

_FIRST = "us-east-1"
"""The one region that is not named when a bucket is made in it."""


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """CreateBucket, then its settings; if one fails, a new bucket is removed. Without a name it is made from the key.

    A bucket of that name without tags is one that an earlier call could not finish: it is finished now.
    """
    insist(wanted)
    name = wanted.name or f"tollgate-{key}"
    resource = Resource(cloud="aws", kind="bucket", id=name, region=wanted.region)
    found = bucket_tags(clients, resource)
    if found and not (ours(found, wanted.tags.tenant) and found[KEY] == key):
        raise Rejected(f"The bucket name {name} is taken.", "Ask for another name, or for none.")
    made_before = found is not None
    s3 = clients.s3(wanted.region)
    if not made_before:
        with translated(clients, wanted.region, writes=True):
            _create(s3, name, wanted.region)
    try:
        with translated(clients, wanted.region, writes=True):
            _settle(s3, name, wanted, key)
    except TollgateError:
        if not made_before:
            with contextlib.suppress(TollgateError), translated(clients, wanted.region, writes=True):
                s3.delete_bucket(Bucket=name)
        raise
    return Output(resources=(resource,), url=f"s3://{name}")


def _create(s3: S3Client, name: str, region: str) -> None:
    try:
        if region == _FIRST:
            s3.create_bucket(Bucket=name)
        else:
            s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})  # type: ignore[typeddict-item]
    except s3.exceptions.BucketAlreadyOwnedByYou:
        return


def _settle(s3: S3Client, name: str, wanted: Input, key: str) -> None:
    """Everything about the bucket but its existence. Each call says what is to be, so all may be said again."""
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": list(labels(wanted.tags, key))})
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
