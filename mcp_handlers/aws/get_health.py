"""Read how an instance, volume, bucket or training job stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.errors import translated
from mcp_handlers.aws.owned import find_bucket, find_instance, find_job, insist_id
from mcp_handlers.aws.permissions import ANY, HERE, OWN, Allow
from mcp_handlers.tools.get_health import Input, Output
from workflow.model.errors import NotFound
from workflow.model.resource import Health, Resource

Status = Literal["healthy", "pending", "unhealthy", "gone", "finished", "reclaimed"]
Standing = tuple[Status, str]

_SAGEMAKER = "arn:aws:sagemaker:{region}:{account}"
PERMISSIONS = (
    Allow(("ec2:DescribeInstances", "ec2:DescribeInstanceStatus"), ANY, HERE, kind="instance"),
    Allow(("ec2:DescribeVolumes",), ANY, HERE, kind="volume"),
    Allow(("s3:GetBucketPublicAccessBlock", "s3:GetBucketTagging"), ("arn:aws:s3:::{resource.id}",), kind="bucket"),
    Allow(
        ("sagemaker:DescribeTrainingJob", "sagemaker:ListTags"),
        (f"{_SAGEMAKER}:training-job/{{resource.id}}",),
        kind="job",
    ),
    Allow(
        ("sagemaker:DescribeEndpoint", "sagemaker:ListTags"),
        (f"{_SAGEMAKER}:endpoint/{{resource.id/0}}",),
        kind="endpoint",
    ),
    Allow(
        ("sagemaker:DescribeEndpointConfig",),
        (f"{_SAGEMAKER}:endpoint-config/{{resource.id/0}}-c*",),
        kind="endpoint",
    ),
    Allow(
        ("eks:DescribeNodegroup",),
        ("arn:aws:eks:{region}:{account}:nodegroup/{resource.id}/*",),
        OWN,
        kind="nodepool",
    ),
    Allow(("autoscaling:DescribeAutoScalingGroups",), ANY, HERE, kind="nodepool"),
    Allow(
        ("secretsmanager:DescribeSecret", "secretsmanager:ListSecretVersionIds"),
        ("arn:aws:secretsmanager:{region}:{account}:secret:{resource.id}-??????",),
        OWN,
        kind="secret",
    ),
    Allow(
        ("route53:ListResourceRecordSets", "route53:ListTagsForResource"),
        ("arn:aws:route53:::hostedzone/{resource.id/0}",),
        kind="route",
    ),
    Allow(("route53:GetHealthCheckStatus",), ("arn:aws:route53:::healthcheck/*",), kind="route"),
)
_GONE: Standing = ("gone", "It does not exist.")
_CHECKS: dict[str, Status] = {"ok": "healthy", "initializing": "pending", "insufficient-data": "pending"}
_JOBS: dict[str, Status] = {
    "InProgress": "healthy",
    "Completed": "finished",
    "Failed": "unhealthy",
    "Stopping": "gone",
    "Stopped": "gone",
    "Deleting": "gone",
}


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """Describe the resource. One of another tenant is not found."""
    insist_id(wanted.resource)
    status, detail = _look(wanted.resource.kind)(clients, wanted.resource, wanted.tenant)
    checked = datetime.now(UTC)
    return Output(health=Health(resource=wanted.resource, status=status, detail=detail, checked_at=checked))


def _look(kind: str) -> Callable[[Clients, Resource, str], Standing]:
    # Each of these brings another tool's contract along, so a cold start has only the one that it is asked for.
    if kind == "volume":
        from mcp_handlers.aws.volumes import volume_standing as look
    elif kind == "endpoint":
        from mcp_handlers.aws.endpoints import endpoint_standing as look
    elif kind == "nodepool":
        from mcp_handlers.aws.nodepools import nodepool_standing as look
    elif kind == "secret":
        from mcp_handlers.aws.secrets import secret_standing as look
    elif kind == "route":
        from mcp_handlers.aws.routes import route_standing as look
    else:
        return {"instance": _instance, "bucket": _bucket, "job": _job}[kind]
    return look


def _instance(clients: Clients, resource: Resource, tenant: str) -> Standing:
    instance = find_instance(clients, resource, tenant)
    if instance is None:
        return _GONE
    state = instance["State"]["Name"]
    reason = instance.get("StateReason", {}).get("Message", "")
    detail = f"EC2 state {state}" + (f": {reason}" if reason else "")
    if state in ("shutting-down", "terminated"):
        return "gone", detail
    if state == "pending":
        return "pending", detail
    if state != "running":
        return "unhealthy", detail
    return _checks(clients, resource)


def _checks(clients: Clients, resource: Resource) -> Standing:
    with translated(clients, resource.region):
        found = clients.ec2(resource.region).describe_instance_status(InstanceIds=[resource.id])["InstanceStatuses"]
    if not found:
        return "pending", "EC2 state running, status checks not begun"
    checks = {name: found[0][name].get("Status", "") for name in ("InstanceStatus", "SystemStatus")}
    detail = "EC2 state running, " + ", ".join(f"{name} {status}" for name, status in checks.items())
    standings = {_CHECKS.get(status, "unhealthy") for status in checks.values()}
    worst: Status = "unhealthy" if "unhealthy" in standings else "pending" if "pending" in standings else "healthy"
    return worst, detail


def _bucket(clients: Clients, resource: Resource, tenant: str) -> Standing:
    if find_bucket(clients, resource, tenant) is None:
        return _GONE
    try:
        with translated(clients, resource.region):
            block = clients.s3(resource.region).get_public_access_block(Bucket=resource.id)
    except NotFound:
        return "unhealthy", "The bucket's public access block is missing."
    closed = all(block["PublicAccessBlockConfiguration"].values())
    return ("healthy", "S3 bucket, closed to the public") if closed else ("unhealthy", "The bucket can be made public.")


def _job(clients: Clients, resource: Resource, tenant: str) -> Standing:
    job = find_job(clients, resource, tenant)
    if job is None:
        return _GONE
    status, secondary = job["TrainingJobStatus"], job["SecondaryStatus"]
    detail = f"SageMaker job {status} ({secondary})" + (f": {job['FailureReason']}" if "FailureReason" in job else "")
    if secondary == "MaxRuntimeExceeded":
        return "finished", detail
    if secondary in ("MaxWaitTimeExceeded", "Interrupted"):
        return "reclaimed", detail
    return _JOBS.get(status, "unhealthy"), detail
