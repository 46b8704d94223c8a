"""The function's chain under trouble: what is repeated, given up, refused at once or shed, as the caller sees it."""

import asyncio
import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mcp_handlers.kernel import deadline
from mcp_handlers.kernel.breaker import PAUSE, THRESHOLD
from mcp_handlers.kernel.bulkhead import Bulkhead, Lane
from tests.fakes.world import BUCKET, NOW, RESOURCE, World, call
from workflow.model.base import Json, Noun
from workflow.model.errors import BadRequest, DeadlineExceeded, Overloaded, RegionDown, Throttled

READ = {"resource": RESOURCE, "tenant": "acme"}


def carrying(body: bytes, **meta: Any) -> bytes:
    """The call with more in its `_meta`."""
    message = json.loads(body)
    message["params"]["_meta"] |= {name.replace("__", "/"): value for name, value in meta.items()}
    return json.dumps(message).encode()


def millis(seconds: float) -> int:
    """So many seconds from the world's now."""
    return round((NOW + timedelta(seconds=seconds)).timestamp() * 1000)


async def read(world: World, **meta: Any) -> Json:
    """get_health's result."""
    body = carrying(call("get_health", READ), **meta)
    response = await world.health.rpc(world.headers("get_health"), body)
    found: Json = json.loads(response.body)["result"]
    return found


async def write(world: World, **meta: Any) -> Json:
    """create_storage_bucket's result."""
    body = carrying(call("create_storage_bucket", BUCKET), **meta)
    response = await world.bucket.rpc(world.headers("create_storage_bucket", grant=world.grant()), body)
    found: Json = json.loads(response.body)["result"]
    return found


def code(result: Json) -> str:
    """The error's code."""
    found: str = result["_meta"]["tollgate/error"]["code"]
    return found


class Failing:
    """A handler that fails so many times before it works."""

    def __init__(self, world: World, error: Exception, times: int) -> None:
        self.world, self.error, self.left = world, error, times
        world.handler.before = self

    def __call__(self) -> None:
        """Fail, if any failures are left."""
        if self.left:
            self.left -= 1
            raise self.error


async def test_a_throttled_write_is_repeated_with_the_same_key() -> None:
    world = World()
    Failing(world, Throttled("slow down", retry_after=2), 1)
    result = await write(world)
    assert result["isError"] is False
    assert [key for _, key in world.handler.calls] == [world.grant().key] * 2
    assert world.slept == [2]


async def test_how_long_to_wait_reaches_the_caller() -> None:
    world = World()
    Failing(world, Throttled("slow down", retry_after=60), 9)
    result = await write(world)
    assert result["_meta"]["tollgate/error"] == {
        "code": "THROTTLED",
        "message": "slow down",
        "remedy": "It is tried again with a growing pause.",
        "retryable": True,
        "retry_after": 60,
    }


async def test_a_region_that_does_not_answer_is_soon_not_asked_any_more_and_later_again() -> None:
    world = World()
    failing = Failing(world, RegionDown("down"), THRESHOLD)
    for _ in range(THRESHOLD):
        assert code(await write(world)) == "REGION_DOWN"
    asked = len(world.handler.calls)
    refused = await write(world)
    assert code(refused) == "REGION_DOWN"
    assert refused["_meta"]["tollgate/error"]["retry_after"] > 0
    assert len(world.handler.calls) == asked == THRESHOLD
    world.clock.moment += PAUSE
    assert failing.left == 0
    assert (await write(world))["isError"] is False


@pytest.mark.parametrize("ask", [read, write])
async def test_what_is_already_late_is_not_begun(ask: Callable[..., Any]) -> None:
    world = World()
    assert code(await ask(world, tollgate__deadline=millis(-0.001))) == "DEADLINE_EXCEEDED"
    assert (world.handler.calls, world.gate.asked) == ([], [])


