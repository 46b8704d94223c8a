"""Terminate an instance, delete a volume, delete a bucket with what is in it, or stop a training job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.endpoints import release_endpoint
from mcp_handlers.aws.errors import translated
from mcp_handlers.aws.owned import find_bucket, find_instance, find_job, insist_id
from mcp_handlers.aws.permissions import ANY, HERE, OWN, Allow
from mcp_handlers.aws.volumes import release_volume
from mcp_handlers.tools.release_resource import Input, Output, insist_made
from workflow.model.errors import NotFound, Rejected
from workflow.model.resource import Resource

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

_EC2 = "arn:aws:ec2:{region}:{account}"
_SAGEMAKER = "arn:aws:sagemaker:{region}:{account}"
PERMISSIONS = (
    Allow(("ec2:DescribeInstances",), ANY, HERE, kind="instance"),
    Allow(("ec2:TerminateInstances",), (f"{_EC2}:instance/{{resource.id}}",), OWN, kind="instance"),
    Allow(("ec2:DescribeVolumes",), ANY, HERE, kind="volume"),
    Allow(("ec2:DeleteVolume", "ec2:DetachVolume"), (f"{_EC2}:volume/{{resource.id}}",), OWN, kind="volume"),
    Allow(("ec2:DetachVolume",), (f"{_EC2}:instance/*",), OWN, kind="volume"),
    Allow(
        (
            "s3:DeleteBucket",
            "s3:GetBucketTagging",
            "s3:ListBucketMultipartUploads",
            "s3:ListBucketVersions",
        ),
        ("arn:aws:s3:::{resource.id}",),
        kind="bucket",
    ),
    Allow(
        ("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion"),
        ("arn:aws:s3:::{resource.id}/*",),
        kind="bucket",
    ),
    Allow(
        ("sagemaker:DescribeTrainingJob", "sagemaker:ListTags", "sagemaker:StopTrainingJob"),
        (f"{_SAGEMAKER}:training-job/{{resource.id}}",),
        kind="job",
    ),
    Allow(
        ("sagemaker:DeleteEndpoint", "sagemaker:DescribeEndpoint", "sagemaker:ListTags", "sagemaker:UpdateEndpoint"),
        (f"{_SAGEMAKER}:endpoint/{{resource.id/0}}",),
        kind="endpoint",
    ),
    Allow(
        (
            "sagemaker:AddTags",
            "sagemaker:CreateEndpointConfig",
            "sagemaker:DeleteEndpointConfig",
            "sagemaker:DescribeEndpointConfig",
            "sagemaker:UpdateEndpoint",
        ),
        (f"{_SAGEMAKER}:endpoint-config/{{resource.id/0}}-c*",),
        kind="endpoint",
    ),
    Allow(
        ("sagemaker:CreateEndpointConfig", "sagemaker:DeleteModel"),
        (f"{_SAGEMAKER}:model/{{resource.id/0}}-v*",),
        kind="endpoint",
    ),
    Allow(("sagemaker:ListEndpointConfigs", "sagemaker:ListModels"), ANY, HERE, kind="endpoint"),
)
_OVER = ("shutting-down", "terminated")


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """Take the resource away. Done twice, the second time finds nothing left."""
    insist_made(wanted.resource)
    insist_id(wanted.resource)
    releases = {
        "instance": _instance,
        "volume": release_volume,
        "bucket": _bucket,
        "job": _job,
        "endpoint": release_endpoint,
    }
    released = releases[wanted.resource.kind](clients, wanted.resource, wanted.tenant)
    return Output(resource=wanted.resource, released=released)


def _instance(clients: Clients, resource: Resource, tenant: str) -> bool:
    instance = find_instance(clients, resource, tenant)
    if instance is None or instance["State"]["Name"] in _OVER:
        return False
    try:
        with translated(clients, resource.region, writes=True):
            clients.ec2(resource.region).terminate_instances(InstanceIds=[resource.id])
    except (NotFound, Rejected):
        instance = find_instance(clients, resource, tenant)
        if instance is not None and instance["State"]["Name"] not in _OVER:
            raise
        # Another call was quicker.
        return False
    return True


def _bucket(clients: Clients, resource: Resource, tenant: str) -> bool:
    if find_bucket(clients, resource, tenant) is None:
        return False
    s3 = clients.s3(resource.region)
    try:
        with translated(clients, resource.region, writes=True):
            _empty(s3, resource.id)
            s3.delete_bucket(Bucket=resource.id)
    except NotFound:
        # Another call was quicker.
        return False
    return True


def _empty(s3: S3Client, bucket: str) -> None:
    """Delete every version and marker, a thousand at a time, and every upload that was never finished."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if not found:
            continue
        objects: list[ObjectIdentifierTypeDef] = [
            {"Key": item["Key"], "VersionId": item["VersionId"]} for item in found
        ]
        failed = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True}).get("Errors", [])
        if failed:
            raise Rejected(f"S3 keeps {len(failed)} objects of {bucket}: {failed[0].get('Code')}.")
    for uploads in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
        for upload in uploads.get("Uploads", []):
            s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])


def _job(clients: Clients, resource: Resource, tenant: str) -> bool:
    job = find_job(clients, resource, tenant)
    if job is None or job["TrainingJobStatus"] != "InProgress":
        return False
    try:
        with translated(clients, resource.region, writes=True):
            clients.sagemaker(resource.region).stop_training_job(TrainingJobName=resource.id)
    except (NotFound, Rejected):
        job = find_job(clients, resource, tenant)
        if job is not None and job["TrainingJobStatus"] == "InProgress":
            raise
        # It ended in between, or another call was quicker.
        return False
    return True
