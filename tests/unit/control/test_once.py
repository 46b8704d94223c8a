"""An effect happens once, also where an answer was lost on the way."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.forward import Forward
from mcp_handlers.kernel.response import Response
from mcp_handlers.tools import create_storage_bucket, get_health
from mcp_handlers.tools.get_cost_estimate import Priced
from tests.fakes.gate import ToldGate
from tests.fakes.offers import priced
from tests.fakes.world import BUCKET, NOW, RESOURCE, World, call
from workflow.control.decide import Control
from workflow.control.front import Front
from workflow.control.rate import Limit, Limits, Rates
from workflow.model.base import Json
from workflow.model.errors import CloudDown, NoCapacity, OutcomeUnknown
from workflow.model.principal import Principal
from workflow.store.store import open_store

TOOLS = {t.name: t for t in (create_storage_bucket.TOOL, get_health.TOOL)}
Way = Callable[[Response], tuple[int, bytes]]


def arrives(answer: Response) -> tuple[int, bytes]:
    """Nothing happens to it."""
    return answer.status, answer.body


def lost(answer: Response) -> tuple[int, bytes]:
    """The function did its work, and nobody heard."""
    raise OutcomeUnknown("no answer")


def gateway_timeout(answer: Response) -> tuple[int, bytes]:
    """What a gateway says when a function takes longer than it waits."""
    return 504, b'{"message": "Endpoint request timed out"}'


def unreachable(answer: Response) -> tuple[int, bytes]:
    """No connection."""
    raise CloudDown("no connection")


@dataclass
class House:
    """A front before two functions; `ways` is what happens to their answers, one after the other."""

    world: World
    control: Control
    limit: Limit = field(default_factory=lambda: Limit(per_second=1, burst=100))
    ways: list[Way] = field(default_factory=list)
    grants: list[str] = field(default_factory=list)
    metas: list[Json] = field(default_factory=list)

    def __post_init__(self) -> None:
        rates = Rates(Limits(risks={"read": self.limit, "write": self.limit}), self.world.clock)
        self.front = Endpoint(Front(self.control, {"aws": Forward("aws", "", self.post)}, self.world.identity, rates))

    async def post(self, url: str, headers: Any, body: bytes) -> tuple[int, bytes]:
        """To the function, and its answer on its way back."""
        self.grants.append(headers.get("tollgate-grant", ""))
        self.metas.append(json.loads(body)["params"]["_meta"])
        endpoint = self.world.bucket if url.endswith("bucket") else self.world.health
        return (self.ways.pop(0) if self.ways else arrives)(await endpoint.rpc(headers, body))

    async def ask(self, tool: str, arguments: Json, **meta: Any) -> Response:
        """A call of the control plane."""
        message = json.loads(call(tool, {"cloud": "aws", **arguments}))
        message["params"]["_meta"] |= meta
        headers = self.world.headers(tool, {"cloud": "aws", **arguments}, plane="control")
        return await self.front.rpc(headers, json.dumps(message).encode())

    async def write(self, **meta: Any) -> Json:
        """A bucket."""
        found: Json = json.loads((await self.ask("create_storage_bucket", BUCKET, **meta)).body)["result"]
        return found

    async def told(self) -> list[str]:
        """The kinds of the ledger's entries, and the money's states."""
        entries = await self.control.store.entries()
        (run,) = {entry.event.run for entry in entries}
        money = [held.state for held in await self.control.store.list_reservations(run)]
        return [entry.event.kind for entry in entries] + money


async def one_cent(principal: Principal, cloud: str, wanted: Json) -> Priced | None:
    """Everything costs a cent."""
    return priced(10_000)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Over a real store."""
    world = World()
    async with open_store(tmp_path / "t.db") as store:
        yield House(world, Control(TOOLS, ToldGate(), store, world.signer, world.clock, one_cent))


def error(result: Json) -> Json:
    """Its error."""
    found: Json = result["_meta"]["tollgate/error"]
    return found


