"""SageMaker: what submitting a training job really asks for, judged by plain boto3."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mcp_handlers.aws import create_storage_bucket, get_health, release_resource, submit_ml_job
from mcp_handlers.aws.client import Clients
from mcp_handlers.tools import create_storage_bucket as bucket_tool
from mcp_handlers.tools import get_health as health_tool
from mcp_handlers.tools import release_resource as release_tool
from mcp_handlers.tools import submit_ml_job as job_tool
from tests.contract.clouds.aws_cloud import KEY, REGION, TAGS, LocalAws
from workflow.model.errors import NoCapacity, NoPermission, NotFound, QuotaExceeded, Rejected
from workflow.model.resource import Resource

NAME = f"tollgate-{KEY}"
JOB = Resource(cloud="aws", kind="job", id=NAME, region=REGION)
IMAGE = "763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-training:2.5"


@pytest.fixture
def bucket(aws: LocalAws) -> str:
    made = create_storage_bucket.call(bucket_tool.Input(region=REGION, tags=TAGS), aws.clients(), "b" * 40)
    return made.resources[0].id


def wanted(bucket: str, **changes: object) -> job_tool.Input:
    asked = {"region": REGION, "machine": "p4d.24xlarge", "hours": 1.5, "image": IMAGE, "bucket": bucket, "tags": TAGS}
    return job_tool.Input.model_validate(asked | changes)


def jobs(aws: LocalAws) -> list[str]:
    return [job["TrainingJobName"] for job in aws.sdk("sagemaker").list_training_jobs()["TrainingJobSummaries"]]


def status(aws: LocalAws, tenant: str = "acme") -> str:
    return get_health.call(health_tool.Input(resource=JOB, tenant=tenant), aws.clients(), "k").health.status


def release(aws: LocalAws, tenant: str = "acme") -> bool:
    return release_resource.call(release_tool.Input(resource=JOB, tenant=tenant), aws.clients(), "k").released


def test_a_job_is_bounded_tagged_and_writes_to_its_bucket(aws: LocalAws, bucket: str) -> None:
    command = ("python", "train.py", "--epochs", "3")
    made = submit_ml_job.call(wanted(bucket, count=2, command=command), aws.clients(), KEY)

    assert made == job_tool.Output(resources=(JOB,))
    sagemaker = aws.sdk("sagemaker")
    job = sagemaker.describe_training_job(TrainingJobName=NAME)
    assert job["ResourceConfig"] == {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 2, "VolumeSizeInGB": 100}
    assert job["StoppingCondition"] == {"MaxRuntimeInSeconds": 5400}
    assert job["EnableInterContainerTrafficEncryption"] is True
    assert job["EnableManagedSpotTraining"] is False
    assert job["OutputDataConfig"]["S3OutputPath"] == f"s3://{bucket}/{NAME}/output"
    assert job["AlgorithmSpecification"] == {
        "TrainingImage": IMAGE,
        "TrainingInputMode": "File",
        "ContainerEntrypoint": ["python"],
        "ContainerArguments": ["train.py", "--epochs", "3"],
    }
    tags = {tag["Key"]: tag["Value"] for tag in sagemaker.list_tags(ResourceArn=job["TrainingJobArn"])["Tags"]}
    assert (tags["tollgate:tenant"], tags["tollgate:run"], tags["tollgate:key"]) == ("acme", "run-1", KEY)


def test_a_spot_job_is_managed_spot_with_checkpoints(aws: LocalAws, bucket: str) -> None:
    submit_ml_job.call(wanted(bucket, purchase="spot"), aws.clients(), KEY)
    job = aws.sdk("sagemaker").describe_training_job(TrainingJobName=NAME)
    assert job["EnableManagedSpotTraining"] is True
    assert job["CheckpointConfig"] == {"S3Uri": f"s3://{bucket}/checkpoints", "LocalPath": "/opt/ml/checkpoints"}
    assert job["StoppingCondition"] == {"MaxRuntimeInSeconds": 5400, "MaxWaitTimeInSeconds": 10800}
    assert "RetryStrategy" not in job


def test_a_spot_job_is_begun_again_as_often_as_asked_and_waits_for_it(aws: LocalAws, bucket: str) -> None:
    asked = wanted(bucket, purchase="spot", retries_on_preemption=3, checkpoint_path="runs/7/")
    submit_ml_job.call(asked, aws.clients(), KEY)
    job = aws.sdk("sagemaker").describe_training_job(TrainingJobName=NAME)
    assert job["RetryStrategy"] == {"MaximumRetryAttempts": 3}
    assert job["CheckpointConfig"]["S3Uri"] == f"s3://{bucket}/runs/7"
    assert job["Environment"] == {"TOLLGATE_CHECKPOINTS": "/opt/ml/checkpoints"}
    assert job["StoppingCondition"]["MaxWaitTimeInSeconds"] == 5 * 5400


def test_no_job_runs_or_waits_longer_than_sagemaker_allows(aws: LocalAws, bucket: str) -> None:
    asked = wanted(bucket, purchase="spot", retries_on_preemption=10, hours=720)
    submit_ml_job.call(asked, aws.clients(), KEY)
    job = aws.sdk("sagemaker").describe_training_job(TrainingJobName=NAME)
    longest = 28 * 24 * 3600
    assert job["StoppingCondition"] == {"MaxRuntimeInSeconds": longest, "MaxWaitTimeInSeconds": longest}


@pytest.mark.parametrize(
    "changes",
    [
        {"retries_on_preemption": 1}, {"retries_on_preemption": 11, "purchase": "spot"},
        {"retries_on_preemption": -1, "purchase": "spot"}, {"checkpoint_path": ""}, {"checkpoint_path": "/a"},
        {"checkpoint_path": "../b"}, {"checkpoint_path": "a//b"}, {"hours": 0}, {"hours": 721},
    ],
)  # fmt: skip
def test_a_wrong_bound_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        wanted("b1", **changes)


def test_the_same_key_submits_one_job(aws: LocalAws, bucket: str) -> None:
    first = submit_ml_job.call(wanted(bucket), aws.clients(), KEY)
    assert submit_ml_job.call(wanted(bucket), aws.clients(), KEY) == first
    assert jobs(aws) == [NAME]


def test_a_running_job_is_healthy_and_a_released_one_is_gone(aws: LocalAws, bucket: str) -> None:
    submit_ml_job.call(wanted(bucket), aws.clients(), KEY)
    assert status(aws) == "healthy"
    assert release(aws)
    assert aws.sdk("sagemaker").describe_training_job(TrainingJobName=NAME)["TrainingJobStatus"] == "Stopped"
    assert status(aws) == "gone"
    assert not release(aws)


def test_a_job_that_never_was_is_gone(aws: LocalAws) -> None:
    assert status(aws) == "gone"
    assert not release(aws)


def test_a_job_of_another_tenant_is_not_found_and_runs_on(aws: LocalAws, bucket: str) -> None:
    submit_ml_job.call(wanted(bucket), aws.clients(), KEY)
    for reach in (status, release):
        with pytest.raises(NotFound):
            reach(aws, "rival")
    assert status(aws) == "healthy"


def test_results_cannot_go_to_another_tenants_bucket(aws: LocalAws, bucket: str) -> None:
    rival = TAGS.model_copy(update={"tenant": "rival"})
    with pytest.raises(NotFound):
        submit_ml_job.call(wanted(bucket, tags=rival), aws.clients(), KEY)
    assert jobs(aws) == []


def test_a_missing_bucket_is_not_found(aws: LocalAws) -> None:
    with pytest.raises(NotFound, match="no-such-bucket"):
        submit_ml_job.call(wanted("no-such-bucket"), aws.clients(), KEY)


def test_without_a_role_nothing_is_submitted_and_the_variable_is_named(aws: LocalAws, bucket: str) -> None:
    environment = {name: value for name, value in aws.environment.items() if name != submit_ml_job.ROLE}
    with pytest.raises(NoPermission, match="TOLLGATE_AWS_TRAINING_ROLE is not set"):
        submit_ml_job.call(wanted(bucket), Clients(environment), KEY)
    assert jobs(aws) == []


@pytest.mark.parametrize("changes", [{"encrypted": False}, {"public": True}])
def test_an_open_job_is_rejected(aws: LocalAws, bucket: str, changes: dict[str, bool]) -> None:
    with pytest.raises(Rejected):
        submit_ml_job.call(wanted(bucket, **changes), aws.clients(), KEY)
    assert jobs(aws) == []


def test_no_capacity_for_a_job_is_told_and_told_again(aws: LocalAws, bucket: str) -> None:
    aws.fault("no_capacity", times=1)
    for _ in range(2):
        with pytest.raises(NoCapacity):
            submit_ml_job.call(wanted(bucket), aws.clients(), KEY)
    assert aws.sdk("sagemaker").list_training_jobs(StatusEquals="InProgress")["TrainingJobSummaries"] == []


def test_a_job_beyond_the_quota_is_refused(aws: LocalAws, bucket: str) -> None:
    aws.fault("quota", limit=1)
    with pytest.raises(QuotaExceeded, match=r"ml\.p4d\.24xlarge for training job usage"):
        submit_ml_job.call(wanted(bucket, count=2), aws.clients(), KEY)
    assert jobs(aws) == []


@pytest.mark.parametrize(
    ("kind", "purchase", "is_then"),
    [
        ("unhealthy", "on_demand", "unhealthy"),
        ("unhealthy", "spot", "unhealthy"),
        ("spot_reclaimed", "spot", "reclaimed"),
    ],
)
def test_a_job_that_fails_later_says_whether_its_spot_was_taken_back(
    aws: LocalAws, bucket: str, kind: str, purchase: str, is_then: str
) -> None:
    aws.fault(kind)
    submit_ml_job.call(wanted(bucket, purchase=purchase), aws.clients(), KEY)
    assert status(aws) == is_then


def test_an_on_demand_job_is_not_taken_back(aws: LocalAws, bucket: str) -> None:
    aws.fault("spot_reclaimed")
    submit_ml_job.call(wanted(bucket), aws.clients(), KEY)
    assert status(aws) == "healthy"
