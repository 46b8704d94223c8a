"""Whatever is sent: an answer comes back that is no fault of ours, and nothing is done that the gate did not allow
under a matching Grant. What is sent is mostly a valid call with one or two things changed."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mcp_handlers.kernel.grant import Grant
from mcp_handlers.kernel.response import Response
from mcp_handlers.kernel.wire import INTERNAL_ERROR
from mcp_handlers.tools import create_storage_bucket
from tests.fakes.drawn import Sent, calls, values
from tests.fakes.gate import always
from tests.fakes.world import BUCKET, World, call
from workflow.model.base import Json, digest
from workflow.model.decision import Verdict
from workflow.model.errors import CloudDown, NoCapacity, OutcomeUnknown, Throttled

FAULTS = (RuntimeError("inside"), OSError("inside"))
ENDINGS = (None, None, None, *FAULTS, Throttled("x"), NoCapacity("x"), OutcomeUnknown("x"), CloudDown("x"))
few = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
writes = (
    calls("create_storage_bucket")
    | calls("create_storage_bucket", "grant", "arguments")
    | calls("create_storage_bucket", "grant")
)
reads = calls("get_health")
verdicts = st.sampled_from(["allow", "allow", "allow", "deny", "ask"])


def sound(response: Response, *, fault: bool = False, stale: bool = False) -> None:
    """A 202 without a body, or a JSON-RPC answer with the right status and nothing of the inside. That we failed is
    said only where there was a `fault`, and that nobody has judged only of a `stale` Grant."""
    if response.status == 202:
        assert response.body == b""
        return
    answer = json.loads(response.body)
    assert answer["jsonrpc"] == "2.0"
    assert set(answer) in ({"jsonrpc", "id", "result"}, {"jsonrpc", "id", "error"})
    assert response.status in (200, 400, 401, 404, *([500] if fault else []), *([503] if stale else []))
    assert response.status == 200 or "error" in answer
    assert b"Traceback" not in response.body
    assert b"inside" not in response.body
    if "error" in answer:
        assert isinstance(answer["error"]["message"], str)
        assert (answer["error"]["code"] == INTERNAL_ERROR) == (response.status == 500)


def granted(world: World, sent: Sent) -> Grant | None:
    """The Grant that goes with a call."""
    if sent.grant is None:
        return None
    try:
        arguments = sent.arguments if sent.follows and sent.tool == "create_storage_bucket" else BUCKET
        wanted = create_storage_bucket.Input.model_validate(arguments)
    except ValidationError:
        wanted = create_storage_bucket.Input.model_validate(BUCKET)
    own = {"arguments_digest": digest(wanted.model_dump(mode="json")), "principal": sent.who}
    return world.grant(**own | sent.grant)


async def answered(world: World, sent: Sent, grant: Grant | None = None) -> dict[str, str]:
    """The headers of a call that had a sound answer, and was done only as it was allowed to its caller."""
    token = world.signer.token(sent.who, "aws")
    headers, body = sent.written(token, world.signer.grant(grant) if grant else "")
    endpoint = world.bucket if sent.tool == "create_storage_bucket" else world.health
    response = await endpoint.rpc(headers, body)
    stale = grant is not None and grant.revision != world.gate.revision
    sound(response, fault=bool(world.handler.calls) and world.handler.raises in FAULTS, stale=stale)
    allowed = [asked for asked in world.gate.asked if world.gate.says(asked) == "allow"]
    for wanted, _ in world.handler.calls:
        assert headers["authorization"] == f"Bearer {token}"
        judged = {(asked["action"]["tool"], asked["principal"]["id"], digest(asked["resource"])) for asked in allowed}
        assert judged == {(sent.tool, sent.who.id, digest(wanted.model_dump(mode="json")))}
    if sent.unchanged and allowed and world.handler.raises is None:
        assert (len(world.handler.calls), response.status) == (1, 200)
        assert json.loads(response.body)["result"]["isError"] is False
    return headers


@few
@given(sent=writes, verdict=verdicts, ending=st.sampled_from(ENDINGS))
async def test_a_write_is_done_only_as_it_was_granted_and_allowed(
    sent: Sent, verdict: Verdict, ending: Exception | None
) -> None:
    world = World()
    world.gate.says = always(verdict)
    world.handler.raises = ending
    grant = granted(world, sent)
    headers = await answered(world, sent, grant)
    for wanted, key in world.handler.calls:
        assert grant is not None
        assert headers["tollgate-grant"] == world.signer.grant(grant)
        fitting = world.grant(
            arguments_digest=digest(wanted.model_dump(mode="json")), principal=sent.who, run=grant.run
        )
        assert (grant, key) == (fitting, grant.key)


@few
@given(sent=reads, verdict=verdicts, ending=st.sampled_from(ENDINGS))
async def test_a_read_is_done_only_as_it_was_allowed(sent: Sent, verdict: Verdict, ending: Exception | None) -> None:
    world = World()
    world.gate.says = always(verdict)
    world.handler.raises = ending
    await answered(world, sent)


@pytest.mark.parametrize("sends", [writes, reads])
def test_more_than_a_quarter_of_what_is_sent_is_done_where_the_gate_allows_it(sends: st.SearchStrategy[Sent]) -> None:
    done: list[int] = []

    @settings(few, derandomize=True, database=None)
    @given(sent=sends)
    def count(sent: Sent) -> None:
        world = World()
        asyncio.run(answered(world, sent, granted(world, sent)))
        done.append(len(world.handler.calls))

    count()
    assert sum(done) > len(done) / 4


@few
@given(sent=calls("create_storage_bucket", "envelope", "params"))
async def test_any_envelope_gets_an_answer_and_does_nothing_without_a_token(sent: Sent) -> None:
    world = World()
    headers, body = replace(sent, headers={"authorization": None}).written("")
    sound(await world.bucket.rpc(headers, body))
    assert world.handler.calls == []


@few
@given(st.binary(max_size=200))
async def test_any_bytes_get_an_answer(body: bytes) -> None:
    world = World()
    for endpoint in (world.bucket, world.health):
        sound(await endpoint.rpc({}, body))
    assert world.handler.calls == []


@few
@given(values, st.sampled_from(["2026-07-28", "2025-11-25", None]))
async def test_any_json_gets_an_answer(value: Any, revision: str | None) -> None:
    world = World()
    sound(await world.bucket.rpc({"mcp-protocol-version": revision} if revision else {}, json.dumps(value).encode()))
    assert world.handler.calls == []


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
    done: list[Json] = [wanted.model_dump(mode="json") for wanted, _ in world.handler.calls]
    assert [digest(exact) for exact in done] in ([], [grant.arguments_digest])
