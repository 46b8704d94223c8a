"""A tool with a role of its own is given clients for the one call, in that role."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

from mcp_handlers.kernel.acting import Work
from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.tools import create_storage_bucket, get_health
from tests.fakes.world import BUCKET, RESOURCE, World, call
from workflow.model.errors import NoPermission


@dataclass
class Told:
    """Roles that write down the work, and refuse it if they are told to."""

    refuse: bool = False
    works: list[Work] = field(default_factory=list)

    def clients(self, work: Work) -> object:
        """Something that only these roles give."""
        self.works.append(work)
        if self.refuse:
            raise NoPermission("The role cannot be assumed.")
        return self


async def test_a_write_is_done_in_the_role_of_its_tool_tenant_principal_run_and_arguments() -> None:
    world, roles = World(), Told()
    endpoint = Endpoint(replace(world.function(create_storage_bucket.TOOL), roles=roles))
    headers = world.headers("create_storage_bucket", grant=world.grant())
    await endpoint.rpc(headers, call("create_storage_bucket", BUCKET))
    exact = create_storage_bucket.Input.model_validate(BUCKET).model_dump(mode="json")
    assert roles.works == [Work("create_storage_bucket", "acme", "ada@example.com", "r1", "eu-west-1", exact)]
    assert len(world.handler.calls) == 1


async def test_a_read_is_done_in_a_role_without_a_run() -> None:
    world, roles = World(), Told()
    endpoint = Endpoint(replace(world.function(get_health.TOOL), roles=roles))
    await endpoint.rpc(world.headers("get_health"), call("get_health", {"resource": RESOURCE, "tenant": "acme"}))
    assert [(work.run, work.region) for work in roles.works] == [("", "eu-west-1")]


async def test_nothing_is_done_where_the_role_is_refused() -> None:
    world, roles = World(), Told(refuse=True)
    endpoint = Endpoint(replace(world.function(create_storage_bucket.TOOL), roles=roles))
    headers = world.headers("create_storage_bucket", grant=world.grant())
    response = await endpoint.rpc(headers, call("create_storage_bucket", BUCKET))
    assert json.loads(response.body)["result"]["_meta"]["tollgate/error"]["code"] == "NO_PERMISSION"
    assert world.handler.calls == []
