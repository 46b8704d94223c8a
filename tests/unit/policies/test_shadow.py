"""Policies that are watched: where they differ it is told, and nothing else comes of them."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import pytest

from policies.engine.archive import assembled, texts_of
from policies.engine.embedded import Embedded
from policies.engine.shadow import WAITING, Shadowed
from tests.contract.gates import changed, training
from workflow.model.base import Json
from workflow.model.decision import Decision

LIVE = Embedded()


def stricter() -> Embedded:
    """The packaged policies, without any allowed region on AWS."""
    texts = texts_of()
    regions = texts["data/regions/data.json"].replace('"eu-west-1",', "")
    return Embedded(assembled(texts | {"data/regions/data.json": regions}, "x"))


@dataclass
class Told:
    """What was told of differences."""

    bodies: list[Json] = field(default_factory=list)

    async def __call__(self, body: Json) -> None:
        self.bodies.append(body)


async def test_a_differing_verdict_is_told_and_blocks_nothing() -> None:
    told, other = Told(), stricter()
    gate = Shadowed(LIVE, other, told)
    decision = await gate.decide(training())
    await gate.drained()
    assert decision == await LIVE.decide(training())
    (body,) = told.bodies
    assert body["live"] == {"verdict": "allow", "codes": [], "obligations": {}, "revision": LIVE.revision}
    assert body["shadow"]["verdict"] == "deny"
    assert body["shadow"]["codes"] == ["REGION_NOT_ALLOWED"]
    assert body["shadow"]["revision"] == other.revision != LIVE.revision
    assert body["input_digest"] == decision.input_digest
    assert "mia@acme" not in str(body)


async def test_the_same_difference_is_told_once_for_each_run() -> None:
    told = Told()
    gate = Shadowed(LIVE, stricter(), told)
    for run in ("run-1", "run-1", "run-2"):
        await gate.decide(changed(training(), "resource.tags.run", run))
        await gate.drained()
    assert len(told.bodies) == 2


async def test_the_same_verdict_is_not_told() -> None:
    told = Told()
    gate = Shadowed(LIVE, Embedded(), told)
    await gate.decide(training())
    await gate.decide(changed(training(), "principal.roles", ["viewer"]))
    await gate.drained()
    assert told.bodies == []


class Failing:
    """A shadow that fails in its own way."""

    def judge(self, question: Json) -> Decision:
        raise RuntimeError("broken")


class Slow:
    """A shadow that does not answer before it is let."""

    def __init__(self) -> None:
        self.let = threading.Event()

    def judge(self, question: Json) -> Decision:
        assert self.let.wait(20)
        return LIVE.judge(question)


async def test_a_shadow_that_fails_harms_nobody() -> None:
    broken: Any = Failing()
    gate = Shadowed(LIVE, broken, told := Told())
    assert (await gate.decide(training())).allowed
    await gate.drained()
    assert told.bodies == []


async def test_a_shadow_that_hangs_delays_nobody_and_piles_up_only_so_far() -> None:
    slow: Any = Slow()
    gate = Shadowed(LIVE, slow, Told())
    for _ in range(WAITING + 50):
        assert (await gate.decide(training())).allowed
    assert len(gate._pending) == WAITING
    slow.let.set()
    await gate.drained(20)
    assert not gate._pending


@pytest.mark.parametrize("question", [None, [], {}, {"principal": 1}])
async def test_what_is_no_question_is_denied_by_the_live_gate_alone(question: Any) -> None:
    gate = Shadowed(LIVE, stricter(), told := Told())
    assert await gate.decide(question) == await LIVE.decide(question)
    await gate.drained()
    assert told.bodies == []


async def test_a_ledger_that_fails_is_not_felt_by_the_caller() -> None:
    async def refuses(body: Json) -> None:
        raise OSError("disk full")

    gate = Shadowed(LIVE, stricter(), refuses)
    assert (await gate.decide(training())).allowed
    await gate.drained()
