"""Service Quotas: what the account may use of EC2 and of SageMaker training, per region.

EC2's codes, names and units are those of AWS's own list (docs.aws.amazon.com, Amazon EC2 endpoints and quotas, read
2026-11); a SageMaker quota has a code per machine type, which is made up here from its name. The limits are our own:
generous, so that only a fault makes them bite.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import botocore.session

from infra.local.aws.call import Call
from infra.local.aws.refusal import Refusal
from infra.local.faults import FaultBook

ACCOUNT = "123456789012"
VCPUS = 20_000.0
INSTANCES = 200.0
PAGE = 100

_STANDARD = "Standard (A, C, D, H, I, M, R, T, Z)"
_EC2 = {
    "L-1216C47A": f"Running On-Demand {_STANDARD} instances",
    "L-6E869C2A": "Running On-Demand DL instances",
    "L-74FC7D96": "Running On-Demand F instances",
    "L-DB2E81BA": "Running On-Demand G and VT instances",
    "L-F7808C92": "Running On-Demand HPC instances",
    "L-43DA4232": "Running On-Demand High Memory instances",
    "L-1945791B": "Running On-Demand Inf instances",
    "L-417A185B": "Running On-Demand P instances",
    "L-2C3B7624": "Running On-Demand Trn instances",
    "L-7295265B": "Running On-Demand X instances",
    "L-34B43A08": f"All {_STANDARD} Spot Instance Requests",
    "L-85EED4F7": "All DL Spot Instance Requests",
    "L-88CF9481": "All F Spot Instance Requests",
    "L-3819A6DF": "All G and VT Spot Instance Requests",
    "L-B5D1601B": "All Inf Spot Instance Requests",
    "L-7212CCBC": "All P4, P3 and P2 Spot Instance Requests",
    "L-C4BD4855": "All P5 Spot Instance Requests",
    "L-6B0D517C": "All Trn Spot Instance Requests",
    "L-E3A00192": "All X Spot Instance Requests",
}
_SERVICES = {"ec2": "Amazon Elastic Compute Cloud (Amazon EC2)", "sagemaker": "Amazon SageMaker"}


@dataclass(frozen=True)
class Quota:
    """One quota: `value` vCPUs (EC2) or instances (SageMaker)."""

    service: str
    code: str
    name: str
    value: float


@cache
def book() -> dict[str, dict[str, Quota]]:
    """Every quota, by service and code. SageMaker's machine types are those that botocore knows for training."""
    model = botocore.session.Session().get_service_model("sagemaker")
    machines: list[str] = model.shape_for("TrainingInstanceType").metadata["enum"]
    training = [training_name(machine, spot=spot) for machine in machines for spot in (False, True)]
    return {
        "ec2": {code: Quota("ec2", code, name, VCPUS) for code, name in _EC2.items()},
        "sagemaker": {_code(name): Quota("sagemaker", _code(name), name, INSTANCES) for name in training},
    }


def training_name(machine: str, *, spot: bool) -> str:
    """SageMaker's name for the quota of `ml.<type>` machines in training jobs."""
    return f"{machine} for {'spot ' if spot else ''}training job usage"


def _code(name: str) -> str:
    return "L-" + hashlib.sha256(name.encode()).hexdigest()[:8].upper()


def answer(call: Call, faults: FaultBook) -> dict[str, Any]:
    """Answer one Service Quotas call. Raises Refusal for what does not exist or is not served here."""
    quotas = book().get(call.parameters.get("ServiceCode", ""))
    if quotas is None:
        raise Refusal("NoSuchResourceException", "The request failed because the specified service does not exist.")
    fault = faults.take("quota", region=call.region, operation=call.operation)
    limit = None if fault is None else float(fault.limit)
    if call.operation in ("GetServiceQuota", "GetAWSDefaultServiceQuota"):
        quota = quotas.get(call.parameters.get("QuotaCode", ""))
        if quota is None:
            raise Refusal("NoSuchResourceException", "The request failed because the specified quota does not exist.")
        return {"Quota": _shape(quota, call.region, limit)}
    if call.operation in ("ListServiceQuotas", "ListAWSDefaultServiceQuotas"):
        return _page([_shape(quota, call.region, limit) for quota in quotas.values()], call.parameters)
    raise Refusal("IllegalArgumentException", f"{call.operation} is not served by the local cloud.")


def _page(quotas: list[dict[str, Any]], parameters: Mapping[str, Any]) -> dict[str, Any]:
    size = min(int(parameters.get("MaxResults", PAGE)), PAGE)
    try:
        start = int(base64.b64decode(parameters.get("NextToken", "MA=="), validate=True))
    except ValueError:
        raise Refusal("InvalidPaginationTokenException", "Invalid token was provided.") from None
    page: dict[str, Any] = {"Quotas": quotas[start : start + size]}
    if start + size < len(quotas):
        page["NextToken"] = base64.b64encode(str(start + size).encode()).decode()
    return page


def _shape(quota: Quota, region: str, limit: float | None) -> dict[str, Any]:
    return {
        "ServiceCode": quota.service,
        "ServiceName": _SERVICES[quota.service],
        "QuotaArn": f"arn:aws:servicequotas:{region}:{ACCOUNT}:{quota.service}/{quota.code}",
        "QuotaCode": quota.code,
        "QuotaName": quota.name,
        "Value": quota.value if limit is None else limit,
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }
