"""The same call through each cloud's own function runtime gives the same answer, to the byte."""

import asyncio
import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import azure.functions as func
import functions_framework
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from functions.aws import entry as aws
from functions.azure import function_app as azure
from functions.binding import bind
from functions.gcp import main as gcp
from functions.registry import tool_names
from mcp_handlers.kernel.clock import SystemClock
from tests.fakes.world import ADA, call
from workflow.control.sign import Signer
from workflow.model.errors import BadRequest

TOOL = "get_cost_estimate"
ARGUMENTS = {"vcpus": 8, "memory_gib": 32, "jurisdictions": ["EU"], "limit": 3}
ROOT = Path(__file__).parents[2]
CLOUDS = ("aws", "azure", "gcp")
REGISTERED = {f.get_function_name(): f for f in azure.app.get_functions()}
"""Asked once: the library registers the functions as it lists them."""


@pytest.fixture
def signer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Signer]:
    """The control plane's key; every runtime is told its public half and its tool."""
    found = Signer(Ed25519PrivateKey.generate(), SystemClock())
    monkeypatch.setenv("TOLLGATE_JWKS", json.dumps(found.jwks()))
    monkeypatch.setenv("TOLLGATE_LOCAL", "1")
    monkeypatch.setenv("TOLLGATE_TOOL", TOOL)
    for account in ("TOLLGATE_AZURE_SUBSCRIPTION", "TOLLGATE_AZURE_RESOURCE_GROUP", "TOLLGATE_GCP_PROJECT"):
        monkeypatch.setenv(account, "somebody's")
    for cached in (aws.endpoint, azure.endpoint, gcp.endpoint):
        cached.cache_clear()
    yield found
    for cached in (aws.endpoint, azure.endpoint, gcp.endpoint):
        cached.cache_clear()


def headers(signer: Signer, cloud: str) -> dict[str, str]:
    """As a client sends them."""
    return {
        "Authorization": f"Bearer {signer.token(ADA, cloud)}",
        "Content-Type": "application/json",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/call",
        "Mcp-Name": TOOL,
    }


def through_lambda(sent: dict[str, str], body: bytes) -> tuple[int, bytes]:
    """By API Gateway's event, payload 2.0."""
    event = {
        "version": "2.0",
        "routeKey": "POST /mcp/{tool}",
        "headers": {name.lower(): value for name, value in sent.items()},
        "requestContext": {"requestId": "r-1", "http": {"method": "POST", "path": f"/mcp/{TOOL}"}},
        "body": body.decode(),
        "isBase64Encoded": False,
    }
    answer: Any = aws.handler(event, _Context())
    return answer["statusCode"], answer["body"].encode()


class _Context(LambdaContext):
    _function_name = TOOL
    _memory_limit_in_mb = 128
    _invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:test"
    _aws_request_id = "r-1"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """As Lambda counts it down."""
        return 30_000


async def through_azure(sent: dict[str, str], body: bytes) -> tuple[int, bytes]:
    """By the function that the app registered for the tool's route."""
    request = func.HttpRequest(method="POST", url=f"/api/mcp/{TOOL}", headers=sent, body=body)
    answer = await REGISTERED[TOOL].get_user_function()(request)
    return answer.status_code, answer.get_body()


def through_gcp(sent: dict[str, str], body: bytes) -> tuple[int, bytes]:
    """By functions-framework's own application."""
    source = str(ROOT / "functions" / "gcp" / "main.py")
    client = functions_framework.create_app(os.environ["TOLLGATE_TOOL"], source, "http").test_client()
    answer = client.post("/", headers=sent, data=body)
    return answer.status_code, answer.data


def through(cloud: str, sent: dict[str, str], body: bytes) -> tuple[int, bytes]:
    """By the cloud's own runtime."""
    if cloud == "azure":
        return asyncio.run(through_azure(sent, body))
    return through_lambda(sent, body) if cloud == "aws" else through_gcp(sent, body)


def to_the_kernel(cloud: str, sent: dict[str, str], body: bytes) -> tuple[int, bytes]:
    """Without any runtime."""
    lowered = {name.lower(): value for name, value in sent.items()}
    response = asyncio.run(bind(cloud, TOOL, os.environ).rpc(lowered, body))
    return response.status, response.body


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_call_through_the_runtime_equals_one_to_the_kernel(cloud: str, signer: Signer) -> None:
    sent, body = headers(signer, cloud), call(TOOL, ARGUMENTS)
    answer = through(cloud, sent, body)
    assert answer == to_the_kernel(cloud, sent, body)
    assert json.loads(answer[1])["result"]["structuredContent"]["matched"] > 100


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_call_ends_before_the_platform_ends_the_process(
    cloud: str, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Context, "get_remaining_time_in_millis", lambda _: 900)
    monkeypatch.setenv("TOLLGATE_TIME_LIMIT_SECONDS", "0.9")
    status, body = through(cloud, headers(signer, cloud), call(TOOL, ARGUMENTS))
    assert (status, json.loads(body)["result"]["_meta"]["tollgate/error"]["code"]) == (200, "DEADLINE_EXCEEDED")


@pytest.mark.parametrize("cloud", CLOUDS)
@pytest.mark.parametrize("body", [b"", b"[]", b'{"jsonrpc": "2.0", "id": 1, "method": "no/such"}'])
def test_a_bad_request_is_refused_the_same_everywhere(cloud: str, body: bytes, signer: Signer) -> None:
    sent = {"Content-Type": "application/json"}
    assert through(cloud, sent, body) == to_the_kernel(cloud, sent, body)


def test_lambda_takes_a_body_in_base64(signer: Signer) -> None:
    event = {"headers": {}, "body": base64.b64encode(b"\xff").decode(), "isBase64Encoded": True}
    answer: Any = aws.handler({**event, "requestContext": {"requestId": "r-1"}}, _Context())
    assert (answer["statusCode"], answer["body"].encode()) == to_the_kernel("aws", {}, b"\xff")


def test_azure_has_a_route_for_every_tool_and_the_catalog() -> None:
    bindings = {name: f.get_bindings_dict()["bindings"] for name, f in REGISTERED.items()}
    routes = {name: next(b["route"] for b in found if "route" in b) for name, found in bindings.items()}
    assert routes == {"catalog": "mcp", **{tool: f"mcp/{tool}" for tool in tool_names()}}


@pytest.mark.parametrize("function", ["get_quotas", "catalog", "orchestrator"])
def test_an_app_on_azure_has_just_the_function_that_it_is_set_to(function: str) -> None:
    assert azure.chosen(function) == (function,)


def test_an_app_on_azure_set_to_what_there_is_not_says_what_there_is() -> None:
    with pytest.raises(BadRequest) as refused:
        azure.chosen("drop_tables")
    assert "orchestrator" in refused.value.remedy


def test_behind_googles_gateway_the_callers_own_token_counts_and_not_the_gateways(signer: Signer) -> None:
    sent, body = headers(signer, "gcp"), call(TOOL, ARGUMENTS)
    behind = sent | {"Authorization": "Bearer of-the-gateway", "x-forwarded-authorization": sent["Authorization"]}
    assert through("gcp", behind, body) == through("gcp", sent, body)
    forged = sent | {"x-forwarded-authorization": "Bearer forged"}
    assert through("gcp", forged, body)[0] == 401
