"""The API as a function: each cloud's own event in, the same answer out."""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import azure.functions as func
import functions_framework
import pytest
from aws_lambda_powertools.utilities.parameters import base

from functions.api import aws as lambda_api
from functions.api import azure as azure_api
from functions.api import function
from functions.api.call import Web
from functions.api.function import Kept
from functions.api.stream import Pace
from functions.aws import loop as lambda_loop
from functions.gcp import loop as gcp_loop
from functions.held import DATABASE, KEYRING
from functions.serve.settings import Settings, settings
from infra.local.environment import AWS_REGION
from mcp_handlers.kernel.clock import SystemClock
from tests.contract.clouds.azure_cloud import azure, server
from tests.contract.clouds.conftest import aws, aws_server
from tests.contract.clouds.gcp_cloud import gcp, running_gcp
from tests.services.vaults import PUT
from workflow.control.signing import HeldSigner, local_signer
from workflow.model.principal import Principal
from workflow.store.store import open_store

__all__ = ["aws", "aws_server", "azure", "gcp", "running_gcp", "server"]

ANA = Principal(id="ana@example.com", tenant="acme", roles=("developer",))
APP = func.FunctionApp()
APP.register_functions(azure_api.blueprint)
(API,) = APP.get_functions()
WORKER = asyncio.Runner()
"""Azure's worker has one event loop."""
SOURCE = Path(__file__).parents[2] / "functions" / "api" / "gcp.py"
BODY = {"text": "Run a batch job on 4 vCPUs for 2 hours, EU only"}


@dataclass
class Context:
    """What Lambda tells a function about its invocation."""

    function_name: str = "api"
    memory_limit_in_mb: int = 128
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:1:function:api"
    aws_request_id: str = "1"

    def get_remaining_time_in_millis(self) -> int:
        """As Lambda counts it down."""
        return 30_000


def on_aws(method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
    """An HTTP API's event, payload 2.0."""
    event = {
        "version": "2.0", "routeKey": "$default", "rawPath": f"/api/v1{path}", "rawQueryString": query,
        "headers": headers, "body": body.decode(), "isBase64Encoded": False,
        "requestContext": {"requestId": "1", "http": {"method": method, "path": f"/api/v1{path}"}},
    }  # fmt: skip
    found = lambda_api.handler(event, Context())  # type: ignore[arg-type]
    return found["statusCode"], json.loads(found["body"])


def on_azure(method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
    """The worker's request."""
    url = f"https://tollgate.azurewebsites.net/api/v1{path}?{query}"
    request = func.HttpRequest(method=method, url=url, headers=headers, body=body)
    found = WORKER.run(API.get_user_function()(request))
    return found.status_code, json.loads(found.get_body())


@cache
def framework() -> Any:
    """An instance, with the function loaded once: under its file's own name."""
    return functions_framework.create_app("api", str(SOURCE))


def on_gcp(method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
    """functions-framework, from the function's own file."""
    found = framework().test_client().open(f"/api/v1{path}?{query}", method=method, headers=headers, data=body)
    return found.status_code, json.loads(found.data)


CLOUDS: dict[str, Callable[..., tuple[int, Any]]] = {"aws": on_aws, "azure": on_azure, "gcp": on_gcp}
CLOSES: dict[str, Callable[[], object]] = {
    "aws": lambda: lambda_loop.run(lambda_api.kept.close()),
    "azure": lambda: WORKER.run(azure_api.kept.close()),
    "gcp": lambda: gcp_loop.run(sys.modules[SOURCE.stem].kept.close()),
}
"""What nobody does for a function whose process its cloud ends."""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A store of its own, and keys."""
    monkeypatch.setenv("TOLLGATE_HOME", str(tmp_path))
    monkeypatch.setenv("TOLLGATE_DATABASE_URL", "")
    local_signer(settings().keys, SystemClock())
    return settings()


@pytest.fixture
def headers(store: Settings) -> dict[str, str]:
    """A token of Ana's, on this machine."""
    token = local_signer(store.keys, SystemClock()).token(ANA, "control")
    return {"authorization": f"Bearer {token}", "content-type": "application/json"}


@pytest.fixture(params=CLOUDS)
def cloud(request: pytest.FixtureRequest, store: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A cloud, whose vault has the store's address and the keys where its function reads them there."""
    name: str = request.param
    there = {"AWS_DEFAULT_REGION": AWS_REGION, **request.getfixturevalue(name).environment}
    ring = (store.keys / "keyring.json").read_text()
    for setting, value in ((DATABASE, str(store.database)), (KEYRING, ring)):
        monkeypatch.setenv(setting, PUT[name](there, f"s{uuid.uuid4().hex}", value))
    for setting, value in there.items():
        monkeypatch.setenv(setting, value)
    base.DEFAULT_PROVIDERS.clear()
    yield name
    CLOSES[name]()


@pytest.fixture
def sent(cloud: str, store: Settings, headers: dict[str, str]) -> dict[str, str]:
    """Her token for a deployed function: one of this machine's is not believed there."""
    signer = HeldSigner((store.keys / "keyring.json").read_bytes, SystemClock())
    return {**headers, "authorization": f"Bearer {signer.token(ANA, 'control')}"}


def test_a_run_is_begun_once_and_found_and_nothing_without_a_token_over_a_store_that_is_opened_once(
    cloud: str, sent: dict[str, str], headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    monkeypatch.setattr(function, "open_store", lambda where: opened.append(where) or open_store(where))
    ask, body = CLOUDS[cloud], json.dumps(BODY).encode()
    keyed = {**sent, "Idempotency-Key": "k1"}
    (status, begun), (again, same) = (ask("POST", "/runs", "", keyed, body) for _ in range(2))
    assert (status, again, begun) == (201, 200, same)
    status, page = ask("GET", "/runs", "limit=1&state=running", sent, b"")
    assert (status, [run["id"] for run in page["items"]], page["next"]) == (200, [begun["id"]], "")
    assert ask("GET", f"/runs/{begun['id']}", "", sent, b"")[1]["text"] == BODY["text"]
    assert ask("GET", "/runs", "limit=x", sent, b"")[0] == 422
    assert ask("GET", "/runs", "", {}, b"")[0] == 401
    assert ask("GET", "/runs", "", headers, b"")[0] == 401
    assert ask("GET", "/elsewhere", "", sent, b"")[0] == 404
    assert len(opened) == 1


async def test_a_stream_is_what_came_within_its_time(headers: dict[str, str]) -> None:
    kept = Kept(settings, Pace(poll=0.01, longest=0.03))
    begun = await kept.answer(Web("POST", "/runs", "", headers, json.dumps(BODY).encode()))
    path = f"/runs/{json.loads(begun.body)['id']}/stream"
    found = await kept.answer(Web("GET", path, "", headers))
    await kept.close()
    assert (found.status, found.headers["content-type"]) == (200, "text/event-stream")
    assert found.body.startswith(b"retry: ")
    assert found.body.count(b"event: entry\n") == 1


async def test_where_the_store_cannot_be_opened_the_next_request_tries_again(store: Settings, tmp_path: Path) -> None:
    token = local_signer(store.keys, SystemClock()).token(ANA, "control")
    places = [replace(store, database_url="postgresql://127.0.0.1:1/none"), store]
    kept = Kept(lambda: places.pop(0))
    asked = Web("GET", "/runs", "", {"authorization": f"Bearer {token}"})
    away = await kept.answer(asked)
    assert (away.status, json.loads(away.body)["code"], "retry-after" in away.headers) == (503, "STORE_AWAY", True)
    assert (await kept.answer(asked)).status == 200
    await kept.close()
