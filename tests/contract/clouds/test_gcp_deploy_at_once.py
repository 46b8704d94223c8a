"""Several processes deploy one variant on Vertex AI at the same moment: locks of one process are switched off here."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest

from infra.local.gcp.metadata import PROJECT
from mcp_handlers.gcp import deploy_model, endpoints
from mcp_handlers.tools.deploy_model import Input, Output
from tests.contract.clouds.gcp_cloud import LocalGcp
from tests.contract.clouds.serving_benches import GcpBench
from workflow.model.errors import NoCapacity, OutcomeUnknown, Rejected, TollgateError

KEYS = ("0" * 40, "1" * 40)
PARENT = f"projects/{PROJECT}/locations/{GcpBench.region}"
ENDPOINT = f"{PARENT}/endpoints/chat"


@pytest.fixture
def bench(gcp: LocalGcp, monkeypatch: pytest.MonkeyPatch) -> GcpBench:
    monkeypatch.setattr(deploy_model, "_LOCKS", (nullcontext(),))
    return GcpBench(gcp, gcp.connect())


def at_once(bench: GcpBench, wanted: Input, callers: int, key: str = KEYS[0]) -> list[Output | TollgateError]:
    """What each of so many processes is told."""

    def deploy(_: int) -> Output | TollgateError:
        try:
            return deploy_model.call(wanted, bench.local.connect(), key)
        except TollgateError as error:
            return error

    with ThreadPoolExecutor(callers) as pool:
        return list(pool.map(deploy, range(callers)))


def model(key: str) -> str:
    return f"{PARENT}/models/chat-{endpoints.effect_number(key)}"


@pytest.mark.parametrize("callers", [2, 8])
def test_they_make_one_endpoint_with_one_variant_and_all_answer_the_same(bench: GcpBench, callers: int) -> None:
    wanted = bench.wanted(bench.bucket())
    answers = at_once(bench, wanted, callers)

    made = bench.call(wanted, KEYS[0])
    assert answers == [made] * callers
    assert bench.held() == {ENDPOINT, model(KEYS[0])}
    assert [one.percent for one in bench.seen()] == [100]


@pytest.mark.parametrize("callers", [2, 8])
def test_beside_another_variant_they_make_one_and_drop_the_replaced_one(bench: GcpBench, callers: int) -> None:
    bucket = bench.bucket()
    bench.call(bench.wanted(bucket), "a" * 40)
    bench.call(bench.wanted(bucket, canary_percent=10), KEYS[0])
    wanted = bench.wanted(bucket, model="models/chat/2", canary_percent=25)
    answers = at_once(bench, wanted, callers, KEYS[1])

    assert answers == [bench.call(wanted, KEYS[1])] * callers
    assert bench.held() == {ENDPOINT, model("a" * 40), model(KEYS[1])}
    assert [one.percent for one in bench.seen()] == [75, 25]


@pytest.mark.parametrize("fault", ["no_capacity", "unhealthy"])
def test_who_fails_leaves_what_the_others_made(bench: GcpBench, fault: str) -> None:
    wanted = bench.wanted(bench.bucket())
    bench.fault(fault, times=1)
    answers = at_once(bench, wanted, 8)

    succeeded = [answer for answer in answers if isinstance(answer, Output)]
    seen = bench.seen()
    made = bench.call(wanted, KEYS[0])
    assert succeeded == [made] * len(succeeded)
    assert [one.percent for one in seen] == ([100] if succeeded else [])
    assert bench.held() == {ENDPOINT, model(KEYS[0])}


def test_a_repeat_that_fails_leaves_what_the_first_call_made_and_says_so(bench: GcpBench) -> None:
    wanted = bench.wanted(bench.bucket())
    bench.fault("error", operation=bench.create, times=1)
    with pytest.raises(OutcomeUnknown):
        bench.call(wanted, KEYS[0])
    held = bench.held()
    bench.fault("no_capacity", times=1)
    with pytest.raises(NoCapacity) as refused:
        bench.call(wanted, KEYS[0])

    assert held == bench.held() == {ENDPOINT, model(KEYS[0])}
    assert "may be left in europe-west4" in refused.value.remedy
    bench.call(wanted, KEYS[0])
    assert [one.percent for one in bench.seen()] == [100]


def test_a_variant_that_comes_up_while_nobody_can_look_is_kept_for_the_repeat(bench: GcpBench) -> None:
    bucket = bench.bucket()
    bench.call(bench.wanted(bucket), "a" * 40)
    wanted = bench.wanted(bucket, canary_percent=10)
    bench.fault("region_down", operation=f"{ENDPOINT}/operations/", times=1)
    with pytest.raises(OutcomeUnknown, match="is up, though"):
        bench.call(wanted, KEYS[0])

    assert [one.percent for one in bench.seen()] == [100, 0]
    bench.call(wanted, KEYS[0])
    assert [one.percent for one in bench.seen()] == [90, 10]


def test_a_model_of_the_same_name_that_is_not_the_effects_own_is_not_served(bench: GcpBench) -> None:
    wanted = bench.wanted(bench.bucket())
    theirs = {"displayName": "theirs", "containerSpec": {"imageUri": "theirs"}}
    name = model(KEYS[0]).rpartition("/")[2]
    body = {"modelId": name, "model": theirs}
    bench.local.http.post(f"/v1/{PARENT}/models:upload", json=body).raise_for_status()

    with pytest.raises(Rejected, match=f"the model name {name} is taken"):
        bench.call(wanted, KEYS[0])
    assert bench.held() == {model(KEYS[0])}
