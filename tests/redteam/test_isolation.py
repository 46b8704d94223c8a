"""Attempts to reach from one tenant into another, or from one person's run into another's."""

import json
from datetime import UTC, datetime

import pytest

from tests.redteam.attack import case, stopped_by
from tests.redteam.house import ADA, BOB, BUCKET, EVE, MACHINE, ML, TAGS, House, by
from workflow.model.base import Json
from workflow.model.ports import Event
from workflow.model.principal import Principal
from workflow.model.run import Run
from workflow.model.workload import Request

WALL = "a call is about its caller's own tenant"


async def begun(house: House, who: Principal, run: str = "r-victim") -> str:
    """A run that is on its way."""
    now = datetime.now(UTC)
    request = Request(id=run, text="a machine", principal=who, submitted_at=now)
    await house.store.save_run(
        Run(id=run, tenant=who.tenant, state="running", request=request, created_at=now, updated_at=now)
    )
    return run


HELD = {"resource": {"cloud": "aws", "kind": "bucket", "id": "b", "region": "eu-west-1"}, "tenant": "acme"}
ROUTE = {"region": "eu-west-1", "zone": "Z", "record": "a.b", "tenant": "acme", "from_target": "a", "to_target": "b"}


@stopped_by(WALL)
@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("create_storage_bucket", {**BUCKET, "tags": {**TAGS, "owner": EVE.id}}),
        ("provision_compute", {**MACHINE, "tags": {**TAGS, "owner": EVE.id}}),
        ("release_resource", HELD),
        ("rotate_secret", {"region": "eu-west-1", "secret": "acme/db", "tenant": "acme"}),
        ("failover_route", ROUTE),
        ("get_health", HELD),
    ],
)
async def test_another_tenants_administrator_acts_on_ours(house: House, tool: str, arguments: Json) -> None:
    house.insist(await house.call(tool, arguments, EVE), "TENANT_ISOLATION")
    function = await house.at_function(tool, arguments, EVE)
    assert function.code in ("TENANT_ISOLATION", "UNAUTHORIZED")
    house.insist_effects(0)


@stopped_by(WALL)
@pytest.mark.parametrize("tenant", ["acme ", "ACME", "аcme", "acme\u200b", "acme,umbrella", "*", ""])
async def test_a_tenants_name_that_looks_like_ours(house: House, tenant: str) -> None:
    answer = await house.call("create_storage_bucket", by(EVE, BUCKET, tenant=tenant), EVE)
    house.insist(answer, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("owner", "thief"),
    [
        case(ADA, EVE, by="a call is part of its caller's own run", name="another tenant"),
        case(
            ADA,
            ADA.model_copy(update={"tenant": "umbrella"}),
            by="a call is part of its caller's own run",
            name="namesake",
        ),
        case(ADA, BOB, by="a call is part of its caller's own run", name="colleague"),
    ],
)
async def test_a_call_is_written_into_somebody_elses_run(house: House, owner: Principal, thief: Principal) -> None:
    run = await begun(house, owner)
    answer = await house.call(
        "create_storage_bucket", by(thief, BUCKET), thief, meta={"tollgate/run": run, "tollgate/step": "s"}
    )
    house.insist(answer, "BAD_REQUEST")
    assert list(await house.store.entries(run=run)) == []


@stopped_by("a call is part of its caller's own run")
async def test_a_colleague_performs_what_was_approved_for_somebody_else(house: House) -> None:
    run, told = await begun(house, ML), {"tollgate/run": "r-victim", "tollgate/step": "s"}
    arguments = by(ML, MACHINE, environment="production")
    await house.call("provision_compute", arguments, ML, meta=told)
    (asked,) = await house.store.list_approvals(tenant="acme", unclosed=True, limit=10)
    grace = ML.model_copy(update={"id": "grace@example.com", "roles": ("operator",)})
    await house.desk.say(grace, asked.request.id, approved=True)
    colleague = ML.model_copy(update={"id": "max@example.com"})
    house.insist(await house.call("provision_compute", arguments, colleague, meta=told), "BAD_REQUEST")
    assert run == told["tollgate/run"]


