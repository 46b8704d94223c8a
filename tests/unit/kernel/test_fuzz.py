"""Whatever is sent: an answer comes back, and nothing is done that the gate did not allow under a matching Grant."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcp_handlers.kernel.response import Response
from mcp_handlers.tools import create_storage_bucket
from tests.fakes.gate import always
from tests.fakes.world import ADA, BUCKET, NOW, RESOURCE, TAGS, World, call
from workflow.model.base import Json, digest
from workflow.model.decision import Verdict
from workflow.model.errors import CloudDown, NoCapacity, OutcomeUnknown, Throttled
from workflow.model.principal import Principal

VERSIONS = ("2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05", "2031-01-01", "", "x")
METHODS = (
    "tools/call", "tools/list", "server/discover", "initialize", "ping", "notifications/initialized", "prompts/get",
    "resources/read", "no/such", "", "TOOLS/CALL",
)  # fmt: skip
NAMES = ("create_storage_bucket", "get_health", "provision_compute", "", "x" * 200, "=?base64?eA==?=")
ENDINGS = (
    None,
    RuntimeError("inside"),
    Throttled("x"),
    NoCapacity("x"),
    OutcomeUnknown("x"),
    CloudDown("x"),
    OSError(),
)
EXACT = create_storage_bucket.Input.model_validate(BUCKET).model_dump(mode="json")

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
)
bucket_changes = st.dictionaries(
    st.sampled_from(["region", "encrypted", "public", "tags", "data", "name", "size_gib", "versioned", "colour"]),
    values | st.sampled_from(["eu-west-1", "us-east-1", TAGS, TAGS | {"tenant": "umbrella"}, 10, 10**30]),
    max_size=2,
)
metas = st.dictionaries(
    st.sampled_from(["tollgate/deadline", "tollgate/run", "traceparent", "progressToken"])
    | st.sampled_from(["io.modelcontextprotocol/protocolVersion", "io.modelcontextprotocol/clientCapabilities"]),
    values | st.sampled_from([round(NOW.timestamp() * 1000) + 60_000, "00-" + "a" * 32 + "-" + "b" * 16 + "-01"]),
    max_size=2,
)
headers_about = st.dictionaries(
    st.sampled_from(["mcp-protocol-version", "mcp-method", "mcp-name", "authorization", "tollgate-grant", "host"]),
    st.sampled_from([*VERSIONS, *METHODS, *NAMES]) | st.text(max_size=40),
    max_size=3,
)
grant_changes = st.dictionaries(
    st.sampled_from(["tool", "cloud", "arguments_digest", "revision", "run"]),
    st.sampled_from(["create_storage_bucket", "get_health", "aws", "gcp", "told-1", "older", digest(EXACT)]),
    max_size=1,
)
few = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def sound(response: Response) -> None:
    """A 202 without a body, or a JSON-RPC answer with the right status and nothing of the inside."""
    if response.status == 202:
        assert response.body == b""
        return
    answer = json.loads(response.body)
    assert answer["jsonrpc"] == "2.0"
    assert set(answer) in ({"jsonrpc", "id", "result"}, {"jsonrpc", "id", "error"})
    assert response.status == 200 or "error" in answer
    assert response.status in (200, 400, 401, 404, 413, 429, 500)
    assert b"Traceback" not in response.body
    assert b"inside" not in response.body
    if "error" in answer:
        assert isinstance(answer["error"]["code"], int)
        assert isinstance(answer["error"]["message"], str)


def lawful(world: World, *grants: Json) -> None:
    """Every call of the handler was allowed by the gate; one that writes had a Grant for exactly its arguments."""
    allowed = [asked["resource"] for asked in world.gate.asked if world.gate.says(asked) == "allow"]
    for wanted, key in world.handler.calls:
        exact = wanted.model_dump(mode="json")
        assert exact in allowed
        if isinstance(wanted, create_storage_bucket.Input):
            assert digest(exact) in [grant["arguments_digest"] for grant in grants]
            assert key in [grant["key"] for grant in grants]


@few
@given(st.binary(max_size=200), headers_about)
async def test_any_bytes_get_an_answer(body: bytes, headers: dict[str, str]) -> None:
    world = World()
    for endpoint in (world.bucket, world.health):
        sound(await endpoint.rpc(headers, body))
    assert world.handler.calls == []


@few
@given(values, headers_about)
async def test_any_json_gets_an_answer(value: Any, headers: dict[str, str]) -> None:
    world = World()
    sound(await world.bucket.rpc(headers, json.dumps(value).encode()))
    assert world.handler.calls == []


@few
@given(
    method=st.sampled_from(METHODS) | values,
    params=values
    | st.fixed_dictionaries({"name": st.sampled_from(NAMES) | values, "arguments": values, "_meta": metas}),
    request_id=scalars | values,
    version=st.sampled_from(VERSIONS),
    headers=headers_about,
)
async def test_any_envelope_gets_an_answer_and_does_nothing_without_a_token(
    method: Any, params: Any, request_id: Any, version: str, headers: dict[str, str]
) -> None:
    world = World()
    body = json.dumps({"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}).encode()
    sound(await world.bucket.rpc({"mcp-protocol-version": version} | headers, body))
    assert world.handler.calls == []


@few
@given(
    changes=bucket_changes,
    meta=metas,
    headers=headers_about,
    granted=st.none() | grant_changes,
    verdict=st.sampled_from(["allow", "allow", "deny", "ask"]),
    ending=st.sampled_from(ENDINGS),
)
async def test_a_write_is_done_only_as_it_was_granted_and_allowed(
    changes: Json, meta: Json, headers: dict[str, str], granted: Json | None, verdict: Verdict, ending: Exception | None
) -> None:
    world = World()
    world.gate.says = always(verdict)
    world.handler.raises = ending
    grant = None if granted is None else world.grant(**granted)
    message = json.loads(call("create_storage_bucket", BUCKET | changes))
    message["params"]["_meta"] |= meta
    sent = world.headers("create_storage_bucket", grant=grant) | headers
    sound(await world.bucket.rpc(sent, json.dumps(message).encode()))
    fits = grant is not None and grant == world.grant(run=grant.run)
    lawful(world, *([grant.model_dump()] if grant is not None and fits else []))
    if verdict != "allow" or not fits:
        assert world.handler.calls == []


@few
@given(
    changes=st.dictionaries(st.sampled_from(["resource", "tenant", "more"]), values, max_size=1),
    meta=metas,
    headers=headers_about,
    verdict=st.sampled_from(["allow", "deny", "ask"]),
    who=st.sampled_from([ADA, Principal(id="eve@example.com", tenant="umbrella", roles=(), channel="api")]),
)
async def test_a_read_is_done_only_as_it_was_allowed(
    changes: Json, meta: Json, headers: dict[str, str], verdict: Verdict, who: Principal
) -> None:
    world = World()
    world.gate.says = always(verdict)
    message = json.loads(call("get_health", {"resource": RESOURCE, "tenant": "acme"} | changes))
    message["params"]["_meta"] |= meta
    own = {"authorization": f"Bearer {world.signer.token(who, 'aws')}"}
    sound(await world.health.rpc(world.headers("get_health") | own | headers, json.dumps(message).encode()))
    lawful(world)
    assert all(asked["principal"]["id"] == who.id for asked in world.gate.asked)


@few
@given(st.data())
async def test_a_valid_write_with_any_byte_changed_does_what_was_granted_or_nothing(data: st.DataObject) -> None:
    world = World()
    grant = world.grant()
    headers = world.headers("create_storage_bucket", grant=grant)
    body = bytearray(call("create_storage_bucket", BUCKET))
    for _ in range(data.draw(st.integers(min_value=0, max_value=3))):
        body[data.draw(st.integers(min_value=0, max_value=len(body) - 1))] = data.draw(st.integers(0, 255))
    name = data.draw(st.sampled_from(["authorization", "tollgate-grant", "mcp-name", "mcp-method", "none"]))
    if name in headers:
        at = data.draw(st.integers(min_value=0, max_value=len(headers[name]) - 1))
        headers[name] = headers[name][:at] + data.draw(st.characters(codec="latin-1")) + headers[name][at + 1 :]
    sound(await world.bucket.rpc(headers, bytes(body)))
    lawful(world, grant.model_dump())
