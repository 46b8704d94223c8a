"""deploy_model on every cloud: deploy, canary, promote, roll back, and everything that can go wrong on the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pydantic import ValidationError

from mcp_handlers.azure.client import connect as connect_azure
from mcp_handlers.tools import deploy_model as tool
from tests.contract.clouds.serving_benches import BENCHES, RIVAL, Bench, Seen
from workflow.model.errors import (
    CloudDown,
    NoCapacity,
    NotFound,
    OutcomeUnknown,
    QuotaExceeded,
    RegionDown,
    Rejected,
    Throttled,
    TollgateError,
    Unhealthy,
)

KEYS = tuple(f"{number:040x}" for number in range(6))


@pytest.fixture(params=sorted(BENCHES))
def bench(request: pytest.FixtureRequest) -> Bench:
    local = request.getfixturevalue(request.param)
    if request.param == "azure":
        return BENCHES["azure"](local, connect_azure(local.environment))
    return BENCHES[request.param](local, local.clients() if request.param == "aws" else local.connect())


def percents(shares: tool.Shares) -> list[int]:
    return [share.percent for share in shares]


def second(bench: Bench, bucket: str, percent: int = 10) -> tuple[tool.Output, tool.Output]:
    """A first model, and a second beside it."""
    first = bench.call(bench.wanted(bucket), KEYS[0])
    return first, bench.call(bench.wanted(bucket, model="models/chat/2", canary_percent=percent), KEYS[1])


def move(bench: Bench, action: str, key: str, **changes: Any) -> tool.Output:
    wanted = tool.Input.model_validate(
        {**bench.wanted("b").model_dump(), "bucket": None, "model": "", "image": "", "action": action, **changes}
    )
    return bench.call(wanted, key)


def undo(bench: Bench, wanted: tool.Input, made: tool.Output) -> None:
    assert tool.TOOL.undo is not None
    for number, step in enumerate(tool.TOOL.undo(wanted, made)):
        bench.perform(step.tool, step.arguments, f"u{number}" + made.endpoint.id)
        bench.settled(made.endpoint)


def test_a_first_model_takes_all_traffic_and_scales_between_its_bounds(bench: Bench) -> None:
    bucket = bench.bucket()
    made = bench.call(bench.wanted(bucket, min_replicas=2, max_replicas=5, canary_percent=10), KEYS[0])

    assert (made.before, percents(made.after)) == ((), [100])
    assert made.resources[0].id == f"{made.endpoint.id}/{made.after[0].variant}"
    image, artifact = "registry.example/acme/serve:1", f"{bucket}/models/chat/1"
    assert bench.seen() == [Seen(100, (2, 5), bench.machine, image, artifact)]
    assert bench.health(made.resources[0]) == bench.health(made.endpoint) == "healthy"


def test_a_canary_gets_its_share_and_the_previous_model_is_kept(bench: Bench) -> None:
    bucket = bench.bucket()
    first, made = second(bench, bucket, 10)

    assert (percents(made.before), percents(made.after)) == ([100], [90, 10])
    assert made.before == first.after
    assert [(one.percent, one.artifact) for one in bench.seen()] == [
        (90, f"{bucket}/models/chat/1"),
        (10, f"{bucket}/models/chat/2"),
    ]


@pytest.mark.parametrize(
    ("action", "changes", "after"),
    [("promote", {}, [0, 100]), ("promote", {"canary_percent": 50}, [50, 50]), ("roll_back", {}, [100, 0])],
)
def test_traffic_is_moved_and_moved_back(bench: Bench, action: str, changes: dict[str, int], after: list[int]) -> None:
    second(bench, bench.bucket(), 10)
    wanted = tool.Input.model_validate({**bench.wanted("b").model_dump(), "action": action, **changes})

    made = bench.call(wanted, KEYS[2])
    assert (percents(made.before), percents(made.after), made.resources) == ([90, 10], after, ())
    assert [one.percent for one in bench.seen()] == after

    undo(bench, wanted, made)
    assert [one.percent for one in bench.seen()] == [90, 10]


def test_what_was_rolled_back_can_be_promoted_again(bench: Bench) -> None:
    second(bench, bench.bucket())
    move(bench, "roll_back", KEYS[2])
    assert percents(move(bench, "promote", KEYS[3]).before) == [100, 0]
    assert [one.percent for one in bench.seen()] == [0, 100]


@pytest.mark.parametrize(("promoted", "kept"), [(True, "models/chat/2"), (False, "models/chat/1")])
def test_a_third_model_replaces_what_was_not_promoted_else_the_oldest(bench: Bench, promoted: bool, kept: str) -> None:
    bucket = bench.bucket()
    second(bench, bucket)
    if promoted:
        move(bench, "promote", KEYS[2])

    bench.call(bench.wanted(bucket, model="models/chat/3", canary_percent=20), KEYS[3])
    assert [(one.percent, one.artifact) for one in bench.seen()] == [
        (80, f"{bucket}/{kept}"),
        (20, f"{bucket}/models/chat/3"),
    ]


def test_undoing_a_third_deploy_does_not_bring_back_the_canary_that_it_took_away(bench: Bench) -> None:
    """As the contract says: promote a canary, or roll it back, before deploying another."""
    bucket = bench.bucket()
    second(bench, bucket, 10)
    wanted = bench.wanted(bucket, model="models/chat/3", canary_percent=20)
    undo(bench, wanted, bench.call(wanted, KEYS[2]))
    assert [(one.percent, one.artifact) for one in bench.seen()] == [(100, f"{bucket}/models/chat/1")]


def test_undoing_a_third_deploy_gives_everything_back_to_what_was_promoted(bench: Bench) -> None:
    bucket = bench.bucket()
    second(bench, bucket, 10)
    move(bench, "promote", KEYS[2])
    wanted = bench.wanted(bucket, model="models/chat/3", canary_percent=20)
    undo(bench, wanted, bench.call(wanted, KEYS[3]))
    assert [(one.percent, one.artifact) for one in bench.seen()] == [(100, f"{bucket}/models/chat/2")]


@pytest.mark.parametrize("percent", [1, 99, 100])
def test_a_canary_of_any_size_is_deployed_rolled_back_and_brought_back(bench: Bench, percent: int) -> None:
    bucket = bench.bucket()
    _, made = second(bench, bucket, percent)
    assert percents(made.after) == [one.percent for one in bench.seen()] == [100 - percent, percent]
    again = bench.call(bench.wanted(bucket, model="models/chat/2", canary_percent=percent), KEYS[1])
    assert again == made

    wanted = tool.Input.model_validate({**bench.wanted("b").model_dump(), "action": "roll_back"})
    back = bench.call(wanted, KEYS[2])
    assert (percents(back.before), percents(back.after)) == ([100 - percent, percent], [100, 0])
    assert [one.percent for one in bench.seen()] == [100, 0]

    undo(bench, wanted, back)
    assert [one.percent for one in bench.seen()] == [100 - percent, percent]


@pytest.mark.parametrize("percent", [1, 99, 100])
def test_a_canary_is_promoted_to_any_size(bench: Bench, percent: int) -> None:
    second(bench, bench.bucket(), 10)
    made = move(bench, "promote", KEYS[2], canary_percent=percent)
    assert (percents(made.before), percents(made.after)) == ([90, 10], [100 - percent, percent])
    assert [one.percent for one in bench.seen()] == [100 - percent, percent]


def test_undoing_the_first_deploy_leaves_nothing(bench: Bench) -> None:
    wanted = bench.wanted(bench.bucket(), max_replicas=3)
    made = bench.call(wanted, KEYS[0])
    undo(bench, wanted, made)
    assert bench.seen() == []
    assert bench.held() == set()
    assert bench.health(made.resources[0]) == bench.health(made.endpoint) == "gone"
    assert not bench.release(made.endpoint)


def test_undoing_a_canary_gives_its_traffic_back(bench: Bench) -> None:
    bucket = bench.bucket()
    _, made = second(bench, bucket)
    undo(bench, bench.wanted(bucket), made)
    assert [(one.percent, one.artifact) for one in bench.seen()] == [(100, f"{bucket}/models/chat/1")]
    assert bench.health(made.resources[0]) == "gone"
    assert not bench.release(made.resources[0])


def test_releasing_the_endpoint_takes_both_models_away(bench: Bench) -> None:
    _, made = second(bench, bench.bucket())
    assert bench.release(made.endpoint)
    assert bench.settled(made.endpoint) == "gone"
    assert bench.held() == set()


@pytest.mark.parametrize("action", ["deploy", "promote", "roll_back"])
def test_the_same_call_again_changes_nothing_and_answers_the_same(bench: Bench, action: str) -> None:
    bucket = bench.bucket()
    second(bench, bucket)
    wanted = bench.wanted(bucket, action=action, model="models/chat/3")
    made = bench.call(wanted, KEYS[2])
    seen, held = bench.seen(), bench.held()
    assert bench.call(wanted, KEYS[2]) == made
    assert (bench.seen(), bench.held()) == (seen, held)


@pytest.mark.parametrize("beside", [False, True])
def test_twenty_at_once_with_one_key_deploy_one_model(bench: Bench, beside: bool) -> None:
    bucket = bench.bucket()
    if beside:
        bench.call(bench.wanted(bucket), KEYS[0])
    wanted = bench.wanted(bucket, model="models/chat/2", canary_percent=25)
    handler = bench.handler("deploy_model")

    def deploy(_: int) -> tool.Output | None:
        try:
            return handler(wanted, bench.clients, KEYS[1])  # type: ignore[no-any-return]
        except Throttled:
            return None

    with ThreadPoolExecutor(20) as pool:
        answers = [answer for answer in pool.map(deploy, range(20)) if answer is not None]
    made = bench.call(wanted, KEYS[1])
    assert answers == [made] * len(answers)
    assert [one.percent for one in bench.seen()] == ([75, 25] if beside else [100])


MOVES = [("promote", [0, 100]), ("roll_back", [100, 0])]


@pytest.mark.parametrize(("action", "after"), MOVES)
def test_twenty_at_once_with_one_key_move_the_traffic_once(bench: Bench, action: str, after: list[int]) -> None:
    second(bench, bench.bucket(), 10)
    wanted = tool.Input.model_validate({**bench.wanted("b").model_dump(), "action": action})
    handler = bench.handler("deploy_model")

    def shift(_: int) -> tool.Output | None:
        try:
            return handler(wanted, bench.clients, KEYS[2])  # type: ignore[no-any-return]
        except Throttled:
            return None

    with ThreadPoolExecutor(20) as pool:
        answers = [answer for answer in pool.map(shift, range(20)) if answer is not None]
    made = bench.call(wanted, KEYS[2])
    assert answers == [made] * len(answers)
    assert (percents(made.before), percents(made.after)) == ([90, 10], after)
    assert [one.percent for one in bench.seen()] == after


@pytest.mark.parametrize(("action", "after"), MOVES)
@pytest.mark.parametrize("fate", ["error", "lost"])
def test_after_a_moves_answer_was_lost_the_same_call_gives_it(
    bench: Bench, fate: str, action: str, after: list[int]
) -> None:
    second(bench, bench.bucket(), 10)
    bench.fault(fate, operation=bench.shift, times=1)
    with pytest.raises(OutcomeUnknown):
        move(bench, action, KEYS[2])
    made = move(bench, action, KEYS[2])
    assert (percents(made.before), percents(made.after)) == ([90, 10], after)
    assert move(bench, action, KEYS[2]) == made
    assert [one.percent for one in bench.seen()] == after


def test_a_lost_answer_is_given_again(bench: Bench) -> None:
    wanted = bench.wanted(bench.bucket())
    first = bench.call(wanted, KEYS[0])
    bench.fault("error")
    with pytest.raises(TollgateError):
        bench.call(wanted, KEYS[0])
    bench.heal()
    assert bench.call(wanted, KEYS[0]) == first
    assert len(bench.seen()) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"endpoint": "Chat"}, {"endpoint": "9chat"}, {"endpoint": "ch"}, {"endpoint": "chat-"}, {"endpoint": "c" * 33},
        {"canary_percent": 0}, {"canary_percent": 101}, {"min_replicas": 0}, {"min_replicas": 3, "max_replicas": 2},
        {"max_replicas": 1001}, {"bucket": None}, {"model": ""}, {"image": ""}, {"model": "../other"},
        {"model": "a//b"}, {"model": "/a"}, {"image": "-x"}, {"action": "delete"}, {"machine": ""}, {"weights": 1},
        {"region": "EU"},
    ],
)  # fmt: skip
def test_a_wrong_field_is_refused_before_any_cloud(changes: dict[str, Any]) -> None:
    asked = {
        "region": "eu-west-1", "endpoint": "chat", "machine": "m5.xlarge", "bucket": "b1", "model": "m/1",
        "image": "acme/serve:1", "tags": RIVAL,
    }  # fmt: skip
    assert tool.Input.model_validate(asked).action == "deploy"
    with pytest.raises(ValidationError):
        tool.Input.model_validate(asked | changes)


@pytest.mark.parametrize("changes", [{"encrypted": False}, {"public": True}])
def test_what_is_open_or_unencrypted_is_never_made(bench: Bench, changes: dict[str, bool]) -> None:
    with pytest.raises(Rejected):
        bench.call(bench.wanted("b1", **changes), KEYS[0])
    assert bench.held() == set()


@pytest.mark.parametrize("action", ["promote", "roll_back"])
def test_an_endpoint_that_is_not_there_is_not_found(bench: Bench, action: str) -> None:
    with pytest.raises(NotFound):
        move(bench, action, KEYS[0])


def test_a_bucket_that_is_not_there_is_not_found(bench: Bench) -> None:
    with pytest.raises(NotFound):
        bench.call(bench.wanted("nosuchbucket"), KEYS[0])
    assert bench.held() == set()


def test_there_is_nothing_before_the_first_model_to_roll_back_to(bench: Bench) -> None:
    bench.call(bench.wanted(bench.bucket()), KEYS[0])
    with pytest.raises(Rejected, match="no previous variant"):
        move(bench, "roll_back", KEYS[1])


def test_another_tenants_endpoint_cannot_be_used_seen_or_released(bench: Bench) -> None:
    made = bench.call(bench.wanted(bench.bucket()), KEYS[0])
    theirs = bench.bucket("c" * 40, RIVAL)
    for action in ("promote", "roll_back"):
        with pytest.raises(NotFound):
            move(bench, action, KEYS[1], tags=RIVAL)
    with pytest.raises(Rejected):
        bench.call(bench.wanted(theirs, tags=RIVAL), KEYS[1])
    for resource in (made.endpoint, made.resources[0]):
        with pytest.raises(NotFound):
            bench.health(resource, "rival")
        with pytest.raises(NotFound):
            bench.release(resource, "rival")
    assert [one.percent for one in bench.seen()] == [100]


def test_another_tenants_bucket_is_not_served_from(bench: Bench) -> None:
    with pytest.raises(NotFound):
        bench.call(bench.wanted(bench.bucket(tags=RIVAL)), KEYS[0])
    assert bench.held() == set()


FAULTS: list[tuple[str, dict[str, Any], type[TollgateError]]] = [
    ("throttle", {}, Throttled),
    ("region_down", {}, RegionDown),
    ("cloud_down", {}, CloudDown),
    ("no_capacity", {}, NoCapacity),
    ("quota", {"limit": 0}, QuotaExceeded),
]


@pytest.mark.parametrize(("kind", "how", "raised"), FAULTS)
@pytest.mark.parametrize("beside", [False, True])
def test_each_trouble_has_its_error_and_leaves_what_was_there(
    bench: Bench, kind: str, how: dict[str, Any], raised: type[TollgateError], beside: bool
) -> None:
    bucket = bench.bucket()
    if beside:
        bench.call(bench.wanted(bucket), KEYS[0])
    seen, held = bench.seen(), used(bench)
    where = {} if kind == "cloud_down" else {"region": bench.region}
    bench.fault(kind, **where, **how)
    with pytest.raises(raised):
        bench.call(bench.wanted(bucket, model="models/chat/2", canary_percent=10), KEYS[1])
    bench.heal()
    assert bench.seen() == seen
    assert used(bench) == held


def used(bench: Bench) -> set[str]:
    """What is held, but for SageMaker's configurations: an unused one costs nothing and goes with the endpoint."""
    return {name for name in bench.held() if not name.startswith("chat-c")}


def test_an_error_of_the_clouds_leaves_the_outcome_to_be_asked_again(bench: Bench) -> None:
    bucket = bench.bucket()
    bench.call(bench.wanted(bucket), KEYS[0])
    wanted = bench.wanted(bucket, model="models/chat/2", canary_percent=10)
    bench.fault("error", operation=bench.create, times=1)
    with pytest.raises(OutcomeUnknown):
        bench.call(wanted, KEYS[1])
    assert percents(bench.call(wanted, KEYS[1]).after) == [90, 10]
    assert [one.percent for one in bench.seen()] == [90, 10]


def test_a_container_that_does_not_come_up_is_told_and_gets_no_traffic(bench: Bench) -> None:
    bucket = bench.bucket()
    bench.call(bench.wanted(bucket), KEYS[0])
    bench.fault("unhealthy", times=1)
    wanted = bench.wanted(bucket, model="models/chat/2", canary_percent=10)
    try:
        made = bench.call(wanted, KEYS[1])
    except Unhealthy:
        assert bench.cloud != "aws"
    else:
        assert bench.settled(made.resources[0]) == "unhealthy"
    assert [one.percent for one in bench.seen()] == [100]
