"""Every tool through every cloud's function runtime, over HTTP: the same call has the same answer, to the byte."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from functions.binding import gate
from functions.registry import contract, tool_names
from infra.local.runtimes.started import Answer, Runtime
from mcp_handlers.kernel.grant import Grant
from mcp_handlers.kernel.wire import mirror
from tests.contract.clouds.mistakes import mistakes
from tests.contract.clouds.world import TAGS, World
from tests.fakes.world import call
from workflow.control.sign import Signer
from workflow.model.base import Json, digest
from workflow.model.plan import effect_key
from workflow.model.principal import Principal

CLOUD = "gcp"
ADA = Principal(id="ada@acme.eu", tenant="acme", roles=("admin",), channel="mcp")
ASKED: dict[str, Json] = {
    "attach_volume": {"size_gib": 40},
    "deploy_model": {"endpoint": "chat", "model": "models/chat/1", "image": "registry.example/acme/serve:1"},
    "scale_nodepool": {"minimum": 2, "desired": 4, "maximum": 6},
    "submit_ml_job": {"hours": 2, "image": "registry.example/acme/train:1"},
}
MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def arguments(world: World, tool: str) -> Json:
    """A valid call's, as Ada's, with what it needs made."""
    fields = contract(tool).input.model_fields
    whose: Json = {"tags": {**TAGS, "owner": ADA.id}} if "tags" in fields else {}
    whose |= {"tenant": "acme"} if "tenant" in fields else {}
    return {**whose, **ASKED.get(tool, {}), **world.ready(tool)}


def headers(signer: Signer, tool: str, given: Mapping[str, Any]) -> dict[str, str]:
    """As a client sends them."""
    return {
        "authorization": f"Bearer {signer.token(ADA, CLOUD)}",
        "content-type": "application/json",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": tool,
        **mirror(contract(tool).mirrored(), given),
    }


def granted(signer: Signer, tool: str, given: Json) -> dict[str, str]:
    """The Grant that a write needs."""
    if contract(tool).risk == "read":
        return {}
    exact = contract(tool).input.model_validate(given).model_dump(mode="json")
    grant = Grant(
        tool=tool,
        cloud=CLOUD,
        arguments_digest=digest(exact),
        principal=ADA,
        run=TAGS["run"],
        step="0",
        key=effect_key("acme", TAGS["run"], "0", tool, CLOUD, exact),
        decision="d" * 64,
        revision=gate().revision,
    )
    return {"tollgate-grant": signer.grant(grant)}


def answered(
    runtimes: list[Runtime], tool: str, sent: Mapping[str, str], body: bytes, before: Callable[[], object] = bool
) -> Answer:
    """What all of them answer; `before` is done ahead of each call."""
    answers = {}
    for runtime in runtimes:
        before()
        answers[runtime.name] = timeless(tool, runtime.call(tool, sent, body))
    first = answers[runtimes[0].name]
    assert answers == dict.fromkeys(answers, first)
    return first


def timeless(tool: str, answer: Answer) -> Answer:
    """Health says when the handler looked, by the machine's own clock; everything else is compared as it is."""
    return replace(answer, body=MOMENT.sub(b"", answer.body)) if tool == "get_health" else answer


@pytest.mark.parametrize("tool", tool_names())
def test_a_valid_call(tool: str, runtimes: list[Runtime], world: World, signer: Signer) -> None:
    given = arguments(world, tool)
    sent = headers(signer, tool, given) | granted(signer, tool, given)
    # A write's key is in its Grant, so that the second and the third are answered as the first. Only what is released
    # is gone then, and must be there again.
    gone = tool == "release_resource"
    answer = answered(runtimes, tool, sent, call(tool, given), before=lambda: gone and world.ready(tool))
    assert (answer.status, json.loads(answer.body)["result"]["isError"]) == (200, False)


@pytest.mark.parametrize("tool", tool_names())
def test_a_field_that_is_wrong(tool: str, runtimes: list[Runtime], world: World, signer: Signer) -> None:
    given = arguments(world, tool)
    # One of each kind: every mistake that there is, on every cloud, is the kernel's own suite.
    kinds = {what: (field, wrong) for field, what, wrong in mistakes(contract(tool), given)}
    for field, wrong in kinds.values():
        answer = answered(runtimes, tool, headers(signer, tool, wrong), call(tool, wrong))
        said = json.loads(answer.body)["result"]["content"][0]["text"]
        assert (answer.status < 500, field in said) == (True, True)


@pytest.mark.parametrize("tool", tool_names())
def test_a_tool_that_there_is_not(tool: str, runtimes: list[Runtime], signer: Signer) -> None:
    sent = headers(signer, tool, {}) | {"mcp-name": "drop_tables"}
    answer = answered(runtimes, tool, sent, call("drop_tables", {}))
    assert (answer.status, json.loads(answer.body)["error"]["code"]) == (400, -32602)


@pytest.mark.parametrize("tool", tool_names())
def test_a_call_without_a_token(tool: str, runtimes: list[Runtime], signer: Signer) -> None:
    sent = headers(signer, tool, {})
    del sent["authorization"]
    answer = answered(runtimes, tool, sent, call(tool, {}))
    assert (answer.status, answer.headers["www-authenticate"].partition(" ")[0]) == (401, "Bearer")


@pytest.mark.parametrize("tool", [tool for tool in tool_names() if contract(tool).risk != "read"])
def test_a_write_without_a_grant(tool: str, runtimes: list[Runtime], world: World, signer: Signer) -> None:
    given = arguments(world, tool)
    before = world.held(tool)
    answer = answered(runtimes, tool, headers(signer, tool, given), call(tool, given))
    assert (answer.status, json.loads(answer.body)["error"]["message"]) == (401, "A write needs a Grant.")
    assert world.held(tool) == before
