"""The API as a function: each cloud's own event in, the same answer out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import azure.functions as func
import functions_framework
import pytest

from functions.api import aws, azure
from functions.api.call import Web
from functions.api.function import answer
from functions.api.stream import Pace
from functions.serve.settings import settings
from mcp_handlers.kernel.clock import SystemClock
from workflow.control.signing import local_signer
from workflow.model.workload import Principal

ANA = Principal(id="ana@example.com", tenant="acme", roles=("developer",))
SOURCE = Path(__file__).parents[2] / "functions" / "api" / "gcp.py"
BODY = {"text": "Run a batch job on 4 vCPUs for 2 hours, EU only"}


@dataclass
class Context:
    """What Lambda tells a function about its invocation."""

    function_name: str = "api"
    memory_limit_in_mb: int = 128
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:1:function:api"
    aws_request_id: str = "1"


def on_aws(method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
    """An HTTP API's event, payload 2.0."""
    event = {
        "version": "2.0", "routeKey": "$default", "rawPath": f"/api/v1{path}", "rawQueryString": query,
        "headers": headers, "body": body.decode(), "isBase64Encoded": False,
        "requestContext": {"requestId": "1", "http": {"method": method, "path": f"/api/v1{path}"}},
    }  # fmt: skip
    found = aws.handler(event, Context())  # type: ignore[arg-type]
    return found["statusCode"], json.loads(found["body"])


def on_azure(method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
    """The worker's request."""
    url = f"https://tollgate.azurewebsites.net/api/v1{path}?{query}"
    request = func.HttpRequest(method=method, url=url, headers=headers, body=body)
    found = asyncio.run(azure.serve(request))
    return found.status_code, json.loads(found.get_body())


def on_gcp(method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
    """functions-framework, from the function's own file."""
    client = functions_framework.create_app("api", str(SOURCE)).test_client()
    found = client.open(f"/api/v1{path}?{query}", method=method, headers=headers, data=body)
    return found.status_code, json.loads(found.data)


CLOUDS: dict[str, Callable[..., tuple[int, Any]]] = {"aws": on_aws, "azure": on_azure, "gcp": on_gcp}


@pytest.fixture
def headers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A store of its own, and a token of Ana's."""
    monkeypatch.setenv("TOLLGATE_HOME", str(tmp_path))
    monkeypatch.setenv("TOLLGATE_DATABASE_URL", "")
    token = local_signer(settings().keys, SystemClock()).token(ANA, "control")
    return {"authorization": f"Bearer {token}", "content-type": "application/json"}


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_run_is_begun_once_and_found_and_nothing_without_a_token(cloud: str, headers: dict[str, str]) -> None:
    ask, body = CLOUDS[cloud], json.dumps(BODY).encode()
    keyed = {**headers, "Idempotency-Key": "k1"}
    (status, begun), (again, same) = (ask("POST", "/runs", "", keyed, body) for _ in range(2))
    assert (status, again, begun) == (201, 200, same)
    status, page = ask("GET", "/runs", "limit=1&state=running", headers, b"")
    assert (status, [run["id"] for run in page["items"]], page["next"]) == (200, [begun["id"]], "")
    assert ask("GET", f"/runs/{begun['id']}", "", headers, b"")[1]["text"] == BODY["text"]
    assert ask("GET", "/runs", "limit=x", headers, b"")[0] == 422
    assert ask("GET", "/runs", "", {}, b"")[0] == 401
    assert ask("GET", "/elsewhere", "", headers, b"")[0] == 404


async def test_a_stream_is_what_came_within_its_time(headers: dict[str, str]) -> None:
    begun = await answer(Web("POST", "/runs", "", headers, json.dumps(BODY).encode()))
    path = f"/runs/{json.loads(begun.body)['id']}/stream"
    found = await answer(Web("GET", path, "", headers), pace=Pace(poll=0.01, longest=0.03))
    assert (found.status, found.headers["content-type"]) == (200, "text/event-stream")
    assert found.body.startswith(b"retry: ")
    assert found.body.count(b"event: entry\n") == 1
