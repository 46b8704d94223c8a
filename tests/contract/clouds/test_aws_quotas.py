"""Service Quotas: what may still be used, from limits and from what really runs."""

from __future__ import annotations

import pytest

from infra.local.aws.quotas import INSTANCES, VCPUS
from mcp_handlers.aws import (
    create_storage_bucket,
    get_quotas,
    launch_spot,
    provision_compute,
    submit_ml_job,
    vcpu_quota,
)
from mcp_handlers.prices.catalog import load_cloud
from mcp_handlers.tools import create_storage_bucket as bucket_tool
from mcp_handlers.tools import get_quotas as quota_tool
from mcp_handlers.tools import launch_spot as spot_tool
from mcp_handlers.tools import provision_compute as compute_tool
from mcp_handlers.tools import submit_ml_job as job_tool
from tests.contract.clouds.aws_cloud import KEY, REGION, TAGS, LocalAws
from workflow.model.errors import Rejected

STANDARD = "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances"


def read(aws: LocalAws, machine: str, **changes: object) -> quota_tool.Output:
    asked = quota_tool.Input.model_validate({"region": REGION, "machine": machine} | changes)
    return get_quotas.call(asked, aws.clients(), "k")


def start(aws: LocalAws, machine: str, count: int, key: str = KEY) -> None:
    wanted = compute_tool.Input(region=REGION, machine=machine, count=count, tags=TAGS)
    provision_compute.call(wanted, aws.clients(), key)


def test_a_free_account_has_its_whole_limit(aws: LocalAws) -> None:
    assert read(aws, "m7i.2xlarge", count=3) == quota_tool.Output(
        name=STANDARD, unit="vCPU", limit=VCPUS, used=0, free=VCPUS, needed=24
    )


def test_what_runs_is_used_by_its_own_family_region_and_purchase_only(aws: LocalAws) -> None:
    start(aws, "m7i.2xlarge", 2)
    start(aws, "p4d.24xlarge", 1, KEY[::-1])
    spot = spot_tool.Input(region=REGION, machine="c7i.xlarge", tags=TAGS)
    launch_spot.call(spot, aws.clients(), "5" * 40)

    assert read(aws, "c7i.large").used == 16
    assert read(aws, "p3.2xlarge").used == 96
    assert read(aws, "r7i.large", purchase="spot").used == 4
    assert read(aws, "g5.xlarge").used == 0
    assert read(aws, "m7i.large", region="eu-central-1").used == 0


def test_stopped_and_terminated_machines_use_nothing(aws: LocalAws) -> None:
    start(aws, "m7i.large", 2)
    first, second = (instance["InstanceId"] for instance in aws.instances())
    aws.sdk("ec2").stop_instances(InstanceIds=[first])
    aws.sdk("ec2").terminate_instances(InstanceIds=[second])
    assert read(aws, "m7i.large").used == 0


def test_training_machines_are_counted_by_type_and_purchase(aws: LocalAws) -> None:
    bucket = create_storage_bucket.call(bucket_tool.Input(region=REGION, tags=TAGS), aws.clients(), "b" * 40)
    asked = job_tool.Input(
        region=REGION, machine="p4d.24xlarge", count=2, purchase="spot", hours=1, image="img",
        bucket=bucket.resources[0].id, tags=TAGS,
    )  # fmt: skip
    submit_ml_job.call(asked, aws.clients(), KEY)

    spot = read(aws, "p4d.24xlarge", purchase="spot", managed=True)
    assert spot == quota_tool.Output(
        name="ml.p4d.24xlarge for spot training job usage",
        unit="machines", limit=INSTANCES, used=2, free=INSTANCES - 2, needed=1,
    )  # fmt: skip
    assert read(aws, "p4d.24xlarge", managed=True).used == 0


def test_an_exhausted_quota_is_not_enough(aws: LocalAws) -> None:
    aws.fault("quota", region=REGION, limit=3)
    short = read(aws, "m7i.xlarge")
    assert (short.limit, short.free, short.needed, short.enough) == (3, 3, 4, False)
    assert read(aws, "m7i.xlarge", region="eu-central-1").enough


def test_what_runs_beyond_a_lowered_limit_leaves_nothing_free_and_not_less(aws: LocalAws) -> None:
    start(aws, "m7i.2xlarge", 1)
    aws.fault("quota", limit=2)
    assert read(aws, "m7i.large").free == 0


def test_a_machine_that_is_not_for_training_is_rejected(aws: LocalAws) -> None:
    with pytest.raises(Rejected, match=r"ml\.u-6tb1\.56xlarge"):
        read(aws, "u-6tb1.56xlarge", managed=True)


def test_every_machine_on_sale_has_an_on_demand_quota_that_service_quotas_knows(aws: LocalAws) -> None:
    codes = {vcpu_quota.code(machine, "on_demand") for machine in load_cloud("aws").machines}
    quotas = aws.sdk("service-quotas")
    for code in codes:
        assert quotas.get_service_quota(ServiceCode="ec2", QuotaCode=code)["Quota"]["QuotaName"].startswith("Running")


@pytest.mark.parametrize(
    ("machine", "purchase", "code"),
    [
        ("m7i.large", "on_demand", "L-1216C47A"),
        ("im4gn.large", "spot", "L-34B43A08"),
        ("gr6.4xlarge", "on_demand", "L-DB2E81BA"),
        ("vt1.3xlarge", "spot", "L-3819A6DF"),
        ("p4d.24xlarge", "spot", "L-7212CCBC"),
        ("p5en.48xlarge", "spot", "L-C4BD4855"),
        ("x2gd.large", "on_demand", "L-7295265B"),
        ("u7i-12tb.224xlarge", "on_demand", "L-43DA4232"),
        ("hpc7g.4xlarge", "on_demand", "L-F7808C92"),
        ("inf2.xlarge", "spot", "L-B5D1601B"),
        ("trn1.2xlarge", "spot", "L-6B0D517C"),
    ],
)  # fmt: skip
def test_a_machine_draws_on_the_quota_of_its_family(machine: str, purchase: str, code: str) -> None:
    assert vcpu_quota.code(machine, purchase) == code  # type: ignore[arg-type]


@pytest.mark.parametrize("machine", ["hpc7g.4xlarge", "u-6tb1.56xlarge", "quantum.large"])
def test_what_has_no_spot_quota_is_rejected(machine: str) -> None:
    with pytest.raises(Rejected):
        vcpu_quota.code(machine, "spot")
