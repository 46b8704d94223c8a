"""The endpoints as any MCP client meets them, through the official SDK."""

import asyncio
from typing import Any

import httpx2
import pytest
from mcp import Client, ClientSession
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from functions.cli.principal import local_principal
from functions.registry import tool_names
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.kernel.wire import mirror
from tests.flows.house import House
from workflow.control.signing import local_signer
from workflow.model.principal import Principal

CLOUDS = ("aws", "azure", "gcp")
MODES = ("2026-07-28", "auto", "legacy")


def token(house: House, plane: str, principal: Principal | None = None) -> str:
    """A token as `tollgate token` makes it."""
    return local_signer(house.told.keys, SystemClock()).token(principal or local_principal(), plane)


def bearer(signed: str) -> httpx2.AsyncClient:
    """An HTTP client that sends the token."""
    return httpx2.AsyncClient(headers={"authorization": f"Bearer {signed}"}, timeout=60)


def tags(run: str = "r-direct") -> dict[str, str]:
    """Tags of the local principal."""
    me = local_principal()
    return {"tenant": me.tenant, "project": "default", "run": run, "owner": me.id, "environment": "development"}


def bucket(run: str = "r-direct") -> dict[str, Any]:
    """A bucket in the EU."""
    return {"region": "eu-west-1", "tags": tags(run), "data": {"residency": ["EU"]}}


@pytest.mark.parametrize("mode", MODES)
async def test_the_control_plane_lists_every_tool_with_a_choice_of_clouds(house: House, mode: str) -> None:
    async with (
        bearer(token(house, "control")) as http,
        Client(streamable_http_client(f"{house.told.control_url}/mcp", http_client=http), mode=mode) as client,
    ):
        tools = (await client.list_tools()).tools
    assert sorted(t.name for t in tools) == list(tool_names())
    for tool in tools:
        assert tool.input_schema["properties"]["cloud"]["enum"] == list(CLOUDS)
        assert tool.output_schema
        assert tool.annotations is not None


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("cloud", CLOUDS)
async def test_each_cloud_lists_its_tools_and_each_function_its_one(house: House, cloud: str, mode: str) -> None:
    async with bearer(token(house, cloud)) as http:
        url = f"{house.told.cloud_url(cloud)}/mcp"
        async with Client(streamable_http_client(url, http_client=http), mode=mode) as client:
            assert sorted(t.name for t in (await client.list_tools()).tools) == list(tool_names())
        for name in tool_names():
            async with Client(streamable_http_client(f"{url}/{name}", http_client=http), mode=mode) as client:
                assert [t.name for t in (await client.list_tools()).tools] == [name]


@pytest.mark.parametrize("mode", MODES)
async def test_a_write_through_the_control_plane_is_done_once(house: House, mode: str) -> None:
    async with (
        bearer(token(house, "control")) as http,
        Client(streamable_http_client(f"{house.told.control_url}/mcp", http_client=http), mode=mode) as client,
    ):
        wanted = {"cloud": "aws", **bucket(f"r-{mode}")}
        first = await client.call_tool("create_storage_bucket", wanted)
        again = await client.call_tool("create_storage_bucket", wanted)
    assert first.is_error is False
    assert first.structured_content == again.structured_content
    assert (await house.holdings())["aws"] == [f"bucket {(first.structured_content or {})['resources'][0]['id']}"]


async def test_a_write_through_a_clouds_own_endpoint_is_decided_granted_and_kept(house: House) -> None:
    async with (
        bearer(token(house, "gcp")) as http,
        Client(streamable_http_client(f"{house.told.cloud_url('gcp')}/mcp", http_client=http)) as client,
    ):
        result = await client.call_tool("create_storage_bucket", bucket() | {"region": "europe-west1"})
    assert result.is_error is False
    receipt = dict(result.meta or {})["tollgate/receipt"]
    kept = await house.receipt(receipt["key"])
    assert kept is not None
    assert kept.output == result.structured_content
    assert [e.event.kind for e in await house.entries(receipt["run"])] == ["call.decided", "call.done"]


async def test_a_function_refuses_a_write_without_a_grant(house: House) -> None:
    url = f"{house.told.cloud_url('aws')}/mcp/create_storage_bucket"
    async with bearer(token(house, "aws")) as http, Client(streamable_http_client(url, http_client=http)) as client:
        with pytest.raises((MCPError, httpx2.HTTPError)):
            await client.call_tool("create_storage_bucket", bucket())
    assert (await house.holdings())["aws"] == []


async def test_a_read_goes_straight_to_its_function(house: House) -> None:
    url = f"{house.told.cloud_url('azure')}/mcp/get_cost_estimate"
    async with bearer(token(house, "azure")) as http, Client(streamable_http_client(url, http_client=http)) as client:
        result = await client.call_tool("get_cost_estimate", {"vcpus": 8, "memory_gib": 32, "limit": 3})
    assert len((result.structured_content or {})["offers"]) == 3