@stopped_by("an effect's key is made from its tenant too")
async def test_two_tenants_send_the_very_same_call(house: House) -> None:
    first = await house.call("create_storage_bucket", by(ADA, BUCKET))
    namesake = Principal(id=ADA.id, tenant="umbrella", roles=("developer",), channel="mcp")
    second = await house.call("create_storage_bucket", by(namesake, BUCKET), namesake)
    assert (first.code, second.code) == ("", "")
    keys = {answer.body["result"]["_meta"]["tollgate/receipt"]["key"] for answer in (first, second)}
    assert len(keys) == 2
    house.insist_effects(2)


@stopped_by("an effect's key is made from its arguments too")
async def test_a_step_that_was_done_is_sent_with_other_arguments(house: House) -> None:
    run = await begun(house, ADA)
    told = {"tollgate/run": run, "tollgate/step": "s"}
    assert (await house.call("create_storage_bucket", BUCKET, meta=told)).code == ""
    assert (await house.call("create_storage_bucket", {**BUCKET, "public": True}, meta=told)).code == "PUBLIC_ACCESS"
    house.insist_effects(1)


@stopped_by("a function's receipt is taken for its own effect only")
@pytest.mark.parametrize(
    "change",
    [
        {"key": "0" * 40}, {"run": "r-victim"}, {"tool": "release_resource"}, {"cloud": "gcp"},
        {"arguments_digest": "0" * 64},
        {"resources": [{"cloud": "gcp", "kind": "instance", "id": "theirs", "region": "europe-west4"}]},
        {"key": None}, {"more": 1},
    ],
)  # fmt: skip
async def test_a_function_that_answers_with_anothers_receipt(house: House, change: Json) -> None:
    def tampered(body: bytes) -> bytes:
        answer = json.loads(body)
        answer["result"]["_meta"]["tollgate/receipt"] |= change
        return json.dumps(answer).encode()

    await begun(house, EVE)
    house.tampers = tampered
    answer = await house.call("create_storage_bucket", BUCKET)
    house.insist(answer, "OUTCOME_UNKNOWN", effects=1)
    assert await house.store.get_receipt("0" * 40) is None
    assert await house.store.list_receipts("r-victim") == []


@stopped_by("no Grant is signed against a freeze")
@pytest.mark.parametrize(("scope", "name"), [("global", ""), ("tenant", "acme"), ("cloud", "aws")])
async def test_a_write_while_writes_are_stopped(house: House, scope: str, name: str) -> None:
    await house.emergency.freeze(scope, name, "an incident")  # type: ignore[arg-type]
    for send in (house.call, house.at_catalog):
        house.insist(await send("create_storage_bucket", BUCKET), "FROZEN")
    undo = {"undo": True, "context": {"freeze": []}}
    house.insist(await house.call("create_storage_bucket", BUCKET, meta=undo), "FROZEN")
    house.insist(await house.at_function("create_storage_bucket", BUCKET), "UNAUTHORIZED")


@stopped_by("a task is its owner's")
async def test_somebody_elses_task_is_asked_for(house: House) -> None:
    said = {"principal": ADA.id, "tool": "create_storage_bucket", "arguments": {"cloud": "aws", **BUCKET}, "meta": {}}
    await house.store.append(Event(run="task-known", tenant="acme", kind="task.began", body=said, at=datetime.now(UTC)))
    for who in (BOB, EVE, ADA.model_copy(update={"tenant": "umbrella"})):
        for method in ("tasks/get", "tasks/cancel"):
            able: Json = {"extensions": {"io.modelcontextprotocol/tasks": {}}}
            meta = {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": able,
            }
            body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {"taskId": "known", "_meta": meta}}
            headers = {"mcp-protocol-version": "2026-07-28", "mcp-method": method, "mcp-name": "known"}
            headers |= {"authorization": f"Bearer {house.token(who)}"}
            house.insist(await house.raw(house.endpoints["/mcp"], headers, json.dumps(body).encode()), "-32602")
