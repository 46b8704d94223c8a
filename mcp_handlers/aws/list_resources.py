"""Find by their tags the instances, volumes, buckets and running training jobs that Tollgate made in a region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.errors import translated
from mcp_handlers.aws.labels import KEY, PREFIX, TENANT, by_name, ours
from mcp_handlers.aws.owned import bucket_tags
from mcp_handlers.aws.permissions import ANY, HERE, Allow
from mcp_handlers.tools.list_resources import Input, Output, Owned
from workflow.model.resource import Resource, ResourceKind

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import FilterTypeDef

_JOB = ("arn:aws:sagemaker:{region}:{account}:training-job/*",)
PERMISSIONS = (
    Allow(
        ("ec2:DescribeInstances", "ec2:DescribeVolumes", "s3:ListAllMyBuckets", "sagemaker:ListTrainingJobs"), ANY, HERE
    ),
    Allow(("s3:GetBucketTagging",), ("arn:aws:s3:::*",)),
    Allow(("sagemaker:DescribeTrainingJob", "sagemaker:ListTags"), _JOB),
)
_LIVING = ["pending", "running", "stopping", "stopped"]


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """What is there now, and ours, and the tenant's."""
    with translated(clients, wanted.region):
        machines = list(_instances(wanted, clients))
        volumes = _volumes(wanted, clients, {machine.key for machine in machines})
        return Output(resources=(*machines, *volumes, *_buckets(wanted, clients), *_jobs(wanted, clients)))


def _owned(
    wanted: Input, kind: ResourceKind, name: str, tags: Mapping[str, str], created: datetime | None, zone: str = ""
) -> Owned:
    expires = tags.get(PREFIX + "expires-at")
    return Owned(
        resource=Resource(cloud="aws", kind=kind, id=name, region=wanted.region, zone=zone),
        key=tags[KEY],
        run=tags.get(PREFIX + "run", ""),
        expires_at=datetime.fromisoformat(expires) if expires else None,
        created_at=created,
    )


def _mine(wanted: Input) -> list[FilterTypeDef]:
    return [{"Name": f"tag:{TENANT}", "Values": [wanted.tenant]}, {"Name": "tag-key", "Values": [KEY]}]


def _instances(wanted: Input, clients: Clients) -> Iterator[Owned]:
    filters: list[FilterTypeDef] = [*_mine(wanted), {"Name": "instance-state-name", "Values": _LIVING}]
    pages = clients.ec2(wanted.region).get_paginator("describe_instances").paginate(Filters=filters)
    for one in (instance for page in pages for group in page["Reservations"] for instance in group["Instances"]):
        tags, zone = by_name(one["Tags"]), one["Placement"]["AvailabilityZone"]
        spot = one.get("InstanceLifecycle") == "spot"
        paid = {"machine": one["InstanceType"], "purchase": "spot" if spot else "on_demand"}
        found = _owned(wanted, "instance", one["InstanceId"], tags, one["LaunchTime"], zone)
        yield found.model_copy(update=paid)


def _volumes(wanted: Input, clients: Clients, machines: set[str]) -> Iterator[Owned]:
    """Those that were not made with a machine that has them: they go with it. `machines` are the machines' keys."""
    pages = clients.ec2(wanted.region).get_paginator("describe_volumes").paginate(Filters=_mine(wanted))
    for one in (volume for page in pages for volume in page["Volumes"]):
        tags = by_name(one["Tags"])
        if not (one.get("Attachments") and tags[KEY] in machines):
            zone, made = one["AvailabilityZone"], one["CreateTime"]
            found = _owned(wanted, "volume", one["VolumeId"], tags, made, zone)
            yield found.model_copy(update={"size_gib": float(one["Size"])})


def _buckets(wanted: Input, clients: Clients) -> Iterator[Owned]:
    pages = clients.s3(wanted.region).get_paginator("list_buckets").paginate(BucketRegion=wanted.region)
    for one in (bucket for page in pages for bucket in page["Buckets"]):
        if one.get("BucketRegion", wanted.region) == wanted.region:
            place = Resource(cloud="aws", kind="bucket", id=one["Name"], region=wanted.region)
            tags = bucket_tags(clients, place) or {}
            if ours(tags, wanted.tenant):
                yield _owned(wanted, "bucket", one["Name"], tags, one["CreationDate"])


def _jobs(wanted: Input, clients: Clients) -> Iterator[Owned]:
    sagemaker = clients.sagemaker(wanted.region)
    pages = sagemaker.get_paginator("list_training_jobs").paginate(StatusEquals="InProgress")
    for one in (job for page in pages for job in page["TrainingJobSummaries"]):
        tags = by_name(sagemaker.list_tags(ResourceArn=one["TrainingJobArn"])["Tags"])
        if ours(tags, wanted.tenant):
            job = sagemaker.describe_training_job(TrainingJobName=one["TrainingJobName"])
            shape, spot = job["ResourceConfig"], job.get("EnableManagedSpotTraining", False)
            paid = {
                "machine": shape.get("InstanceType", "").removeprefix("ml."),
                "count": shape.get("InstanceCount", 1),
                "purchase": "spot" if spot else "on_demand",
                "managed": True,
            }
            found = _owned(wanted, "job", one["TrainingJobName"], tags, one["CreationTime"])
            yield found.model_copy(update=paid)
