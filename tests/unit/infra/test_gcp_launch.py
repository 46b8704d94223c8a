"""What compute is asked for, by kind of machine."""

from __future__ import annotations

import pytest

from infra.local.gcp import machines as sold
from mcp_handlers.gcp import machines
from mcp_handlers.gcp.launch import Launch
from mcp_handlers.prices import catalog
from mcp_handlers.tools.contract import Tags
from mcp_handlers.tools.provision_compute import Input
from workflow.model.errors import Rejected

TAGS = Tags(tenant="acme", project="p", run="r", owner="o", environment="staging")


def launch(name: str, *, spot: bool = False, arch: str = "x86_64") -> Launch:
    wanted = Input(region="us-central1", zone="us-central1-a", machine=name, arch=arch, tags=TAGS)  # type: ignore[arg-type]
    return Launch(wanted, machines.machine(name), "us-central1-a", "k", spot)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("e2-standard-4", "pd-balanced"),
        ("c4-standard-8", "hyperdisk-balanced"),
        ("n4-standard-8", "hyperdisk-balanced"),
    ],
)
def test_the_boot_disk_is_of_a_kind_that_the_machine_takes(name: str, kind: str) -> None:
    (disk,) = launch(name).body(0)["disks"]

    assert disk["initializeParams"]["diskType"] == f"zones/us-central1-a/diskTypes/{kind}"
    assert disk["autoDelete"]


@pytest.mark.parametrize(
    ("name", "spot", "maintenance", "restart"),
    [
        ("e2-standard-4", False, "MIGRATE", True),
        ("a2-highgpu-1g", False, "TERMINATE", True),
        ("e2-standard-4", True, "TERMINATE", False),
    ],
)
def test_only_what_can_move_is_moved_and_only_what_is_kept_is_restarted(
    name: str, spot: bool, maintenance: str, restart: bool
) -> None:
    scheduling = launch(name, spot=spot).body(0)["scheduling"]

    assert (scheduling["onHostMaintenance"], scheduling["automaticRestart"]) == (maintenance, restart)


def test_built_in_gpus_are_not_asked_for_again() -> None:
    assert "guestAccelerators" not in launch("a2-highgpu-1g").body(0)
    assert launch("n1-standard-8.4xT4").body(0)["guestAccelerators"] == [
        {"acceleratorType": "zones/us-central1-a/acceleratorTypes/nvidia-tesla-t4", "acceleratorCount": 4}
    ]


def test_an_arm_machine_gets_an_arm_image() -> None:
    (disk,) = launch("t2a-standard-4", arch="arm64").body(0)["disks"]

    assert disk["initializeParams"]["sourceImage"].endswith("debian-12-arm64")


def test_no_instance_asks_for_a_public_address() -> None:
    assert all("accessConfigs" not in nic for nic in launch("e2-standard-4").body(0)["networkInterfaces"])


def test_machines_of_one_effect_differ_in_name_only() -> None:
    one, other = launch("e2-standard-4").body(0), launch("e2-standard-4").body(1)

    assert one.pop("name") != other.pop("name")
    assert one == other


def test_a_machine_that_is_not_for_sale_is_refused() -> None:
    with pytest.raises(Rejected, match="not in the price file"):
        machines.machine("z9-huge-1")


def test_handlers_and_the_local_cloud_agree_on_accelerators() -> None:
    assert sold.ACCELERATORS.items() <= machines.ACCELERATORS.items()


def test_every_machine_in_the_price_file_can_be_asked_for_where_it_is_for_sale() -> None:
    """Each price is an offer that a run may choose. `machine_types.csv.gz` must know what the price file knows."""
    prices = catalog.load_cloud("gcp")
    for number, name in enumerate(prices.machines):
        wanted = machines.machine(name)
        attached = [{"acceleratorType": wanted.accelerator, "acceleratorCount": wanted.gpu_count}]
        view = {"machineType": f"x/{wanted.type}", "guestAccelerators": attached if wanted.attached else []}
        for row in range(prices.first[2 * number], prices.first[2 * number + 2]):
            given = sold.asked(prices.zones[prices.place[row]], view)
            asked = (wanted.type, wanted.vcpus, wanted.gpu, wanted.gpu_count)
            assert asked == (given.hardware.name, given.hardware.vcpus, given.gpu, given.gpu_count)
