"""Submit a SageMaker training job."""

from __future__ import annotations

import math
from typing import Any

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.errors import translated
from mcp_handlers.aws.labels import insist, labels
from mcp_handlers.aws.owned import find_bucket, find_job
from mcp_handlers.aws.permissions import Allow
from mcp_handlers.tools.submit_ml_job import Input, Output
from workflow.model.errors import NoCapacity, NoPermission, NotFound, Rejected
from workflow.model.resource import Resource

_JOBS = "arn:aws:sagemaker:{region}:{account}:training-job/tollgate-*"
PERMISSIONS = (
    Allow(
        ("sagemaker:AddTags", "sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob", "sagemaker:ListTags"),
        (_JOBS,),
    ),
    Allow(
        ("iam:PassRole",),
        ("arn:aws:iam::{account}:role/tollgate-training",),
        {"iam:PassedToService": "sagemaker.amazonaws.com"},
    ),
    Allow(("s3:GetBucketTagging",), ("arn:aws:s3:::{bucket}",)),
)
ROLE = "TOLLGATE_AWS_TRAINING_ROLE"
"""The variable that names the role of training jobs: it needs no more than their buckets and images."""
_LONGEST = 2_419_200
"""Seconds, 28 days: the longest that SageMaker lets a job run, or a spot job take with its interruptions."""
_CHECKPOINTS = "/opt/ml/checkpoints"


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """CreateTrainingJob under a name made from the key. SageMaker refuses a second job of the same name.

    SageMaker takes a spot job up again by itself, from its checkpoints, for as long as it may wait: its runtime once
    more, and once more for each retry. It retries as often after an internal error of its own.

    Volumes are encrypted by SageMaker's own keys; the key is not ours to name, since machines with disks of their own
    refuse one. Raises NoCapacity if SageMaker says so at once; it may also say so later (`get_health`).
    """
    insist(wanted)
    role = clients.env.get(ROLE, "")
    if not role:
        raise NoPermission(f"No role for training jobs: {ROLE} is not set.", f"Set {ROLE} to the role's ARN.")
    resource = Resource(cloud="aws", kind="job", id=f"tollgate-{key}", region=wanted.region)
    tenant = wanted.tags.tenant
    if find_job(clients, resource, tenant) is None:
        bucket = Resource(cloud="aws", kind="bucket", id=wanted.bucket, region=wanted.region)
        if find_bucket(clients, bucket, tenant) is None:
            raise NotFound(f"There is no bucket {wanted.bucket} of tenant {tenant}.")
        _submit(clients, wanted, _request(wanted, resource.id, role, key))
    job = find_job(clients, resource, tenant)
    if job and job["TrainingJobStatus"] == "Failed" and "CapacityError" in job.get("FailureReason", ""):
        raise NoCapacity(f"SageMaker in {wanted.region}: {job['FailureReason']}")
    return Output(resources=(resource,))


def _submit(clients: Clients, wanted: Input, request: dict[str, Any]) -> None:
    sagemaker = clients.sagemaker(wanted.region)
    try:
        with translated(clients, wanted.region, writes=True):
            sagemaker.create_training_job(**request)
    except Rejected as error:
        if "ResourceInUse" not in error.message:
            raise


def _request(wanted: Input, name: str, role: str, key: str) -> dict[str, Any]:
    store, seconds = f"s3://{wanted.bucket}/{name}", min(math.ceil(wanted.hours * 3600), _LONGEST)
    spot, retries = wanted.purchase == "spot", wanted.retries_on_preemption
    checkpoints = f"s3://{wanted.bucket}/{wanted.checkpoint_path.rstrip('/')}"
    container: dict[str, Any] = {"TrainingImage": wanted.image, "TrainingInputMode": "File"}
    if wanted.command:
        container["ContainerEntrypoint"] = list(wanted.command[:1])
    if wanted.command[1:]:
        container["ContainerArguments"] = list(wanted.command[1:])
    return {
        "TrainingJobName": name,
        "RoleArn": role,
        "AlgorithmSpecification": container,
        "OutputDataConfig": {"S3OutputPath": f"{store}/output"},
        "ResourceConfig": {
            "InstanceType": f"ml.{wanted.machine}",
            "InstanceCount": wanted.count,
            "VolumeSizeInGB": wanted.disk_gib,
        },
        "StoppingCondition": {
            "MaxRuntimeInSeconds": seconds,
            **({"MaxWaitTimeInSeconds": min(seconds * (2 + retries), _LONGEST)} if spot else {}),
        },
        "EnableManagedSpotTraining": spot,
        "CheckpointConfig": {"S3Uri": checkpoints, "LocalPath": _CHECKPOINTS},
        "Environment": {"TOLLGATE_CHECKPOINTS": _CHECKPOINTS},
        **({"RetryStrategy": {"MaximumRetryAttempts": retries}} if retries else {}),
        "EnableInterContainerTrafficEncryption": wanted.count > 1,
        "Tags": list(labels(wanted.tags, key)),
    }
