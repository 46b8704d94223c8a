"""What attach_volume may be asked for, what it is priced as, and what is decided before a cloud is told anything."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mcp_handlers.aws.errors import translate
from mcp_handlers.azure.disks import device, disk_standing, unit
from mcp_handlers.gcp import disks
from mcp_handlers.kernel.intake import parse
from mcp_handlers.prices.catalog import load_cloud
from mcp_handlers.prices.estimate import estimate
from mcp_handlers.tools import get_cost_estimate
from mcp_handlers.tools.attach_volume import TOOL, Input, Output, insist_same_place
from mcp_handlers.tools.contract import Undo
from workflow.control.pricing import machine_of, needs, price_of
from workflow.model.errors import BadRequest, NotFound, Rejected
from workflow.model.resource import Resource

MACHINE = {"cloud": "aws", "kind": "instance", "id": "i-1", "region": "eu-west-1", "zone": "eu-west-1a"}
TAGS = {"tenant": "acme", "project": "p", "run": "r1", "owner": "ada@acme.eu", "environment": "development"}
ASKED: dict[str, Any] = {"region": "eu-west-1", "instance": MACHINE, "size_gib": 100, "tags": TAGS}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"size_gib": 9}, "size_gib"),
        ({"size_gib": 32_768}, "size_gib"),
        ({"size_gib": 10.5}, "size_gib"),
        ({"zone": "EU WEST"}, "zone"),
        ({"region": "../x"}, "region"),
        ({"instance": {**MACHINE, "kind": "bucket"}}, ""),
        ({"instance": {**MACHINE, "region": "us-east-1"}}, ""),
        ({"instance": {**MACHINE, "size": 1}}, "instance.size"),
        ({"tags": {**TAGS, "tenant": ""}}, "tags.tenant"),
        ({"device": "/dev/sdf"}, "device"),
    ],
)
def test_a_field_that_is_wrong_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Input.model_validate(ASKED | changes)
    assert [".".join(map(str, error["loc"])) for error in refused.value.errors()] == [field]


def test_a_machine_of_another_cloud_is_refused_before_anything_is_judged() -> None:
    with pytest.raises(BadRequest, match="The instance is in aws, the call went to gcp"):
        parse(TOOL, "gcp", ASKED, {})
    assert parse(TOOL, "aws", ASKED, {}).wanted == Input.model_validate(ASKED)


@pytest.mark.parametrize(("asked", "zone"), [("", "eu-west-1a"), ("eu-west-1a", "eu-west-1a"), ("", "")])
def test_the_machines_own_zone_or_none_will_do(asked: str, zone: str) -> None:
    insist_same_place(Input.model_validate(ASKED | {"zone": asked}), "eu-west-1", zone)


def test_another_zone_is_refused_with_what_to_do_about_it() -> None:
    with pytest.raises(Rejected) as refused:
        insist_same_place(Input.model_validate(ASKED | {"zone": "eu-west-1b"}), "eu-west-1", "eu-west-1a")
    assert refused.value.message == (
        "The machine i-1 is in zone eu-west-1a, the volume was asked for in zone eu-west-1b."
    )
    assert refused.value.remedy == (
        "A volume can only be attached in its own zone: ask for zone eu-west-1a, or for none, or start a machine in "
        "zone eu-west-1b."
    )


def test_a_machine_that_is_in_no_zone_takes_no_volume_of_one() -> None:
    with pytest.raises(Rejected, match="is in no zone, the volume was asked for in zone 1") as refused:
        insist_same_place(Input.model_validate(ASKED | {"zone": "1"}), "eu-west-1", "")
    assert "ask for no zone" in refused.value.remedy


def test_a_machine_that_is_really_in_another_region_is_not_found() -> None:
    with pytest.raises(NotFound):
        insist_same_place(Input.model_validate(ASKED), "us-east-1", "us-east-1a")


def test_the_undo_releases_the_volume() -> None:
    volume = Resource(cloud="aws", kind="volume", id="vol-1", region="eu-west-1", zone="eu-west-1a")
    assert TOOL.undo is not None
    assert TOOL.undo(Input.model_validate(ASKED), Output(resources=(volume,), device="/dev/sdf")) == [
        Undo(tool="release_resource", arguments={"resource": volume.model_dump(mode="json"), "tenant": "acme"})
    ]


@pytest.mark.parametrize(("cloud", "region"), [("aws", "eu-west-1"), ("azure", "westeurope"), ("gcp", "europe-west4")])
def test_a_volume_costs_its_gibibytes_at_the_regions_disk_rate_for_a_month(cloud: str, region: str) -> None:
    asked = Input.model_validate(ASKED | {"region": region, "instance": {**MACHINE, "region": region}})
    wanted = needs("attach_volume", asked.model_dump(mode="json"))
    (answer,) = estimate(load_cloud(cloud), get_cost_estimate.Input.model_validate(wanted)).offers

    rate = answer.offer.disk_micros_gib_month
    assert (answer.offer.sells, answer.offer.region, answer.cost.total) == ("disk", region, 100 * rate)
    assert price_of(answer.cost).total_cents == -(-100 * rate // 10_000) > 0
    assert machine_of(answer.offer) is None


@pytest.mark.parametrize(
    ("properties", "standing"),
    [
        ({"provisioningState": "Creating"}, ("pending", "It is creating.")),
        ({"provisioningState": "Failed"}, ("unhealthy", "It is failed.")),
        ({"provisioningState": "Succeeded", "diskState": "Attached"}, ("healthy", "It is attached.")),
        (
            {"provisioningState": "Succeeded", "diskState": "Reserved"},
            ("healthy", "It is attached to a machine that is stopped."),
        ),
        (
            {"provisioningState": "Succeeded", "diskState": "Unattached"},
            ("unhealthy", "No machine has it: Unattached."),
        ),
    ],
)
def test_how_an_azure_disk_stands(properties: dict[str, str], standing: tuple[str, str]) -> None:
    assert disk_standing(properties) == standing


@pytest.mark.parametrize(
    ("disk", "standing"),
    [
        ({"status": "CREATING"}, ("pending", "CREATING")),
        ({"status": "FAILED"}, ("unhealthy", "FAILED")),
        ({"status": "DELETING"}, ("gone", "DELETING")),
        ({"status": "READY"}, ("unhealthy", "READY, attached to no machine")),
        ({"status": "READY", "users": ["https://g/zones/z/instances/vm"]}, ("healthy", "READY, attached to vm")),
    ],
)
def test_how_a_disk_of_google_stands(disk: dict[str, Any], standing: tuple[str, str]) -> None:
    assert disks.standing(disk) == standing


def test_a_machine_that_takes_only_hyperdisks_is_given_one() -> None:
    tags = Input.model_validate(ASKED).tags
    kinds = [disks.body("d", "z", machine, 10, tags, "k")["type"] for machine in ("c4-standard-4", "e2-micro")]
    assert kinds == ["zones/z/diskTypes/hyperdisk-balanced", "zones/z/diskTypes/pd-balanced"]


@pytest.mark.parametrize(
    ("controller", "path"),
    [
        ({}, "/dev/disk/azure/scsi1/lun3"),
        ({"diskControllerType": "SCSI"}, "/dev/disk/azure/scsi1/lun3"),
        ({"diskControllerType": "NVMe"}, "/dev/disk/azure/data/by-lun/3"),
    ],
)
def test_where_a_machine_of_azure_finds_a_disk(controller: dict[str, str], path: str) -> None:
    held = [{"lun": 3, "managedDisk": {"id": "/Subscriptions/S/disks/D"}}, {"lun": 4}]
    machine = {"properties": {"storageProfile": {"dataDisks": held, **controller}}}
    assert unit(machine, "/subscriptions/s/disks/d") == 3
    assert unit(machine, "/subscriptions/s/disks/e") is None
    assert device(machine, 3) == path


def test_a_volume_that_ec2_does_not_know_is_not_found() -> None:
    from botocore.exceptions import ClientError

    said: Any = {
        "Error": {"Code": "InvalidVolume.NotFound", "Message": "no"},
        "ResponseMetadata": {"HTTPStatusCode": 400},
    }
    clients: Any = None
    assert isinstance(translate(ClientError(said, "DescribeVolumes"), clients, "eu-west-1", writes=False), NotFound)
