"""The wire: what each revision of MCP gets for an answer."""

import json
import logging
from typing import Any

import pytest

from mcp_handlers.kernel.response import Response
from tests.fakes.world import BUCKET, World, call

META = "io.modelcontextprotocol/"
MODERN = {"mcp-protocol-version": "2026-07-28"}


def request(method: str, *, modern: bool = True, **params: Any) -> tuple[dict[str, str], bytes]:
    """Headers and body of a request without a token."""
    if not modern:
        return {}, json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    meta = {META + "protocolVersion": "2026-07-28", META + "clientCapabilities": {}}
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {"_meta": meta, **params}}
    return {**MODERN, "mcp-method": method}, json.dumps(body).encode()


def told(response: Response) -> tuple[int, Any]:
    """Status, and the result or error."""
    body = json.loads(response.body)
    return response.status, body.get("result", body.get("error"))


async def test_discover_names_the_revision_and_the_server() -> None:
    status, result = told(await World().bucket.rpc(*request("server/discover")))
    assert (status, result) == (
        200,
        {
            "supportedVersions": ["2026-07-28"],
            "capabilities": {"tools": {"listChanged": False}},
            "ttlMs": 300_000,
            "cacheScope": "public",
            "resultType": "complete",
            "_meta": {META + "serverInfo": {"name": "tollgate-aws-create_storage_bucket", "version": "0.1.0"}},
        },
    )


@pytest.mark.parametrize("version", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
async def test_older_clients_initialize_without_a_session(version: str) -> None:
    params = {"protocolVersion": version, "clientInfo": {"name": "c", "version": "1"}, "capabilities": {}}
    response = await World().bucket.rpc(*request("initialize", modern=False, **params))
    status, result = told(response)
    assert (status, result["protocolVersion"]) == (200, version)
    assert "mcp-session-id" not in response.headers


async def test_a_client_with_an_unknown_older_revision_is_offered_the_newest_of_them() -> None:
    params = {"protocolVersion": "1999-01-01", "clientInfo": {}, "capabilities": {}}
    _, result = told(await World().bucket.rpc(*request("initialize", modern=False, **params)))
    assert result["protocolVersion"] == "2025-11-25"


@pytest.mark.parametrize("modern", [True, False])
async def test_the_list_has_the_one_tool_with_its_schemas_and_hints(modern: bool) -> None:
    _, result = told(await World().bucket.rpc(*request("tools/list", modern=modern)))
    (tool,) = result["tools"]
    assert tool["name"] == "create_storage_bucket"
    assert tool["inputSchema"]["required"] == ["region", "tags"]
    assert "resources" in tool["outputSchema"]["properties"]
    assert tool["annotations"] == {
        "readOnlyHint": False,
        "destructiveHint": False,
        "idempotentHint": True,
        "openWorldHint": True,
    }
    assert ("ttlMs" in result) is modern


async def test_ping_is_answered_to_older_clients() -> None:
    assert told(await World().bucket.rpc(*request("ping", modern=False))) == (200, {})


async def test_a_notification_gets_an_empty_202() -> None:
    body = b'{"jsonrpc": "2.0", "method": "notifications/initialized"}'
    assert await World().bucket.rpc({}, body) == Response(202)


@pytest.mark.parametrize("method", ["prompts/list", "resources/read", "no/such", "ping"])
async def test_other_methods_are_not_found(method: str) -> None:
    status, error = told(await World().bucket.rpc(*request(method, uri="x")))
    assert status in (400, 404)
    assert error["code"] in (-32601, -32020)


async def test_an_unsupported_revision_is_told_which_are_supported() -> None:
    headers, body = request("tools/list")
    wrong = body.replace(b"2026-07-28", b"2031-01-01")
    status, error = told(await World().bucket.rpc({**headers, "mcp-protocol-version": "2031-01-01"}, wrong))
    assert (status, error["code"]) == (400, -32022)
    assert error["data"] == {"supported": ["2026-07-28"], "requested": "2031-01-01"}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"mcp-method": "tools/call"}, "Mcp-Method"),
        ({"mcp-method": ""}, "Mcp-Method"),
        ({"mcp-protocol-version": "2027-01-01"}, "MCP-Protocol-Version"),
    ],
)
async def test_a_header_that_differs_from_the_body_is_refused(changed: dict[str, str], words: str) -> None:
    headers, body = request("tools/list")
    status, error = told(await World().bucket.rpc(headers | changed, body))
    assert (status, error["code"]) == (400, -32020)
    assert words in error["message"]


