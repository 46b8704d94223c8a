"""A tool whose contract moved on: whoever speaks the earlier version is served as before, through every door."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from mcp_types import ListToolsResult

from mcp_handlers.kernel.catalog import Catalog
from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.forward import Forward
from mcp_handlers.kernel.identity import SignedIdentity
from mcp_handlers.kernel.listing import listed
from mcp_handlers.tools import create_storage_bucket as first
from mcp_handlers.tools.contract import Tool
from mcp_handlers.tools.get_cost_estimate import Priced
from tests.fakes import versions
from tests.fakes.gate import ToldGate
from tests.fakes.offers import priced
from tests.fakes.world import ADA, BUCKET, NOW, World, call
from workflow.control.decide import Control
from workflow.control.front import Front
from workflow.control.judging import call_of
from workflow.control.rate import Rates, limits
from workflow.deploy.undoing import pending
from workflow.model.base import Json, Noun, digest
from workflow.model.errors import UnknownVersion
from workflow.model.plan import Step
from workflow.model.resource import Receipt
from workflow.model.run import Run
from workflow.model.workload import Request
from workflow.store.store import open_store

NAME = versions.TOOL.name
OLD: Json = {**BUCKET, "versioned": False}
NEW: Json = {**BUCKET, "keeps_versions": False}
RECEIPT = "tollgate/receipt"
ERROR = "tollgate/error"


def exact(arguments: Json, shape: type[Noun]) -> Json:
    """With every default filled in."""
    return shape.model_validate(arguments).model_dump(mode="json")


async def one_cent(principal: Any, cloud: str, wanted: Json) -> Priced | None:
    """Everything costs a cent."""
    return priced(10_000)


@dataclass
class House:
    """Control plane, catalog and function over one store, all with the same contract; `tool` is which."""

    world: World
    store: Any
    tool: Tool
    done: list[Noun] = field(default_factory=list)

    def __post_init__(self) -> None:
        world, performer = self.world, versions.handler(self.done) if self.tool is versions.TOOL else None
        self.function = Endpoint(world.function(self.tool, performer))
        self.control = Control(
            tools={NAME: self.tool}, gate=ToldGate(), store=self.store, signer=world.signer, clock=world.clock,
            estimate=one_cent,
        )  # fmt: skip
        clouds = {"aws": Forward("aws", "http://aws", self._to(lambda: self.function))}
        rates = Rates(limits(), world.clock)
        self.front = Endpoint(Front(self.control, clouds, world.identity, rates))
        theirs = SignedIdentity(world.keys, "aws", world.clock)
        restricted = Endpoint(Front(self.control, clouds, theirs, rates, only="aws"))
        self.catalog = Endpoint(
            Catalog(
                cloud="aws", tools={NAME: self.tool}, functions=clouds["aws"],
                control=Forward("aws", "http://control", self._to(lambda: restricted)), identity=theirs,
                trust=world.keys,
                clock=world.clock,
            )
        )  # fmt: skip

    def _to(self, endpoint: Any) -> Any:
        async def post(url: str, headers: Any, body: bytes) -> tuple[int, bytes]:
            response = await endpoint().rpc(headers, body)
            return response.status, response.body

        return post

    async def ask(
        self, door: str, arguments: Json, version: Any = None, *, meta: Json | None = None, **headers: Any
    ) -> Json:
        """One call through the function, the catalog or the front."""
        sent = {"cloud": "aws", **arguments} if door == "front" else arguments
        body = json.loads(call(NAME, sent))
        said = {} if version is None else {"tollgate/version": version}
        body["params"]["_meta"] |= said | (meta or {})
        plane = "control" if door == "front" else "aws"
        asked = self.world.headers(NAME, sent, plane=plane, **headers)
        answer = json.loads((await getattr(self, door).rpc(asked, json.dumps(body).encode())).body)
        result: Json = answer["result"] if "result" in answer else answer["error"]
        return result


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """With the contract that has two versions."""
    async with open_store(tmp_path / "t.db") as store:
        yield House(World(), store, versions.TOOL)


@pytest.mark.parametrize("door", ["catalog", "front"])
@pytest.mark.parametrize(("version", "arguments"), [(1, OLD), (None, OLD)])
async def test_an_older_caller_is_answered_in_its_own_words(
    house: House, door: str, version: int | None, arguments: Json
) -> None:
    result = await house.ask(door, arguments, version)
    assert result["isError"] is False, result
    assert result["structuredContent"].keys() == {"resources", "url"}
    assert json.loads(result["content"][0]["text"]) == result["structuredContent"]
    assert house.done == [versions.Input.model_validate(NEW)]


@pytest.mark.parametrize("door", ["catalog", "front"])
@pytest.mark.parametrize(("version", "arguments"), [(2, NEW), (None, NEW), (None, BUCKET), (2, BUCKET)])
async def test_todays_caller_is_answered_in_todays_words(
    house: House, door: str, version: int | None, arguments: Json
) -> None:
    result = await house.ask(door, arguments, version)
    assert result["structuredContent"].keys() == {"resources", "address"}
    assert result["_meta"][RECEIPT]["version"] == 2


@pytest.mark.parametrize("version", [1, None])
async def test_a_function_alone_takes_the_grant_of_an_older_caller(house: House, version: int | None) -> None:
    grant = house.world.grant(arguments_digest=digest(exact(OLD, first.Input)))
    result = await house.ask("function", OLD, version, grant=grant)
    assert result["structuredContent"]["url"] == "s3://x"
    receipt = result["_meta"][RECEIPT]
    assert (receipt["output"], "version" in receipt) == (result["structuredContent"], False)
    assert receipt["arguments_digest"] == digest(exact(OLD, first.Input))


async def test_a_grant_for_one_version_does_not_carry_a_call_in_another(house: House) -> None:
    for_first = house.world.grant(arguments_digest=digest(exact(BUCKET, versions.Input)))
    refused = await house.ask("function", BUCKET, 2, grant=for_first)
    assert refused["message"] == "The Grant was given for another version."
    assert house.done == []


@pytest.mark.parametrize("door", ["function", "catalog", "front"])
@pytest.mark.parametrize(
    ("version", "code", "words"),
    [
        (3, "UNKNOWN_VERSION", "create_storage_bucket has no version 3 here; served are 1, 2."),
        (0, "UNKNOWN_VERSION", "create_storage_bucket has no version 0 here; served are 1, 2."),
        ("2", "BAD_REQUEST", "_meta tollgate/version is a whole number."),
        (True, "BAD_REQUEST", "_meta tollgate/version is a whole number."),
    ],
)
async def test_an_unknown_version_is_refused_and_nothing_is_done(
    house: House, door: str, version: Any, code: str, words: str
) -> None:
    result = await house.ask(door, BUCKET, version, grant=house.world.grant())
    error = result["_meta"][ERROR]
    assert (error["code"], error["message"], house.done) == (code, words, [])
    assert error["remedy"]


@pytest.mark.parametrize("door", ["function", "catalog", "front"])
async def test_who_names_a_version_is_held_to_its_words(house: House, door: str) -> None:
    assert "versioned" in (await house.ask(door, OLD, 2, grant=house.world.grant()))["content"][0]["text"]
    assert "keeps_versions" in (await house.ask(door, NEW, 1, grant=house.world.grant()))["content"][0]["text"]
    assert house.done == []


async def test_the_same_call_is_the_same_effect_before_and_after_the_contract_moved_on(house: House) -> None:
    request = Request(id="r1", text="x", principal=ADA, submitted_at=NOW)
    run = Run(id="r1", tenant=ADA.tenant, state="running", request=request, created_at=NOW, updated_at=NOW)
    await house.store.save_run(run)
    meta = {"tollgate/run": "r1", "tollgate/step": "s"}
    before = House(house.world, house.store, first.TOOL)
    made = await before.ask("front", OLD, meta=meta)
    assert made["isError"] is False, made
    assert await house.ask("front", OLD, 1, meta=meta) == made
    assert await house.ask("front", OLD, meta=meta) == made
    assert (len(house.world.handler.calls), house.done) == (1, [])


async def test_the_ledger_says_which_version_was_spoken_and_judges_todays_arguments(house: House) -> None:
    await house.ask("front", OLD, 1)
    (decided,) = [e.event.body for e in await house.store.entries() if e.event.kind == "call.decided"]
    assert decided["version"] == 1
    assert decided["question"]["resource"] == exact(NEW, versions.Input)


def test_a_step_that_was_drafted_earlier_is_judged_as_today_and_undone_as_then() -> None:
    step = Step(name="s", tool=NAME, cloud="aws", arguments=exact(OLD, first.Input), key="k", cost_cents=0)
    contracts = {NAME: versions.TOOL}
    assert call_of(contracts, step).arguments == exact(NEW, versions.Input)
    assert call_of({NAME: first.TOOL}, step).arguments == step.arguments
    made = {"cloud": "aws", "kind": "bucket", "id": "tg1", "region": "eu-west-1", "zone": ""}
    receipt = Receipt(
        key="k", run="r1", step="s", tool=NAME, cloud="aws", arguments_digest="d", decision_digest="d",
        policy_revision="r", output={"resources": [made], "url": "s3://x"}, resources=(), started_at=NOW,
        finished_at=NOW,
    )  # fmt: skip
    (undo,) = pending(contracts, [step], [receipt])
    assert (undo.tool, undo.arguments) == ("release_resource", {"resource": made, "tenant": ADA.tenant})
    with pytest.raises(UnknownVersion, match="no version 3"):
        call_of(contracts, step.model_copy(update={"version": 3}))


async def test_clients_are_told_of_the_versions(house: House) -> None:
    (tool,) = ListToolsResult.model_validate({"tools": [listed(versions.TOOL)]}).tools
    assert tool.meta == {"tollgate/version": 2, "tollgate/versions": [1, 2]}
    assert "keeps_versions" in tool.input_schema["properties"]


@pytest.mark.parametrize(("version", "earlier"), [(3, (versions.EARLIER,)), (1, (versions.EARLIER,)), (0, ())])
def test_a_contract_with_a_gap_in_its_versions_is_no_contract(version: int, earlier: Any) -> None:
    with pytest.raises(ValueError, match="one by one"):
        replace(versions.TOOL, version=version, earlier=earlier)
