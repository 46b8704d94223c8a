"""SageMaker training jobs: they run until they are stopped or their time is up.

Ours and not moto's, whose jobs are complete at once, cannot be stopped and share names. A job trains nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from infra.local.aws.call import Call
from infra.local.aws.quotas import ACCOUNT, INSTANCES, training_name
from infra.local.aws.refusal import Refusal
from infra.local.faults import FaultBook

CAPACITY = (
    "CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type."
)
BROKEN = "AlgorithmError: the training container exited with code 1."
OPERATIONS = frozenset(("CreateTrainingJob", "DescribeTrainingJob", "StopTrainingJob", "ListTrainingJobs"))
_NAME = "TrainingJobName"


@dataclass(frozen=True)
class Job:
    """A job as it was asked for, and how it stands. Times are UTC."""

    region: str
    request: dict[str, Any]
    created: datetime
    status: str = "InProgress"
    secondary: str = "Training"
    reason: str = ""

    @property
    def arn(self) -> str:
        """The job's name as AWS spells it in full."""
        return f"arn:aws:sagemaker:{self.region}:{ACCOUNT}:training-job/{self.request[_NAME]}"

    def at(self, now: datetime) -> Job:
        """The job as it stands at `now`: stopped if it has run for as long as it may."""
        limit = self.request.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", 86_400)
        if self.status == "InProgress" and (now - self.created).total_seconds() >= limit:
            return replace(self, status="Stopped", secondary="MaxRuntimeExceeded")
        return self

    def describe(self) -> dict[str, Any]:
        """The shape of DescribeTrainingJob."""
        output = self.request.get("OutputDataConfig", {}).get("S3OutputPath", "").rstrip("/")
        told = {key: value for key, value in self.request.items() if key != "Tags"}
        return told | {
            "TrainingJobArn": self.arn,
            "TrainingJobStatus": self.status,
            "SecondaryStatus": self.secondary,
            "ModelArtifacts": {"S3ModelArtifacts": f"{output}/{self.request[_NAME]}/output/model.tar.gz"},
            "CreationTime": self.created.timestamp(),
            "LastModifiedTime": self.created.timestamp(),
            **({"FailureReason": self.reason} if self.reason else {}),
        }


@dataclass
class Jobs:
    """All training jobs, by region and name. Used from one thread."""

    jobs: dict[tuple[str, str], Job] = field(default_factory=dict)

    def serves(self, call: Call) -> bool:
        """True for the calls that `answer` answers; the rest of SageMaker is moto's."""
        if call.operation in ("ListTags", "AddTags"):
            return ":training-job/" in call.parameters.get("ResourceArn", "")
        return call.operation in OPERATIONS

    def answer(self, call: Call, faults: FaultBook) -> dict[str, Any]:
        """Answer one call. Raises Refusal as SageMaker would."""
        match call.operation:
            case "CreateTrainingJob":
                return self._create(call, faults)
            case "ListTrainingJobs":
                return {"TrainingJobSummaries": self._summaries(call)}
            case "ListTags":
                return {"Tags": self._find(call).request.get("Tags", [])}
            case "AddTags":
                return {"Tags": self._tag(call)}
            case "StopTrainingJob":
                return self._stop(call)
        return self._find(call).describe()

    def _find(self, call: Call) -> Job:
        name = call.parameters.get(_NAME) or call.parameters.get("ResourceArn", "").rpartition("/")[2]
        job = self.jobs.get((call.region, name))
        if job is None:
            raise Refusal("ValidationException", "Requested resource not found.")
        return job.at(datetime.now(UTC))

    def _keep(self, job: Job) -> None:
        self.jobs[job.region, job.request[_NAME]] = job

    def _create(self, call: Call, faults: FaultBook) -> dict[str, Any]:
        name = call.parameters[_NAME]
        if (call.region, name) in self.jobs:
            raise Refusal("ResourceInUse", f"Job name must be unique within an AWS account and region: {name}")
        job = Job(call.region, dict(call.parameters), datetime.now(UTC))
        self._within_quota(job, call, faults)
        if faults.take("no_capacity", region=call.region, operation=call.operation):
            job = replace(job, status="Failed", secondary="Failed", reason=CAPACITY)
        elif faults.take("unhealthy", region=call.region, operation=call.operation):
            job = replace(job, status="Failed", secondary="Failed", reason=BROKEN)
        elif _spot(job) and faults.take("spot_reclaimed", region=call.region, operation=call.operation):
            job = replace(job, status="Stopped", secondary="MaxWaitTimeExceeded")
        self._keep(job)
        return {"TrainingJobArn": job.arn}

    def _within_quota(self, job: Job, call: Call, faults: FaultBook) -> None:
        fault = faults.take("quota", region=call.region, operation=call.operation)
        limit = fault.limit if fault else INSTANCES
        machine, count = _machines(job)
        now = datetime.now(UTC)
        peers = [other.at(now) for other in self.jobs.values() if other.region == job.region]
        used = sum(
            _machines(peer)[1]
            for peer in peers
            if peer.status == "InProgress" and _machines(peer)[0] == machine and _spot(peer) == _spot(job)
        )
        if used + count > limit:
            raise Refusal(
                "ResourceLimitExceeded",
                f"The account-level service limit '{training_name(machine, spot=_spot(job))}' is {limit:g} Instances, "
                f"with current utilization of {used} Instances and a request delta of {count} Instances.",
            )

    def _stop(self, call: Call) -> dict[str, Any]:
        job = self._find(call)
        if job.status != "InProgress":
            raise Refusal(
                "ValidationException", f"The request was rejected because the training job is in status {job.status}."
            )
        self._keep(replace(job, status="Stopped", secondary="Stopped"))
        return {}

    def _tag(self, call: Call) -> list[dict[str, str]]:
        job = self._find(call)
        added: list[dict[str, str]] = call.parameters.get("Tags", [])
        keys = {tag["Key"] for tag in added}
        tags = [tag for tag in job.request.get("Tags", []) if tag["Key"] not in keys] + added
        self._keep(replace(job, request=job.request | {"Tags": tags}))
        return tags

    def _summaries(self, call: Call) -> list[dict[str, Any]]:
        now, status = datetime.now(UTC), call.parameters.get("StatusEquals")
        standing = [job.at(now) for job in self.jobs.values() if job.region == call.region]
        shown = ("TrainingJobName", "TrainingJobArn", "CreationTime", "LastModifiedTime", "TrainingJobStatus")
        described = [job.describe() for job in standing if status in (None, job.status)]
        return [{key: job[key] for key in shown} for job in described]


def _machines(job: Job) -> tuple[str, int]:
    config = job.request.get("ResourceConfig", {})
    return config.get("InstanceType", ""), int(config.get("InstanceCount", 1))


def _spot(job: Job) -> bool:
    return bool(job.request.get("EnableManagedSpotTraining"))
