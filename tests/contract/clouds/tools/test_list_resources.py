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
        placed = {"region": world.region, "tags": TAGS}
        (bucket,) = world.perform("create_storage_bucket", placed, KEY).resources
        disk = {**placed, "instance": server, "size_gib": 10}
        training = {**placed, "machine": world.machine, "hours": 1, "image": "acme:1", "bucket": bucket.id}
        (volume,) = world.perform("attach_volume", disk, "1" * 40).resources
        (job,) = world.perform("submit_ml_job", training, "2" * 40).resources
        listed = world.perform(self.tool, self.arguments(world)).resources
        found = [one.resource.model_dump(mode="json") for one in listed if one.resource.kind in ("volume", "job")]
        assert found == [one.model_dump(mode="json") for one in (volume, job)]