@pytest.mark.parametrize("ask", [read, write])
async def test_what_is_late_when_the_gate_has_spoken_is_not_begun(
    ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    decide = world.gate.decide

    async def slowly(question: Json) -> Any:
        world.clock.forward(seconds=1)
        return await decide(question)

    monkeypatch.setattr(world.gate, "decide", slowly)
    assert code(await ask(world, tollgate__deadline=millis(0.5))) == "DEADLINE_EXCEEDED"
    assert world.handler.calls == []


async def test_a_service_that_is_down_shuts_the_circuit_of_no_other_in_its_region() -> None:
    world = World()
    failing = Failing(world, RegionDown("down"), 10 * THRESHOLD)
    endpoint = {"resource": {**RESOURCE, "kind": "endpoint"}, "tenant": "acme"}
    headers = world.headers("get_health")
    for _ in range(THRESHOLD):
        await world.health.rpc(headers, call("get_health", endpoint))
    shut = json.loads((await world.health.rpc(headers, call("get_health", endpoint))).body)["result"]
    assert code(shut) == "REGION_DOWN"
    assert "aws eu-west-1 endpoint has not answered" in shut["content"][0]["text"]
    failing.left = 0
    assert (await read(world))["isError"] is False


@pytest.mark.parametrize("said", ["soon", 1.5, True, -1, 0, 10**18, [], {}])
async def test_a_deadline_that_is_no_time_is_refused(said: Any) -> None:
    world = World()
    assert code(await read(world, tollgate__deadline=said)) == "BAD_REQUEST"
    assert world.handler.calls == []


@pytest.mark.parametrize(("ask", "expected"), [(read, "DEADLINE_EXCEEDED"), (write, "OUTCOME_UNKNOWN")])
async def test_the_wait_for_a_cloud_ends_at_the_deadline(ask: Callable[..., Any], expected: str) -> None:
    world, go = World(), threading.Event()
    world.handler.before = lambda: _wait(go)
    result = await ask(world, tollgate__deadline=millis(0.05))
    go.set()
    assert code(result) == expected
    assert len(world.handler.calls) == 1


async def test_callers_with_short_deadlines_open_no_circuit() -> None:
    world, go = World(places=THRESHOLD + 1), threading.Event()
    world.handler.before = lambda: _wait(go)
    for _ in range(THRESHOLD):
        assert code(await write(world, tollgate__deadline=millis(0.01))) == "OUTCOME_UNKNOWN"
    go.set()
    world.handler.before = None
    assert (await write(world))["isError"] is False


async def test_a_handler_sees_how_long_its_caller_waits() -> None:
    world, seen = World(), []
    world.handler.before = lambda: seen.append(deadline.remaining(world.clock.now(), 100.0))
    await read(world, tollgate__deadline=millis(30))
    await read(world, tollgate__deadline=millis(300))
    await read(world)
    assert seen == [30.0, 100.0, 100.0]


async def test_more_calls_than_it_takes_are_shed_with_a_429() -> None:
    world, go = World(places=2), threading.Event()
    world.handler.before = lambda: _wait(go)
    first = [asyncio.create_task(read(world)) for _ in range(2)]
    await until(lambda: len(world.handler.calls) == 2)
    response = await world.health.rpc(world.headers("get_health"), call("get_health", READ))
    go.set()
    assert (response.status, response.headers["retry-after"]) == (429, "1")
    assert json.loads(response.body)["error"] == {
        "code": -32000,
        "message": "aws has as many calls under way as it takes.",
        "data": {
            "code": "OVERLOADED",
            "remedy": "Wait as long as `retry_after` says, then send the same call again.",
            "retryable": True,
            "retry_after": 1.0,
        },
    }
    assert [r["isError"] for r in await asyncio.gather(*first)] == [False, False]
    assert (await read(world))["isError"] is False


async def test_a_slow_cloud_takes_no_place_from_another() -> None:
    go, slow, quick = threading.Event(), Bulkhead("slow", 1), Bulkhead("quick", 1)
    held = asyncio.create_task(slow.run(lambda: _wait(go), None))
    await until(lambda: slow._free._value == 0)
    with pytest.raises(Overloaded):
        await slow.run(lambda: None, None)
    assert await quick.run(lambda: "done", None) == "done"
    go.set()
    await held


async def test_a_call_that_was_given_up_keeps_its_place_until_it_ends() -> None:
    go, one = threading.Event(), Bulkhead("one", 1)
    with pytest.raises(TimeoutError):
        await one.run(lambda: _wait(go), 0.01)
    with pytest.raises(Overloaded):
        await one.run(lambda: None, None)
    go.set()
    await until(lambda: one._free._value == 1)
    assert await one.run(lambda: "done", None) == "done"


async def test_calls_one_after_the_other_are_all_done_by_the_same_thread() -> None:
    many = Bulkhead("many", 8)
    assert len({await many.run(threading.get_ident, None) for _ in range(50)}) == 1
    go = threading.Event()
    held = asyncio.create_task(many.run(lambda: _wait(go), None))
    await until(lambda: many._free._value == 7)
    assert len({await many.run(threading.get_ident, None) for _ in range(50)}) == 1
    go.set()
    await held


@pytest.mark.parametrize(("raised", "arrives"), [(ValueError, ValueError), (StopIteration, RuntimeError)])
async def test_what_the_thread_raises_reaches_the_caller_and_frees_the_place(
    raised: type[Exception], arrives: type[Exception]
) -> None:
    one = Bulkhead("one", 1)

    def work() -> None:
        raise raised

    for _ in range(2):
        with pytest.raises(arrives):
            await asyncio.wait_for(one.run(work, None), 5)


def test_a_thread_that_is_done_after_its_loop_was_closed_is_there_for_the_next() -> None:
    go, one = threading.Event(), Bulkhead("one", 1)

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            await one.run(lambda: _wait(go), 0.01)

    async def again() -> int:
        await until(lambda: one._free._value == 1)
        return await one.run(threading.active_count, None)

    asyncio.run(give_up())
    before = threading.active_count()
    go.set()
    assert asyncio.run(again()) == before


async def test_a_lane_has_so_many_places_and_gives_them_back() -> None:
    lane = Lane("aws", 1)
    async with lane.place():
        with pytest.raises(Overloaded):
            async with lane.place():
                raise AssertionError("no place was free")
    async with lane.place():
        pass


def test_a_deadline_within_a_deadline_is_the_sooner_of_the_two() -> None:
    sooner, later = NOW + timedelta(seconds=5), NOW + timedelta(seconds=9)
    for outer, inner in ((sooner, later), (later, sooner), (sooner, None), (None, sooner)):
        with deadline.kept(outer, NOW), deadline.kept(inner, NOW):
            assert deadline.current() == sooner
            assert deadline.read(deadline.written(deadline.current())) == sooner
    assert (deadline.current(), deadline.written(None), deadline.read({})) == (None, {}, None)
    with pytest.raises(DeadlineExceeded), deadline.kept(sooner, sooner):
        raise AssertionError("it had passed")
    with pytest.raises(BadRequest):
        deadline.read({deadline.DEADLINE: "x"})


def test_a_gateway_says_in_a_header_how_many_milliseconds_are_left() -> None:
    half = {deadline.HEADER: "500"}
    soon, later = NOW + timedelta(milliseconds=500), NOW + timedelta(seconds=9)
    assert deadline.asked(half, {}, NOW) == deadline.asked(half, deadline.written(later), NOW) == soon
    assert deadline.asked({}, deadline.written(later), NOW) == later
    assert deadline.asked({}, {}, NOW) is None
    for wrong in ("", "-1", "1.5", "²", "soon", "9" * 11):
        with pytest.raises(BadRequest, match=deadline.HEADER):
            deadline.asked({deadline.HEADER: wrong}, {}, NOW)


def test_a_request_to_a_cloud_takes_its_own_time_or_what_the_deadline_leaves_and_a_moment_to_say_so() -> None:
    assert deadline.allowed(20.0) == 20.0
    with deadline.within(6_000):
        assert 5 < deadline.allowed(20.0) <= 5 + deadline.GRACE_SECONDS
        assert deadline.allowed(3.0) == 3.0
    with deadline.within(0):
        assert deadline.allowed(20.0) == deadline.GRACE_SECONDS


def _wait(go: threading.Event) -> Noun | None:
    assert go.wait(30)
    return None


async def until(condition: Callable[[], bool]) -> None:
    """Give the others turns until the condition holds."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - threads change it, and they know nothing of events
            await asyncio.sleep(0)