@pytest.mark.parametrize("way", [lost, gateway_timeout])
async def test_a_lost_answer_is_asked_for_again_with_the_same_key(house: House, way: Way) -> None:
    house.ways = [way]
    result = await house.write()
    assert result["isError"] is False
    assert len({key for _, key in house.world.handler.calls}) == 1
    assert (len(house.grants), len(set(house.grants))) == (2, 1)
    assert await house.told() == ["call.decided", "call.unknown", "call.done", "settled"]


@pytest.mark.parametrize("second", [lost, gateway_timeout, unreachable])
async def test_an_outcome_that_stays_unknown_is_reported_as_unknown_and_its_money_stays_held(
    house: House, second: Way
) -> None:
    house.ways = [lost, second]
    result = await house.write()
    assert (error(result)["code"], error(result)["retryable"]) == ("OUTCOME_UNKNOWN", True)
    assert len(house.grants) == 2
    assert await house.told() == ["call.decided", "call.unknown", "call.failed", "held"]
    assert (await house.write())["isError"] is False
    assert len({key for _, key in house.world.handler.calls}) == 1


async def test_a_refusal_of_the_cloud_settles_an_unknown_outcome(house: House) -> None:
    house.ways = [lost]
    house.world.handler.raises = NoCapacity("none left")
    assert error(await house.write())["code"] == "NO_CAPACITY"
    assert (await house.told())[-1] == "released"


async def test_a_function_that_broke_inside_may_have_acted(house: House) -> None:
    house.world.handler.raises = RuntimeError("a fault of ours after the cloud said yes")
    assert error(await house.write())["code"] == "OUTCOME_UNKNOWN"
    assert (await house.told())[-1] == "held"


async def test_what_could_not_be_sent_is_not_sent_again(house: House) -> None:
    house.ways = [unreachable]
    assert error(await house.write())["code"] == "CLOUD_DOWN"
    assert len(house.grants) == 1


async def test_a_lost_answer_to_a_read_means_that_the_cloud_is_down(house: House) -> None:
    house.ways = [lost]
    response = await house.ask("get_health", {"resource": RESOURCE, "tenant": "acme"})
    assert error(json.loads(response.body)["result"])["code"] == "CLOUD_DOWN"


async def test_the_same_key_with_other_arguments_is_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.write()
    kept = await house.control.store.get_receipt(house.world.handler.calls[0][1])
    assert kept is not None

    async def another(key: str) -> Any:
        return kept.model_copy(update={"arguments_digest": "0" * 64})

    monkeypatch.setattr(house.control.store, "get_receipt", another)
    again = error(await house.write())
    assert (again["code"], again["message"]) == ("BAD_REQUEST", "This effect was performed with other arguments.")
    assert len(house.world.handler.calls) == 1


async def test_the_deadline_goes_on_to_the_function_and_nothing_is_begun_after_it(house: House) -> None:
    soon = round(NOW.timestamp() * 1000) + 30_000
    assert (await house.write(**{"tollgate/deadline": soon}))["isError"] is False
    assert house.metas[0]["tollgate/deadline"] == soon
    house.world.clock.forward(seconds=31)
    assert error(await house.write(**{"tollgate/deadline": soon}))["code"] == "DEADLINE_EXCEEDED"
    assert len(house.metas) == 1


async def test_a_tenant_that_calls_too_often_gets_a_429_and_no_money_is_held(house: House) -> None:
    house.limit = Limit(per_second=0.25, burst=1)
    house.__post_init__()
    await house.write()
    response = await house.ask("create_storage_bucket", BUCKET | {"name": "another-bucket"})
    refusal = json.loads(response.body)["error"]
    assert (response.status, response.headers["retry-after"]) == (429, "4")
    assert (refusal["data"]["code"], refusal["data"]["retry_after"]) == ("RATE_LIMITED", 4.0)
    assert len(house.grants) == 1


async def test_a_function_that_is_full_says_so_through_the_control_plane(house: House) -> None:
    house.world.bulkhead._free.acquire()
    for _ in range(3):
        house.world.bulkhead._free.acquire()
    response = await house.ask("get_health", {"resource": RESOURCE, "tenant": "acme"})
    assert (response.status, json.loads(response.body)["error"]["data"]["code"]) == (429, "OVERLOADED")
    assert error(await house.write())["code"] == "OVERLOADED"