@pytest.mark.parametrize("version", ["2026-07-28", "2025-06-18", None])
async def test_a_mirrored_name_that_differs_is_refused_in_every_revision(version: str | None) -> None:
    """The confused deputy: a gateway routes by the header, the function acts by the body."""
    world = World()
    headers = world.headers("get_health", grant=world.grant())
    if version is None:
        del headers["mcp-protocol-version"]
    else:
        headers["mcp-protocol-version"] = version
    status, error = told(await world.bucket.rpc(headers, call("create_storage_bucket", BUCKET)))
    assert (status, error["code"]) == (400, -32020)
    assert world.handler.calls == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"id": 1, "method": "ping"}', -32600),
        (b'{"jsonrpc": "2.0", "id": 1}', -32600),
        (b'{"jsonrpc": "2.0", "id": true, "method": "ping"}', -32600),
        (b'{"jsonrpc": "2.0", "id": null, "method": "ping"}', -32600),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": []}', -32602),
    ],
)
async def test_a_malformed_request_gets_the_precise_error(body: bytes, code: int) -> None:
    status, error = told(await World().bucket.rpc({}, body))
    assert (status, error["code"]) == (400, code)


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("tools/call", {}, -32602),
        ("tools/call", {"name": "x"}, -32602),
        ("tools/call", {"name": "create_storage_bucket", "arguments": []}, -32602),
        ("initialize", {}, -32602),
        ("tools/list", {"cursor": "2"}, -32602),
        ("ping", {"_meta": "x"}, -32602),
        ("prompts/list", {}, -32601),
    ],
)
async def test_an_older_client_gets_an_error_about_its_request_with_http_200(
    method: str, params: dict[str, Any], code: int
) -> None:
    """There a 404 would say that the session is gone, and a 400 that the transport is broken."""
    status, error = told(await World().bucket.rpc(*request(method, modern=False, **params)))
    assert (status, error["code"]) == (200, code)


@pytest.mark.parametrize(("method", "status"), [("prompts/list", 404), ("tools/call", 400)])
async def test_a_modern_client_gets_it_with_the_status_that_goes_with_it(method: str, status: int) -> None:
    headers, body = request(method)
    assert told(await World().bucket.rpc(headers, body))[0] == status


@pytest.mark.parametrize(("name", "value"), [("protocolVersion", 5), ("protocolVersion", None)])
async def test_a_revision_in_the_body_that_is_no_text_differs_from_every_header(name: str, value: Any) -> None:
    headers, body = request("tools/list")
    message = json.loads(body)
    message["params"]["_meta"][META + name] = value
    status, error = told(await World().bucket.rpc(headers, json.dumps(message).encode()))
    assert (status, error["code"]) == (400, -32020)


async def test_a_notification_of_an_unknown_revision_is_told_so() -> None:
    body = b'{"jsonrpc": "2.0", "method": "notifications/cancelled"}'
    status, error = told(await World().bucket.rpc({"mcp-protocol-version": "2031-01-01"}, body))
    assert (status, error["code"]) == (400, -32022)


async def test_a_call_without_a_token_is_a_401_with_a_challenge() -> None:
    world = World()
    headers = world.headers("create_storage_bucket")
    del headers["authorization"]
    response = await world.bucket.rpc(headers, call("create_storage_bucket", BUCKET))
    assert response.status == 401
    assert response.headers["www-authenticate"].startswith("Bearer ")
    assert world.handler.calls == []


async def test_an_unexpected_fault_is_an_internal_error_that_says_nothing_of_the_inside() -> None:
    world = World()
    world.handler.raises = RuntimeError("password=hunter2")
    grant = world.grant()
    headers = world.headers("create_storage_bucket", grant=grant)
    response = await world.bucket.rpc(headers, call("create_storage_bucket", BUCKET))
    assert told(response) == (500, {"code": -32603, "message": "Internal error"})
    assert b"hunter2" not in response.body


async def test_an_unexpected_fault_is_logged_with_its_type_and_place_and_nothing_that_it_says(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()
    secret = RuntimeError("password=hunter2")
    secret.__cause__ = ValueError("token=hunter3")
    world.handler.raises = secret
    headers = world.headers("create_storage_bucket", grant=world.grant())
    await world.bucket.rpc(headers, call("create_storage_bucket", BUCKET))
    (record,) = caplog.records
    written = logging.Formatter().format(record)
    assert written.startswith("unexpected RuntimeError at world.py:")
    assert " __call__ < " in written
    assert ", from ValueError at an unknown place in tollgate-aws-create_storage_bucket" in written
    assert "hunter" not in written
