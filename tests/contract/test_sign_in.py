"""An MCP client that nobody told anything finds out where to sign in, and calls with what it gets there.

The client is the official SDK's, so it judges our side of MCP's authorization: challenge, metadata, scopes.
"""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

from functions.binding import bind
from functions.registry import cloud_names
from functions.serve.asgi import app
from functions.serve.callers import providers
from functions.serve.metadata import metadata_routes
from functions.serve.plane import control, control_endpoints
from functions.serve.settings import Settings
from tests.fakes.listening import listening
from tests.fakes.provider import Provider
from workflow.store.store import Store, open_store

MACHINE = {"cloud": "aws", "vcpus": 2, "hours": 1, "limit": 1}


@dataclass
class Kept:
    """The client's memory of its tokens."""

    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


@dataclass
class Browser:
    """A person who is signed in at the provider and says yes to everything."""

    came_back: dict[str, list[str]] = field(default_factory=dict)

    async def open(self, url: str) -> None:
        async with httpx.AsyncClient(follow_redirects=False) as http:
            answer = await http.get(url)
        self.came_back = parse_qs(urlsplit(answer.headers["location"]).query)

    async def returned(self) -> AuthorizationCodeResult:
        return AuthorizationCodeResult(code=self.came_back["code"][0], state=self.came_back["state"][0])


@dataclass
class Plane:
    """A control plane that believes one provider, with every cloud's functions in this process."""

    address: str
    provider: Provider


def served(told: Settings, store: Store) -> object:
    """The control plane's web application."""

    async def post(url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        base, _, tool = url.rpartition("/mcp/")
        (cloud,) = [name for name in cloud_names() if told.cloud_url(name) == base]
        response = await bind(cloud, tool, told.environment()).rpc(
            {name.lower(): value for name, value in headers.items()}, body
        )
        return response.status, response.body

    routes = metadata_routes(told.control_url, providers(told.oidc))
    return app(control_endpoints(told, control(told, store, post), post), "control", routes)


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[Plane]:
    provider = Provider("")

    def believing(port: int) -> Settings:
        believed = {
            "issuer": provider.issuer, "audiences": [f"http://127.0.0.1:{port}/mcp"], "tenant": "acme",
            "roles": {"cloud-developers": "developer"},
        }  # fmt: skip
        return Settings(tmp_path, port, oidc=json.dumps([believed]))

    async with open_store(tmp_path / "tollgate.db") as store, listening(lambda port: provider.app()) as issuer:
        provider.issuer = issuer
        async with listening(lambda port: served(believing(port), store)) as address:
            yield Plane(address, provider)


async def test_the_official_client_signs_in_by_itself_and_then_may_read(plane: Plane) -> None:
    browser, kept = Browser(), Kept()
    told = OAuthClientMetadata(redirect_uris=["http://127.0.0.1:9/back"], token_endpoint_auth_method="none")
    url = f"{plane.address}/mcp"
    auth = OAuthClientProvider(url, told, kept, browser.open, browser.returned)
    async with (
        httpx2.AsyncClient(auth=auth) as http,
        Client(streamable_http_client(url, http_client=http), mode="2026-07-28") as client,
    ):
        answer = await client.call_tool("get_cost_estimate", MACHINE)
    assert (answer.is_error, kept.tokens is not None) == (False, True)
    assert answer.structured_content is not None
    assert answer.structured_content["offers"][0]["offer"]["cloud"] == "aws"


async def called(plane: Plane, tool: str, token: str = "") -> httpx.Response:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": MACHINE}}
    headers = {"authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient() as http:
        return await http.post(f"{plane.address}/mcp", json=body, headers=headers)


async def test_nobody_is_told_where_to_sign_in(plane: Plane) -> None:
    answer = await called(plane, "get_cost_estimate")
    where = f"{plane.address}/.well-known/oauth-protected-resource/mcp"
    assert (answer.status_code, answer.headers["www-authenticate"]) == (
        401,
        f'Bearer realm="tollgate", error_description="No bearer token was sent.", resource_metadata="{where}"',
    )
    async with httpx.AsyncClient() as http:
        document = (await http.get(where)).json()
    assert document == {
        "resource": f"{plane.address}/mcp",
        "resource_name": "Tollgate",
        "authorization_servers": [plane.provider.issuer],
        "scopes_supported": ["tollgate:read", "tollgate:write"],
        "bearer_methods_supported": ["header"],
    }


async def test_a_reader_who_writes_is_told_which_scope_is_lacking(plane: Plane) -> None:
    token = plane.provider.token(aud=f"{plane.address}/mcp", scope="tollgate:read")
    assert (await called(plane, "get_cost_estimate", token)).status_code == 200
    answer = await called(plane, "provision_compute", token)
    where = f"{plane.address}/.well-known/oauth-protected-resource/mcp"
    assert (answer.status_code, answer.headers["www-authenticate"]) == (
        403,
        f'Bearer realm="tollgate", error="insufficient_scope", scope="tollgate:write", resource_metadata="{where}"',
    )


async def test_a_token_for_another_resource_is_refused(plane: Plane) -> None:
    answer = await called(plane, "get_cost_estimate", plane.provider.token(aud="http://127.0.0.1:1/mcp"))
    assert (answer.status_code, answer.json()["error"]["message"]) == (401, "The token is meant for another audience.")
