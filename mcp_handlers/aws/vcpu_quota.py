"""EC2's vCPU quotas: which one a machine draws on, its limit, and how much of it is in use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.errors import translated
from mcp_handlers.prices.catalog import load_cloud
from mcp_handlers.tools.get_quotas import Input, Output
from workflow.model.base import Purchase
from workflow.model.errors import NotFound, Rejected

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import FilterTypeDef
    from mypy_boto3_service_quotas import ServiceQuotasClient

_CODES: dict[str, dict[Purchase, str]] = {
    "standard": {"on_demand": "L-1216C47A", "spot": "L-34B43A08"},
    "g": {"on_demand": "L-DB2E81BA", "spot": "L-3819A6DF"},
    "p": {"on_demand": "L-417A185B", "spot": "L-7212CCBC"},
    "p5": {"on_demand": "L-417A185B", "spot": "L-C4BD4855"},
    "x": {"on_demand": "L-7295265B", "spot": "L-E3A00192"},
    "f": {"on_demand": "L-74FC7D96", "spot": "L-88CF9481"},
    "inf": {"on_demand": "L-1945791B", "spot": "L-B5D1601B"},
    "trn": {"on_demand": "L-2C3B7624", "spot": "L-6B0D517C"},
    "dl": {"on_demand": "L-6E869C2A", "spot": "L-85EED4F7"},
    "u": {"on_demand": "L-43DA4232"},
    "hpc": {"on_demand": "L-F7808C92"},
}
"""AWS's quota codes, from its list of Amazon EC2 quotas (AWS General Reference, read November 2026)."""
_STANDARD = frozenset("acdhimrtz")
_SHARED = {"gr": "g", "vt": "g"}


def code(machine: str, purchase: Purchase) -> str:
    """The code of the quota that `machine` draws on. Raises Rejected where AWS has none (no spot of that kind)."""
    try:
        return _CODES[_group(machine)][purchase]
    except KeyError:
        raise Rejected(
            f"EC2 has no {purchase} quota for {machine}.", "Use another machine or purchase option."
        ) from None


def _group(machine: str) -> str:
    letters = re.match(r"[a-z]+", machine)
    name = letters[0] if letters else ""
    if machine.startswith("p5"):
        return "p5"
    name = _SHARED.get(name, name)
    return name if name in _CODES else "standard" if name[:1] in _STANDARD else ""


def read(wanted: Input, clients: Clients) -> Output:
    """The quota in vCPUs. Instances that are pending or running count, as they do for EC2."""
    facts = load_cloud("aws").machine(wanted.machine)
    with translated(clients, wanted.region):
        ec2 = clients.ec2(wanted.region)
        each = facts.vcpus if facts else _described(ec2, {wanted.machine})[wanted.machine]
        quota = limit(clients.quotas(wanted.region), "ec2", code(wanted.machine, wanted.purchase))
        used = _used(ec2, wanted)
    return Output(
        name=quota[0],
        unit="vCPU",
        limit=quota[1],
        used=used,
        free=max(0.0, quota[1] - used),
        needed=each * wanted.count,
    )


def limit(quotas: ServiceQuotasClient, service: str, code: str) -> tuple[str, float]:
    """A quota's name and limit: the account's own, else AWS's default."""
    missing = quotas.exceptions.NoSuchResourceException
    try:
        quota = quotas.get_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]
    except missing:
        quota = quotas.get_aws_default_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]
    return quota["QuotaName"], quota["Value"]


def _used(ec2: EC2Client, wanted: Input) -> int:
    mine, spot = code(wanted.machine, wanted.purchase), wanted.purchase == "spot"
    counts: dict[str, int] = {}
    alive: list[FilterTypeDef] = [{"Name": "instance-state-name", "Values": ["pending", "running"]}]
    for page in ec2.get_paginator("describe_instances").paginate(Filters=alive):
        for reservation in page["Reservations"]:
            for instance in reservation["Instances"]:
                machine = str(instance["InstanceType"])
                if (instance.get("InstanceLifecycle") == "spot") == spot and _code_or_none(machine, wanted) == mine:
                    counts[machine] = counts.get(machine, 0) + 1
    catalog = load_cloud("aws")
    known = {machine: facts.vcpus for machine in counts if (facts := catalog.machine(machine))}
    each = known | _described(ec2, set(counts) - set(known))
    return sum(each[machine] * count for machine, count in counts.items())


def _code_or_none(machine: str, wanted: Input) -> str | None:
    return _CODES.get(_group(machine), {}).get(wanted.purchase)


def _described(ec2: EC2Client, machines: set[str]) -> dict[str, int]:
    """vCPUs of machine types that the catalog does not know, as EC2 tells them."""
    if not machines:
        return {}
    found = ec2.describe_instance_types(InstanceTypes=sorted(machines))["InstanceTypes"]  # type: ignore[arg-type]
    told = {str(item["InstanceType"]): item["VCpuInfo"]["DefaultVCpus"] for item in found}
    if machines - set(told):
        raise NotFound(f"EC2 knows no machine {', '.join(sorted(machines - set(told)))}.")
    return told
