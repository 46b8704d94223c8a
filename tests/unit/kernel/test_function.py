"""A function alone: identity, arguments, Grant, gate, handler, receipt, in this order."""

import json
from typing import Any

import pytest

from mcp_handlers.tools import create_storage_bucket
from tests.fakes.gate import OBJECTION, always
from tests.fakes.world import ADA, BUCKET, NOW, RESOURCE, TAGS, World, call
from workflow.model.base import Json, digest
from workflow.model.errors import NoCapacity
from workflow.model.principal import Principal

TOOL = "create_storage_bucket"


async def ask(world: World, arguments: Json, **headers: Any) -> tuple[int, Json]:
    """A write with these arguments: status, and the result or error."""
    response = await world.bucket.rpc(world.headers(TOOL, arguments, **headers), call(TOOL, arguments))
    body = json.loads(response.body)
    return response.status, body.get("result", body.get("error"))


async def test_a_granted_write_is_done_and_leaves_a_receipt() -> None:
    world = World()
    grant = world.grant()
    status, result = await ask(world, BUCKET, grant=grant)
    exact = create_storage_bucket.Input.model_validate(BUCKET).model_dump(mode="json")
    made = {"cloud": "aws", "kind": "bucket", "id": f"tg{grant.key[:8]}", "region": "eu-west-1", "zone": ""}
    assert status == 200
    assert result["structuredContent"] == {"resources": [made], "url": "s3://x"}
    assert result["_meta"]["tollgate/receipt"] == {
        "key": grant.key,
        "run": "r1",
        "step": "0-bucket",
        "tool": TOOL,
        "cloud": "aws",
        "arguments_digest": digest(exact),
        "decision_digest": "d" * 64,
        "policy_revision": "told-1",
        "output": {"resources": [made], "url": "s3://x"},
        "resources": [made],
        "started_at": "2026-11-20T12:00:00Z",
        "finished_at": "2026-11-20T12:00:00Z",
    }
    assert [key for _, key in world.handler.calls] == [grant.key]


async def test_a_write_without_a_grant_is_refused_even_to_an_administrator() -> None:
    world = World()
    admin = Principal(id="root@example.com", tenant="acme", roles=("admin",), channel="mcp")
    headers = world.headers(TOOL) | {"authorization": f"Bearer {world.signer.token(admin, 'aws')}"}
    response = await world.bucket.rpc(headers, call(TOOL, BUCKET))
    assert response.status == 401
    assert "needs a Grant" in json.loads(response.body)["error"]["message"]
    assert world.handler.calls == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"tool": "provision_compute"}, "another tool"),
        ({"cloud": "gcp"}, "another audience"),
        ({"arguments_digest": "0" * 64}, "another arguments"),
        ({"principal": ADA.model_copy(update={"id": "eve@example.com"})}, "another principal"),
        ({"principal": ADA.model_copy(update={"tenant": "umbrella"})}, "another principal"),
        ({"principal": ADA.model_copy(update={"roles": ("admin",)})}, "another principal"),
    ],
)
async def test_a_grant_for_anything_else_is_refused(changed: Json, words: str) -> None:
    world = World()
    status, error = await ask(world, BUCKET, grant=world.grant(**changed))
    assert status == 401
    assert words in error["message"]
    assert world.handler.calls == []


async def test_a_grant_of_other_policies_does_nothing_and_may_be_asked_for_again() -> None:
    world = World()
    status, error = await ask(world, BUCKET, grant=world.grant(revision="older"))
    assert (status, error["data"]["code"], error["data"]["retryable"]) == (503, "GATE_UNAVAILABLE", True)
    assert "another policy revision" in error["message"]
    assert world.handler.calls == []


@pytest.mark.parametrize(
    "smuggled",
    [
        {"region": "us-east-1"},
        {"public": True},
        {"encrypted": False},
        {"size_gib": 5},
        {"tags": TAGS | {"project": "other"}},
    ],
)
async def test_a_grant_does_not_carry_other_arguments(smuggled: Json) -> None:
    world = World()
    status, error = await ask(world, BUCKET | smuggled, grant=world.grant())
    assert (status, error["message"]) == (401, "The Grant was given for another arguments.")
    assert world.handler.calls == []


