"""Arguments that clients mirror into headers: `x-mcp-header` in a tool's schema, `Mcp-Param-*` in its calls."""

import json
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.inbound import encode_header_value, find_invalid_x_mcp_header, mcp_param_headers, x_mcp_header_map

from functions.registry import contract, tool_names
from functions.serve.asgi import app
from mcp_handlers.kernel.listing import listed
from mcp_handlers.kernel.wire import HEADER_MISMATCH, RpcError, check_mirrored, decode_header, encode_header, mirror
from mcp_handlers.tools.contract import MIRRORED
from tests.fakes.world import BUCKET, World, call

TOOL = "create_storage_bucket"
PLAIN = st.none() | st.booleans() | st.integers() | st.text() | st.just("=?base64?=") | st.just(" eu ")
REGION = {"region": "Region"}


@pytest.mark.parametrize("name", tool_names())
def test_what_a_tool_says_is_mirrored_is_what_clients_read_in_its_listing(name: str) -> None:
    schema = listed(contract(name))["inputSchema"]
    assert find_invalid_x_mcp_header(schema) is None
    assert x_mcp_header_map(schema) == {(argument,): said for argument, said in contract(name).mirrored().items()}


def test_every_tool_with_a_region_mirrors_it_and_what_is_sent_on_mirrors_the_same() -> None:
    mirrored = {name: contract(name).mirrored() for name in tool_names()}
    assert mirrored == {
        name: MIRRORED if "region" in contract(name).input.model_fields else {} for name in tool_names()
    }
    assert mirrored[TOOL] == REGION


@given(st.dictionaries(st.sampled_from(["region", "other"]), PLAIN))
def test_the_official_clients_headers_are_ours_and_are_taken(arguments: dict[str, Any]) -> None:
    theirs = {name.lower(): value for name, value in mcp_param_headers({("region",): "Region"}, arguments).items()}
    ours = mirror(REGION, arguments)
    assert {name: decode_header(value) for name, value in ours.items()} == {
        name: decode_header(value) for name, value in theirs.items()
    }
    for headers in (ours, theirs):
        check_mirrored(REGION, arguments, headers, required=True)


@given(st.text())
def test_a_headers_text_goes_there_and_back_and_comes_from_the_official_encoder_too(text: str) -> None:
    assert decode_header(encode_header(text)) == decode_header(encode_header_value(text)) == text


@pytest.mark.parametrize(
    ("arguments", "header"),
    [
        ({"region": "eu-west-1"}, None),
        ({"region": "eu-west-1"}, "us-east-1"),
        ({"region": "eu-west-1"}, "EU-WEST-1"),
        ({"region": "eu-west-1"}, "eu-west-1, us-east-1"),
        ({"region": "eu-west-1"}, "=?base64?ZXUtd2VzdC0x"),
        ({"region": "eu-west-1"}, "=?base64?ZXUtd2VzdC0=?="),
        ({"region": "eu-west-1"}, ""),
        ({"region": None}, "eu-west-1"),
        ({"region": ["eu-west-1"]}, "=?base64?!!!?="),
        ({}, "eu-west-1"),
        ({}, "=?base64?!!!?="),
    ],
)
def test_a_header_that_is_not_its_argument_is_a_mismatch(arguments: dict[str, Any], header: str | None) -> None:
    headers = {} if header is None else {"mcp-param-region": header}
    with pytest.raises(RpcError) as refused:
        check_mirrored(REGION, arguments, headers, required=True)
    assert (refused.value.code, refused.value.status) == (HEADER_MISMATCH, 400)
    assert "eu-west-1" not in refused.value.message


@pytest.mark.parametrize("arguments", [{}, {"region": None}, {"region": ["eu-west-1"]}, {"region": {}}])
def test_what_no_header_can_say_needs_none(arguments: dict[str, Any]) -> None:
    check_mirrored(REGION, arguments, {}, required=True)


async def test_a_gateway_cannot_be_told_another_region_than_the_one_that_is_written_to() -> None:
    world = World()
    for said in ("us-east-1", ""):
        headers = world.headers(TOOL, grant=world.grant()) | {"mcp-param-region": said}
        answer = await world.bucket.rpc(headers, call(TOOL, BUCKET))
        assert (answer.status, json.loads(answer.body)["error"]["code"]) == (400, HEADER_MISMATCH)
    assert world.handler.calls == []


@pytest.mark.parametrize("header", ["mcp-name", "mcp-param-region"])
async def test_a_mirror_that_decodes_to_nothing_is_another_and_no_fault_of_ours(header: str) -> None:
    world = World()
    for said in ("=?base64?\u00e9?=", "=?base64?\ud800?=", "=?base64?!?=", "=?base64?/w==?="):
        answer = await world.bucket.rpc(world.headers(TOOL, grant=world.grant()) | {header: said}, call(TOOL, BUCKET))
        assert (answer.status, json.loads(answer.body)["error"]["code"]) == (400, HEADER_MISMATCH)


async def test_a_version_that_no_answer_could_repeat_is_answered_all_the_same() -> None:
    world = World()
    headers = world.headers(TOOL) | {"mcp-protocol-version": "\ud800" + "9" * 9999}
    for body in (call(TOOL, BUCKET), b'{"jsonrpc": "2.0", "method": "notifications/initialized"}'):
        answer = await world.bucket.rpc(headers, body)
        assert (answer.status, len(answer.body) < 500) == (400, True)


async def test_an_unknown_method_is_not_repeated_at_length() -> None:
    world = World()
    headers = world.headers(TOOL) | {"mcp-method": "x" * 600_000}
    answer = await world.bucket.rpc(headers, call(TOOL, BUCKET, method="x" * 600_000))
    assert (answer.status, len(answer.body) < 500) == (404, True)


async def test_an_old_client_need_not_mirror_but_may_not_lie() -> None:
    world = World()
    headers = world.headers(TOOL, grant=world.grant()) | {"mcp-protocol-version": "2025-11-25"}
    lying = headers | {"mcp-param-region": "us-east-1"}
    del headers["mcp-param-region"]
    assert (await world.bucket.rpc(lying, call(TOOL, BUCKET))).status == 400
    assert (await world.bucket.rpc(headers, call(TOOL, BUCKET))).status == 200
    assert len(world.handler.calls) == 1


async def test_the_official_client_mirrors_by_itself_and_lists_first_where_it_has_to() -> None:
    world = World()
    headers = {name: world.headers(TOOL, grant=world.grant())[name] for name in ("authorization", "tollgate-grant")}
    served = app({"/mcp": world.bucket}, "t")
    seen: list[str | None] = []

    async def note(request: httpx2.Request) -> None:
        if request.headers.get("mcp-method") == "tools/call":
            seen.append(request.headers.get("mcp-param-region"))

    transport: Any = httpx2.ASGITransport(app=served)
    async with (
        httpx2.AsyncClient(transport=transport, headers=headers, event_hooks={"request": [note]}) as http,
        Client(streamable_http_client("http://127.0.0.1/mcp", http_client=http), mode="2026-07-28") as client,
    ):
        results = [await client.call_tool(TOOL, BUCKET) for _ in range(2)]
    assert [result.is_error for result in results] == [False, False]
    # The first call, refused; the same again after the list; the second call.
    assert seen == [None, "eu-west-1", "eu-west-1"]
