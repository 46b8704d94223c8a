"""Finding a tenant's own resource again: None where it is not there, NotFound where it is someone else's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.errors import translated
from mcp_handlers.aws.labels import by_name, ours
from workflow.model.errors import NotFound
from workflow.model.resource import Resource

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import InstanceTypeDef
    from mypy_boto3_sagemaker.type_defs import DescribeTrainingJobResponseTypeDef


_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def insist_id(resource: Resource) -> None:
    """Raise NotFound for an id that nothing of its kind can have: one that AWS could not even be asked about, or that
    would lead to something else."""
    if not resource.id.isprintable() or (resource.kind == "bucket" and not _BUCKET.fullmatch(resource.id)):
        raise NotFound(f"{resource.id[:63]!r} is not the id of a {resource.kind} in AWS.")


def find_instance(clients: Clients, resource: Resource, tenant: str) -> InstanceTypeDef | None:
    """The instance as EC2 describes it."""
    try:
        with translated(clients, resource.region):
            found = clients.ec2(resource.region).describe_instances(InstanceIds=[resource.id])
    except NotFound:
        return None
    instances = [instance for reservation in found["Reservations"] for instance in reservation["Instances"]]
    if not instances:
        return None
    insist_ours(by_name(instances[0].get("Tags", [])), resource, tenant)
    return instances[0]


def find_bucket(clients: Clients, resource: Resource, tenant: str) -> dict[str, str] | None:
    """The bucket's tags."""
    tags = bucket_tags(clients, resource)
    if tags is not None:
        insist_ours(tags, resource, tenant)
    return tags


def bucket_tags(clients: Clients, resource: Resource) -> dict[str, str] | None:
    """The tags of a bucket, whoever's it is; empty where it has none, None where there is no such bucket."""
    from botocore.exceptions import ClientError

    with translated(clients, resource.region):
        try:
            return by_name(clients.s3(resource.region).get_bucket_tagging(Bucket=resource.id)["TagSet"])
        except ClientError as error:
            absent: dict[str, dict[str, str] | None] = {"NoSuchBucket": None, "NoSuchTagSet": {}}
            if error.response["Error"]["Code"] not in absent:
                raise
            return absent[error.response["Error"]["Code"]]


def find_job(clients: Clients, resource: Resource, tenant: str) -> DescribeTrainingJobResponseTypeDef | None:
    """The training job as SageMaker describes it."""
    sagemaker = clients.sagemaker(resource.region)
    try:
        with translated(clients, resource.region):
            job = sagemaker.describe_training_job(TrainingJobName=resource.id)
            tags = sagemaker.list_tags(ResourceArn=job["TrainingJobArn"])["Tags"]
    except NotFound:
        return None
    insist_ours(by_name(tags), resource, tenant)
    return job


def insist_ours(tags: dict[str, str], resource: Resource, tenant: str) -> None:
    """Raise NotFound for what is not `tenant`'s, as if it were not there."""
    if not ours(tags, tenant):
        raise NotFound(f"There is no {resource.kind} {resource.id} of tenant {tenant} in {resource.region}.")
