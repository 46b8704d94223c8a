"""attach_volume on every cloud: what it makes, that it makes it once, what it refuses, and how it is undone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mcp_handlers.aws import attach_volume as aws_handler
from mcp_handlers.tools.attach_volume import TOOL
from mcp_handlers.tools.release_resource import Input as Release
from tests.contract.clouds.aws_cloud import LocalAws
from tests.contract.clouds.azure_cloud import LocalAzure
from tests.contract.clouds.gcp_cloud import LocalGcp
from tests.contract.clouds.volumes import KEY, Aws, Azure, Gcp, Seen, World
from workflow.model.errors import CloudDown, NotFound, OutcomeUnknown, RegionDown, Rejected, Throttled
from workflow.model.resource import Resource


@pytest.fixture(params=["aws", "azure", "gcp"])
def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> World:
    """A local cloud, empty and well."""
    monkeypatch.setattr(aws_handler, "APPEARS_SECONDS", 0.1)
    local: Any = request.getfixturevalue(request.param)
    if isinstance(local, LocalAws):
        return Aws(local, local.clients())
    if isinstance(local, LocalAzure):
        return Azure(local)
    assert isinstance(local, LocalGcp)
    return Gcp(local, local.connect())


def test_a_volume_is_encrypted_tagged_and_in_the_machine_in_its_own_zone(world: World) -> None:
    machine = world.machine()
    made = world.attach(machine)

    (resource,), (seen,) = made.resources, world.volumes()
    assert resource == Resource(cloud=world.cloud, kind="volume", id=seen.id, region=world.region, zone=world.zones[0])
    assert seen == Seen(seen.id, 40, world.zones[0], True, "acme", KEY, machine.id)
    assert made.device == world.device(seen)
    assert world.health(resource).status == "healthy"


def test_two_keys_at_once_make_two_volumes_with_two_devices(world: World) -> None:
    machine = world.machine()
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda key: world.attach(machine, key), (KEY, KEY[::-1])))

    assert len({one.device for one in made}) == len({one.resources[0].id for one in made}) == 2
    assert [seen.holder for seen in world.volumes()] == [machine.id] * 2


def test_a_crash_between_making_and_attaching_leaves_no_twin(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Crash(BaseException):
        """Nothing catches it, as nothing catches the end of a process."""

    def crash(*_: object) -> None:
        raise Crash

    machine = world.machine()
    with monkeypatch.context() as patched:
        patched.setattr(world.handler("attach_volume"), "_attached", crash)
        with pytest.raises(Crash):
            world.attach(machine)

    (orphan,) = world.volumes()
    made = world.attach(machine)
    assert orphan.holder == ""
    assert [(seen.id, seen.holder) for seen in world.volumes()] == [(made.resources[0].id, machine.id)]


def test_a_named_zone_that_is_the_machines_own_will_do(world: World) -> None:
    assert world.attach(world.machine(), zone=world.zones[0]).resources[0].zone == world.zones[0]


def test_another_zone_than_the_machines_is_refused_with_both_and_a_remedy(world: World) -> None:
    theirs, asked = world.zones
    with pytest.raises(Rejected) as refused:
        world.attach(world.machine(), zone=asked)

    assert f"in zone {theirs}, " in refused.value.message
    assert f"asked for in zone {asked}." in refused.value.message
    assert f"ask for zone {theirs}, or for none" in refused.value.remedy
    assert world.volumes() == []


def test_a_machine_that_lies_in_another_region_than_it_is_said_to_is_not_found(world: World) -> None:
    far = world.machine(region=world.elsewhere, zone="")
    with pytest.raises(NotFound):
        world.attach(far.model_copy(update={"region": world.region}))
    assert world.volumes() == []


def test_another_tenants_machine_is_not_found(world: World) -> None:
    rivals = world.machine(tenant="rival")
    with pytest.raises(NotFound):
        world.attach(rivals)
    assert world.volumes() == []


@pytest.mark.parametrize("changes", [{"encrypted": False}, {"public": True}])
def test_an_open_volume_is_refused(world: World, changes: dict[str, bool]) -> None:
    with pytest.raises(Rejected):
        world.attach(world.machine(), **changes)
    assert world.volumes() == []


def test_a_volume_that_the_machine_has_no_room_for_is_taken_back(world: World) -> None:
    machine = world.machine()
    for number in range(world.room):
        world.attach(machine, f"{number:040x}")

    with pytest.raises(Rejected):
        world.attach(machine)
    assert KEY not in {seen.key for seen in world.volumes()}
    assert len(world.volumes()) == world.room


@pytest.mark.parametrize(("fault", "error"), [("throttle", Throttled), ("error", OutcomeUnknown)])
def test_a_volume_that_could_not_be_attached_is_taken_back_and_the_same_call_may_come_again(
    world: World, fault: str, error: type[Exception]
) -> None:
    machine = world.machine()
    world.local.fault(fault, operation=world.attaches, times=1)

    with pytest.raises(error):
        world.attach(machine)
    assert world.volumes() == []
    made = world.attach(machine)
    assert [(seen.id, seen.holder) for seen in world.volumes()] == [(made.resources[0].id, machine.id)]


def test_a_volume_that_was_there_before_is_not_taken_back(world: World) -> None:
    machine = world.machine()
    made = world.attach(machine)
    world.detach(world.volumes()[0])
    world.local.fault("throttle", operation=world.attaches, times=1)

    with pytest.raises(Throttled):
        world.attach(machine)
    assert [(seen.id, seen.holder) for seen in world.volumes()] == [(made.resources[0].id, "")]
    assert world.attach(machine).resources == made.resources
    assert world.volumes()[0].holder == machine.id


@pytest.mark.parametrize(
    ("fault", "error"),
    [("throttle", Throttled), ("error", OutcomeUnknown), ("region_down", RegionDown), ("cloud_down", CloudDown)],
)
def test_each_trouble_has_its_error_and_leaves_nothing(world: World, fault: str, error: type[Exception]) -> None:
    machine = world.machine()
    where = {"region": world.region} if fault == "region_down" else {}
    world.local.fault(fault, operation="" if fault.endswith("_down") else world.creates, **where)

    with pytest.raises(error):
        world.attach(machine)
    world.heal()
    assert world.volumes() == []


def test_a_volume_that_another_machine_has_is_refused_and_left_alone(world: World) -> None:
    machine, other = world.machine(), world.machine(number=1)
    world.attach(machine)
    world.detach(world.volumes()[0])
    world.give(world.volumes()[0], other)

    with pytest.raises(Rejected, match=f"another machine, {other.id}"):
        world.attach(machine)
    assert [seen.holder for seen in world.volumes()] == [other.id]


def test_a_detached_volume_is_not_healthy_and_a_released_one_is_gone(world: World) -> None:
    (resource,) = world.attach(world.machine()).resources
    world.detach(world.volumes()[0])

    assert world.health(resource).status == "unhealthy"
    assert "machine" in world.health(resource).detail
    assert world.release(resource)
    assert world.health(resource).status == "gone"
    assert not world.release(resource)


def test_what_was_done_is_undone_while_the_machine_lives(world: World) -> None:
    machine = world.machine()
    made = world.attach(machine)
    assert TOOL.undo is not None
    (undo,) = TOOL.undo(world.wanted(machine), made)

    asked = Release.model_validate(undo.arguments)
    assert undo.tool == "release_resource"
    assert world.handler(undo.tool).call(asked, world.clients, "").released
    assert world.volumes() == []
    assert world.health(machine).status == "healthy"


def test_a_volume_outlives_its_machine_and_is_released_by_itself(world: World) -> None:
    machine = world.machine()
    (resource,) = world.attach(machine).resources
    assert world.release(machine)

    assert [seen.holder for seen in world.volumes()] == [""]
    assert world.release(resource)
    assert world.volumes() == []


def test_another_tenant_neither_sees_nor_releases_a_volume(world: World) -> None:
    (resource,) = world.attach(world.machine()).resources
    for reach in (world.health, world.release):
        with pytest.raises(NotFound):
            reach(resource, "rival")
    assert len(world.volumes()) == 1
