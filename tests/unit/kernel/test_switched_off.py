"""What an operator has switched off, as a function and its listing know it."""

import json
from typing import Any

import pytest

from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.jws import Keys
from mcp_handlers.kernel.trust import Published
from mcp_handlers.tools import create_storage_bucket, get_health
from mcp_handlers.tools.contract import Tool
from tests.fakes.world import ADA, BUCKET, RESOURCE, World, call
from workflow.model.base import Json
from workflow.model.switch import REMEDY, Off

LOOK: Json = {"resource": RESOURCE, "tenant": ADA.tenant}


class House:
    """A world whose functions read one document, and what it says is off."""

    def __init__(self) -> None:
        self.world = World()
        self.off: Any = {}

    def read(self) -> bytes:
        """The document, dated now."""
        at = int(self.world.clock.now().timestamp())
        return json.dumps({**self.world.signer.jwks(), "off": self.off, "at": at}).encode()

    def endpoint(self, tool: Tool) -> Endpoint:
        """A function that began with the document as it is."""
        self.world.keys = Published(self.read, self.world.clock)  # type: ignore[assignment]
        return Endpoint(self.world.function(tool))

    async def asked(self, endpoint: Endpoint, tool: str, arguments: Json) -> Json:
        """A granted call: its result, or the error."""
        headers = self.world.headers(tool, arguments, grant=self.world.grant())
        answer: Json = json.loads((await endpoint.rpc(headers, call(tool, arguments))).body)
        return answer


async def listed(endpoint: Endpoint) -> list[str]:
    """The names that `tools/list` gives."""
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    answer = json.loads((await endpoint.rpc({}, json.dumps(body).encode())).body)
    return [tool["name"] for tool in answer["result"]["tools"]]


async def test_a_tool_that_is_switched_off_refuses_within_a_minute_and_comes_back() -> None:
    house = House()
    bucket = house.endpoint(create_storage_bucket.TOOL)
    assert (await house.asked(bucket, "create_storage_bucket", BUCKET))["result"]["isError"] is False
    assert await listed(bucket) == ["create_storage_bucket"]
    house.off = {"tools": ["create_storage_bucket"], "clouds": []}
    house.world.clock.forward(seconds=21)
    refused = (await house.asked(bucket, "create_storage_bucket", BUCKET))["result"]
    assert refused["_meta"]["tollgate/decision"] == {
        "verdict": "deny",
        "violations": [
            {
                "code": "TOOL_OFF",
                "message": "The tool create_storage_bucket is switched off.",
                "remedy": REMEDY,
            }
        ],
        "obligations": {},
        "revision": "told-1",
        "input_digest": "",
    }
    assert len(house.world.handler.calls) == 1
    assert await listed(bucket) == []
    house.off = {}
    house.world.clock.forward(seconds=21)
    assert (await house.asked(bucket, "create_storage_bucket", BUCKET))["result"]["isError"] is False


async def test_on_a_cloud_that_is_off_nothing_is_begun_and_what_is_there_can_be_looked_at() -> None:
    house = House()
    house.off = {"tools": [], "clouds": ["aws"]}
    bucket, health = house.endpoint(create_storage_bucket.TOOL), house.endpoint(get_health.TOOL)
    refused = (await house.asked(bucket, "create_storage_bucket", BUCKET))["result"]["_meta"]["tollgate/decision"]
    assert [v["code"] for v in refused["violations"]] == ["CLOUD_OFF"]
    assert (await house.asked(health, "get_health", LOOK))["result"]["isError"] is False
    assert (await listed(bucket), await listed(health)) == ([], ["get_health"])


async def test_another_tool_and_another_cloud_are_not_concerned() -> None:
    house = House()
    house.off = {"tools": ["launch_spot"], "clouds": ["gcp"]}
    bucket = house.endpoint(create_storage_bucket.TOOL)
    assert (await house.asked(bucket, "create_storage_bucket", BUCKET))["result"]["isError"] is False


@pytest.mark.parametrize(
    "off", [[], "launch_spot", {"tools": "launch_spot"}, {"tools": [1]}, {"regions": []}, {"clouds": None}]
)
async def test_what_is_off_cannot_be_read_so_nothing_is_performed(off: Any) -> None:
    house = House()
    house.off = off
    bucket = house.endpoint(create_storage_bucket.TOOL)
    refused = (await house.asked(bucket, "create_storage_bucket", BUCKET))["error"]
    assert (refused["data"]["code"], house.world.handler.calls) == ("TRUST_UNKNOWN", [])
    assert await listed(bucket) == ["create_storage_bucket"]
    with pytest.raises((ValueError, TypeError, AttributeError)):
        Keys({**house.world.signer.jwks(), "off": off})


def test_what_is_told_is_read_again() -> None:
    off = Off(frozenset({"launch_spot"}), frozenset({"gcp", "aws"}))
    assert Off.read(off.told()) == off
    assert Off.read({}) == Off()