@pytest.mark.parametrize("cloud", CLOUDS)
async def test_each_cloud_serves_clients_of_the_old_transport(house: House, cloud: str) -> None:
    headers = {"authorization": f"Bearer {token(house, cloud)}"}
    async with (
        sse_client(f"{house.told.cloud_url(cloud)}/sse", headers=headers) as (read, write),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        assert sorted(t.name for t in (await session.list_tools()).tools) == list(tool_names())
        result = await session.call_tool("get_cost_estimate", {"vcpus": 8, "memory_gib": 32, "limit": 3})
    assert len((result.structured_content or {})["offers"]) == 3


async def test_a_slow_write_does_not_hold_the_connection_of_a_client_that_takes_tasks(house: House) -> None:
    house.fault("gcp", "latency", latency_ms=3000, operation="POST")
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {"extensions": {"io.modelcontextprotocol/tasks": {}}},
    }

    async def ask(method: str, named: str, **params: Any) -> Any:
        headers = {"mcp-protocol-version": "2026-07-28", "mcp-method": method, "mcp-name": named}
        headers |= mirror({"region": "Region", "cloud": "Cloud"}, params.get("arguments", {}))
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}
        return (await http.post(f"{house.told.control_url}/mcp", json=message, headers=headers)).json()["result"]

    async with bearer(token(house, "control")) as http, asyncio.timeout(60):
        tool, wanted = "create_storage_bucket", {"cloud": "gcp", **bucket("r-slow"), "region": "europe-west1"}
        begun = await ask("tools/call", tool, name=tool, arguments=wanted)
        assert (begun["resultType"], begun["status"]) == ("task", "working")
        told = begun
        while told["status"] == "working":
            await asyncio.sleep(0.2)
            told = await ask("tasks/get", begun["taskId"], taskId=begun["taskId"])
    assert (told["status"], told["result"]["isError"]) == ("completed", False)
    assert len((await house.holdings())["gcp"]) == 1


async def test_a_denied_write_says_rule_and_remedy_and_nothing_is_made(house: House) -> None:
    async with (
        bearer(token(house, "control")) as http,
        Client(streamable_http_client(f"{house.told.control_url}/mcp", http_client=http)) as client,
    ):
        wanted = {"cloud": "aws", **bucket(), "region": "us-east-1"}
        result = await client.call_tool("create_storage_bucket", wanted)
    decision = dict(result.meta or {})["tollgate/decision"]
    assert result.is_error is True
    assert decision["verdict"] == "deny"
    assert [v["code"] for v in decision["violations"]] == ["RESIDENCY"]
    assert (await house.holdings())["aws"] == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"public": True}, "PUBLIC_ACCESS"),
        ({"encrypted": False}, "NOT_ENCRYPTED"),
        ({"tags": tags() | {"tenant": "umbrella"}}, "TENANT_ISOLATION"),
        ({"tags": tags() | {"owner": "somebody@else"}}, "TAG_OWNER"),
    ],
)
async def test_each_rule_stands_in_the_way_of_a_direct_call(house: House, changed: dict[str, Any], code: str) -> None:
    async with (
        bearer(token(house, "control")) as http,
        Client(streamable_http_client(f"{house.told.control_url}/mcp", http_client=http)) as client,
    ):
        result = await client.call_tool("create_storage_bucket", {"cloud": "aws", **bucket(), **changed})
    codes = [v["code"] for v in dict(result.meta or {})["tollgate/decision"]["violations"]]
    assert code in codes


async def test_a_viewer_may_read_and_not_write(house: House) -> None:
    viewer = Principal(id="local@dev", tenant="acme", roles=("viewer",))
    async with (
        bearer(token(house, "control", viewer)) as http,
        Client(streamable_http_client(f"{house.told.control_url}/mcp", http_client=http)) as client,
    ):
        read = await client.call_tool("get_cost_estimate", {"cloud": "gcp", "vcpus": 2, "limit": 1})
        write = await client.call_tool("create_storage_bucket", {"cloud": "aws", **bucket()})
    assert read.is_error is False
    codes = [v["code"] for v in dict(write.meta or {})["tollgate/decision"]["violations"]]
    assert codes == ["ROLE_FORBIDDEN"]


@pytest.mark.parametrize("plane", ["aws", "gcp"])
async def test_a_token_for_one_place_is_not_taken_in_another(house: House, plane: str) -> None:
    async with bearer(token(house, plane)) as http:
        answer = await http.post(f"{house.told.cloud_url('azure')}/mcp", content=LEGACY_CALL)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


LEGACY_CALL = b"""{"jsonrpc": "2.0", "id": 1, "method": "tools/call",
                   "params": {"name": "get_quotas", "arguments": {"region": "westeurope", "machine": "x1"}}}"""


async def test_an_oversized_body_is_cut_off(house: House) -> None:
    async with bearer(token(house, "aws")) as http:
        answer = await http.post(f"{house.told.cloud_url('aws')}/mcp", content=b" " * (1 << 21))
    assert answer.status_code == 413
