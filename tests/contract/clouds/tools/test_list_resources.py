"""list_resources, on every cloud."""

from __future__ import annotations

from tests.contract.clouds.conformance import Reads
from tests.contract.clouds.world import KEY, TAGS, World


class TestListResources(Reads):
    """The tool's cases."""

    tool = "list_resources"

    def test_what_was_made_is_listed_until_it_is_released_and_to_its_tenant_alone(self, world: World) -> None:
        arguments = self.arguments(world)
        bucket = world.made("create_storage_bucket")

        def listed(tenant: str) -> list[str]:
            found = world.perform(self.tool, {**arguments, "tenant": tenant}).resources
            return [one.resource.id for one in found if one.resource.kind == "bucket"]

        assert (listed("acme"), listed("rival")) == ([bucket["id"]], [])
        world.perform("release_resource", {"resource": bucket, "tenant": "acme"})
        assert listed("acme") == []

    def test_a_machine_is_listed_without_its_own_disk(self, world: World) -> None:
        made = world.made("provision_compute", machine=world.machine)
        listed = [one.resource for one in world.perform(self.tool, self.arguments(world)).resources]
        assert made in [one.model_dump(mode="json") for one in listed]
        assert "volume" not in [one.kind for one in listed]

    def test_a_volume_of_its_own_and_a_job_are_listed(self, world: World) -> None:
        server = world.made("provision_compute", machine=world.machine)
        bucket = world.made("create_storage_bucket")["id"]
        training = {"machine": world.machine, "hours": 1, "image": "acme:1", "bucket": bucket}
        disk = {"region": world.region, "tags": TAGS, "instance": server, "size_gib": 10}
        (volume,) = world.perform("attach_volume", disk, KEY).resources
        made = [volume.model_dump(mode="json"), world.made("submit_ml_job", **training)]
        listed = world.perform(self.tool, self.arguments(world)).resources
        found = [one.resource.model_dump(mode="json") for one in listed if one.resource.kind in ("volume", "job")]
        assert found == made
