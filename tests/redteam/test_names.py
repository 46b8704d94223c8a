"""Attempts to lead out of where a name belongs: paths, patterns and queries in the names of tools, runs and things."""

from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from functions.registry import contract, room
from mcp_handlers.azure import owned as azure_owned
from mcp_handlers.azure.client import Clients as AzureClients
from mcp_handlers.gcp import owned as gcp_owned
from tests.redteam.attack import stopped_by
from tests.redteam.house import ADA, BUCKET, GRACE, TAGS, House, by
from workflow.model.errors import BadRequest, NotFound
from workflow.model.resource import Resource, ResourceKind

TRICKS = (
    "../provision_compute", "create_storage_bucket/../provision_compute", "create_storage_bucket%00",
    "%2e%2e%2fclient", "client", "contract", "__init__", "create_storage_bucket.py", "create_storage_bucket ",
    "Create_Storage_Bucket", "create_storage_buckеt", "functions.cli.main", "*", "", "a" * 100_000,
)  # fmt: skip


@stopped_by("a tool is one of the listed ones")
@pytest.mark.parametrize("name", TRICKS)
async def test_a_tools_name_with_a_path_in_it(house: House, name: str) -> None:
    params = {"name": name}
    answer = await house.call("create_storage_bucket", BUCKET, params=params, headers={"mcp-name": name})
    house.insist(answer, "-32602" if name == name.strip() else answer.code)
    assert len(answer.text) < 1000


@stopped_by("nothing is imported that is not on the list")
@pytest.mark.parametrize("name", TRICKS)
def test_a_module_by_the_name_of_a_tool(name: str) -> None:
    with pytest.raises(BadRequest):
        contract(name)
    if name != "client":
        with pytest.raises(BadRequest):
            room("aws", name)


@stopped_by("a function performs its own tool and no other")
@pytest.mark.parametrize(
    "other", ["provision_compute", "release_resource", "create_storage_bucket/../release_resource"]
)
async def test_a_functions_address_with_another_tool_in_the_body(house: House, other: str) -> None:
    endpoint = house.function("aws", "create_storage_bucket")
    answer = await house.send(endpoint, other, BUCKET, house.token(ADA, "aws"))
    house.insist(answer, "-32602")


@stopped_by("addresses are matched whole")
@pytest.mark.parametrize(
    "path",
    [
        "/mcp/", "/mcp/../clouds/aws/mcp/provision_compute", "/clouds/aws/mcp/..%2f..%2fmcp", "//mcp",
        "/clouds/moon/mcp/get_health", "/clouds/aws/mcp/client", "/approvals/../mcp",
        "/approvals/%2e%2e/%2e%2e/etc/passwd", "/mcp;x=1", "/mcp%00",
    ],
)  # fmt: skip
async def test_an_address_with_a_path_in_it(house: House, path: str) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(house.web()), base_url="http://127.0.0.1") as http:
        sent = {"name": "create_storage_bucket", "arguments": {"cloud": "aws", **BUCKET}}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": sent}
        answer = await http.post(httpx.URL("http://127.0.0.1", raw_path=path.encode()), json=body)
    # `..` is resolved by nobody here; what a client resolves itself leads to `/mcp`, which wants a token.
    assert answer.status_code in (307, 401, 404, 405)
    house.insist_effects(0)


@stopped_by("names are lower-case words")
@pytest.mark.parametrize(
    "name",
    ["../../etc", "a/b", "a b", "a\nb", "${jndi:ldap://x}", "$(id)", "' or 1=1 --", "\u202eadmin", "-rf", "a" * 64],
)
async def test_a_tag_with_a_path_or_an_order_in_it(house: House, name: str) -> None:
    for field in ("run", "project", "tenant", "owner"):
        answer = await house.call("create_storage_bucket", {**BUCKET, "tags": {**TAGS, field: name}})
        house.insist(answer, "BAD_REQUEST")


PATHS = (
    "..", ".", "../../../../subscriptions/other", "vm/../../x", "vm%2f..%2f..", "vm?api-version=1", "vm#x",
    "vm\\..\\x", "vm;x", "vm\r\nX: y", " vm", "vm ", "", "vm\x00", "ｖｍ", "http://169.254.169.254", "@evil.example",
)  # fmt: skip


KINDS: tuple[ResourceKind, ...] = ("instance", "volume", "job", "bucket", "endpoint")


class _Sent(Exception):
    """Something was sent to a cloud."""


def _nobody(*_: Any, **__: Any) -> Any:
    raise _Sent


@stopped_by("what becomes part of a cloud's address is plain")
@pytest.mark.parametrize("name", PATHS)
def test_a_resources_id_with_a_path_in_it_is_never_sent_to_google(name: str) -> None:
    clients: Any = SimpleNamespace(compute=_nobody, vertex=_nobody, storage=SimpleNamespace(get_bucket=_nobody))
    for kind in KINDS:
        resource = Resource(cloud="gcp", kind=kind, id=name, region="europe-west4", zone="europe-west4-a")
        with pytest.raises(NotFound):
            gcp_owned.read(resource, "acme", clients)


@stopped_by("what becomes part of a cloud's address is plain")
@pytest.mark.parametrize("name", PATHS)
def test_a_resources_id_with_a_path_in_it_is_never_sent_to_azure(name: str) -> None:
    clients: Any = SimpleNamespace(subscription="s", group="g", arm=SimpleNamespace(find=_nobody))
    clients.id = lambda *named: AzureClients.id(clients, *named)
    for kind in KINDS:
        named = f"work/{name}" if kind in ("job", "endpoint") else name
        with pytest.raises(NotFound):
            azure_owned.find(clients, Resource(cloud="azure", kind=kind, id=named, region="westeurope"), "acme")


@stopped_by("what is not ours to take away stays")
async def test_a_release_that_calls_itself_another_cloud(house: House) -> None:
    resource = {"cloud": "gcp", "kind": "bucket", "id": "b", "region": "europe-west4"}
    answer = await house.call("release_resource", {"resource": resource, "tenant": "acme"}, GRACE)
    house.insist(answer, "BAD_REQUEST")


@stopped_by("a run is found by its own name")
@pytest.mark.parametrize(
    "run",
    [
        "../x",
        "%",
        "_",
        "' or '1'='1",
        "emergency",
        "policies",
        "task-x",
        "mcp-000000000000",
        "r\n1",
        7,
        ["r1"],
        "x" * 65,
    ],
)
async def test_a_run_that_is_none(house: House, run: Any) -> None:
    answer = await house.call(
        "create_storage_bucket", by(ADA, BUCKET), meta={"tollgate/run": run, "tollgate/step": "s"}
    )
    house.insist(answer, "BAD_REQUEST")
