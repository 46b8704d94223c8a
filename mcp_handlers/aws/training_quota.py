"""SageMaker's training quotas: a number of machines per type, on demand and spot apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.errors import translated
from mcp_handlers.tools.get_quotas import Input, Output
from workflow.model.errors import Rejected

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_service_quotas import ServiceQuotasClient


def read(wanted: Input, clients: Clients) -> Output:
    """The quota in machines. Raises Rejected for a machine that SageMaker does not train on."""
    spot = wanted.purchase == "spot"
    name = f"ml.{wanted.machine} for {'spot ' if spot else ''}training job usage"
    with translated(clients, wanted.region):
        limit = _limit(clients.quotas(wanted.region), name)
        if limit is None:
            raise Rejected(f"SageMaker has no quota '{name}' in {wanted.region}.", "Use another machine.")
        used = _used(clients.sagemaker(wanted.region), f"ml.{wanted.machine}", spot=spot)
    return Output(name=name, unit="machines", limit=limit, used=used, free=max(0.0, limit - used), needed=wanted.count)


def _limit(quotas: ServiceQuotasClient, name: str) -> float | None:
    """By name, for the codes are arbitrary; the account's own limit first, else AWS's default."""
    for listing in ("list_service_quotas", "list_aws_default_service_quotas"):
        pages = quotas.get_paginator(listing).paginate(ServiceCode="sagemaker")
        for page in pages:
            for quota in page["Quotas"]:
                if quota["QuotaName"] == name:
                    return float(quota["Value"])
    return None


def _used(sagemaker: SageMakerClient, machine: str, *, spot: bool) -> int:
    used = 0
    for page in sagemaker.get_paginator("list_training_jobs").paginate(StatusEquals="InProgress"):
        for summary in page["TrainingJobSummaries"]:
            job = sagemaker.describe_training_job(TrainingJobName=summary["TrainingJobName"])
            config = job["ResourceConfig"]
            if (config.get("InstanceType"), bool(job.get("EnableManagedSpotTraining"))) == (machine, spot):
                used += config.get("InstanceCount", 1)
    return used