async def test_a_grant_is_void_after_its_few_minutes() -> None:
    world = World()
    signed = world.signer.grant(world.grant())
    world.clock.forward(minutes=6)
    headers = world.headers(TOOL, tollgate_grant=signed)
    response = await world.bucket.rpc(headers, call(TOOL, BUCKET))
    assert json.loads(response.body)["error"]["message"] == "The token has expired."


@pytest.mark.parametrize("verdict", ["deny", "ask"])
async def test_what_the_functions_own_gate_does_not_allow_is_not_done(verdict: Any) -> None:
    world = World()
    world.gate.says = always(verdict)
    status, result = await ask(world, BUCKET, grant=world.grant())
    assert (status, result["isError"]) == (200, True)
    assert result["_meta"]["tollgate/decision"]["violations"] == [OBJECTION.model_dump()]
    assert "TEST_RULE: Not today. Ask tomorrow." in result["content"][0]["text"]
    assert world.handler.calls == []


async def test_the_gate_is_asked_about_what_was_parsed_and_the_functions_own_tool() -> None:
    world = World()
    await ask(world, BUCKET, grant=world.grant())
    (asked,) = world.gate.asked
    assert asked == {
        "principal": {"id": "ada@example.com", "tenant": "acme", "roles": ["developer"], "channel": "mcp"},
        "action": {"tool": TOOL, "risk": "write", "cloud": "aws", "region": "eu-west-1"},
        "resource": create_storage_bucket.Input.model_validate(BUCKET).model_dump(mode="json"),
        "machine": None,
        "cost": None,
        "data": {"residency": [], "personal": False},
        "context": {"plane": "function", "now": NOW.isoformat(), "spend": None, "freeze": None, "undo": False},
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "region: Field required"),
        (BUCKET | {"region": "EU WEST"}, "region: String should match"),
        (BUCKET | {"colour": "red"}, "colour: Extra inputs are not permitted"),
        (BUCKET | {"size_gib": -1}, "size_gib: Input should be greater than 0"),
        (BUCKET | {"tags": TAGS | {"tenant": "ACME!"}}, "tags.tenant: String should match"),
    ],
)
async def test_arguments_that_do_not_fit_are_named_field_by_field(arguments: Json, words: str) -> None:
    world = World()
    status, result = await ask(world, arguments, grant=world.grant())
    assert (status, result["_meta"]["tollgate/error"]["code"]) == (200, "BAD_REQUEST")
    assert words in result["content"][0]["text"]
    assert world.handler.calls == []


async def test_a_tool_that_fails_says_its_code_and_remedy() -> None:
    world = World()
    world.handler.raises = NoCapacity("None left in eu-west-1.")
    _, result = await ask(world, BUCKET, grant=world.grant())
    assert result["_meta"]["tollgate/error"] == {
        "code": "NO_CAPACITY",
        "message": "None left in eu-west-1.",
        "remedy": "Another zone, machine or purchase option is tried.",
        "retryable": False,
    }


async def test_a_read_needs_identity_and_policy_but_no_grant() -> None:
    world = World()
    body = call("get_health", {"resource": RESOURCE, "tenant": "acme"})
    response = await world.health.rpc(world.headers("get_health"), body)
    result = json.loads(response.body)["result"]
    assert result["structuredContent"]["health"]["status"] == "healthy"
    assert "tollgate/receipt" not in result["_meta"]


async def test_a_resource_of_another_cloud_is_sent_away() -> None:
    world = World()
    body = call("get_health", {"resource": RESOURCE | {"cloud": "gcp"}, "tenant": "acme"})
    response = await world.health.rpc(world.headers("get_health"), body)
    assert "The resource is in gcp, the call went to aws." in response.body.decode()
    assert world.handler.calls == []


async def test_a_token_for_the_control_plane_is_not_taken_by_a_function() -> None:
    world = World()
    body = call("get_health", {"resource": RESOURCE, "tenant": "acme"})
    response = await world.health.rpc(world.headers("get_health", plane="control"), body)
    assert response.status == 401
