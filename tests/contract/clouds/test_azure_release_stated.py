"""What release_resource asks of Azure when a machine's delete was carried out and nobody heard so."""

from __future__ import annotations

from typing import Any

import pytest

from mcp_handlers.azure import release_resource
from tests.contract.clouds.azure_cloud import LocalAzure
from tests.contract.clouds.world import TAGS
from tests.contract.clouds.worlds.azure import PROVIDERS, World
from tests.contract.roles.recorder import Asked, recording
from tests.contract.roles.stated import used
from workflow.model.errors import OutcomeUnknown


def released(world: World, machine: Any) -> None:
    world.perform("release_resource", {"resource": machine, "tenant": TAGS["tenant"]})


def test_a_machine_whose_deletes_answer_is_lost_is_released_by_what_the_role_may_do(azure: LocalAzure) -> None:
    world, seen = World(azure), set[Asked]()
    machine = world.made("provision_compute", machine=world.machine)
    azure.fault("lost", operation=f"DELETE {PROVIDERS}/Microsoft.Compute/virtualMachines/", times=1)
    with recording(seen):
        with pytest.raises(OutcomeUnknown):
            released(world, machine)
        released(world, machine)

    assert azure.names() == set()
    permissions = {name for _, _, name in used(seen)}
    assert "Microsoft.Network/networkInterfaces/delete" in permissions
    assert permissions - set(release_resource.PERMISSIONS) == set()
