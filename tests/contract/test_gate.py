"""Whatever engine judges: the same verdicts, and a denial for everything that goes wrong."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from policies.engine.bundle import PACKAGED, load_bundle
from tests.contract.gates import ENGINES, Engines, changed, reading, training
from workflow.model.base import Json, digest
from workflow.model.decision import Decision, Violation
from workflow.model.ports import Gate

Engine = Callable[[Path], Gate]


@pytest.fixture(scope="module", params=ENGINES)
async def engines(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engines]:
    kind = ENGINES[request.param](tmp_path_factory.mktemp("engines"))
    yield kind
    await kind.end()


@pytest.fixture
def engine(engines: Engines) -> Engine:
    return engines.made


@pytest.fixture
def gate(engine: Engine) -> Gate:
    return engine(PACKAGED)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "policies"
    shutil.copytree(PACKAGED, copy, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    return copy


def _answering(engine: Engine, folder: Path, rego: str) -> Gate:
    (folder / "gate" / "gate.rego").write_text(f"package gate\n{rego}\n")
    return engine(folder)


def _codes(decision: Decision) -> list[str]:
    return [violation.code for violation in decision.violations]


async def test_a_sound_call_is_allowed_with_what_was_judged_and_by_what(gate: Gate) -> None:
    asked = training()
    assert await gate.decide(asked) == Decision(
        verdict="allow", revision=load_bundle().revision, input_digest=digest(asked)
    )


async def test_a_region_outside_the_residency_is_denied_in_words(gate: Gate) -> None:
    asked = changed(changed(training(), "action.region", "us-east-1"), "resource.region", "us-east-1")
    decision = await gate.decide(asked)
    assert decision.verdict == "deny"
    assert decision.violations == (
        Violation(
            code="RESIDENCY",
            message="Region us-east-1 (aws) lies in US; this data must stay in EU.",
            remedy="Choose a region in one of the named jurisdictions, or have the owner of the data widen them.",
        ),
    )


async def test_past_a_soft_limit_a_person_is_asked(gate: Gate) -> None:
    decision = await gate.decide(changed(training(), "context.spend.tenant_month_cents", 2_000_000))
    assert (decision.verdict, _codes(decision)) == ("ask", ["BUDGET_SOFT"])


async def test_personal_data_obliges_to_encrypt(gate: Gate) -> None:
    decision = await gate.decide(changed(training(), "data.personal", True))
    assert (decision.verdict, decision.obligations) == ("allow", {"encrypt": True})


async def test_a_function_without_price_or_spend_allows_what_needs_neither(gate: Gate) -> None:
    asked = changed(
        changed(training(), "cost", None),
        "context",
        {"plane": "function", "now": "x", "spend": None, "freeze": None, "undo": False},
    )
    assert (await gate.decide(asked)).allowed


async def test_a_volume_goes_by_the_rules_for_what_is_created(gate: Gate) -> None:
    call = {"tool": "attach_volume", "risk": "write", "cloud": "aws", "region": "eu-west-1"}
    asked = changed(changed(training(), "action", call), "machine", None)
    volume = {"size_gib": 100, "instance": {"id": "i-1", "region": "eu-west-1"}}
    asked = changed(asked, "resource", {**asked["resource"], "region": "eu-west-1", **volume})
    assert (await gate.decide(asked)).allowed

    elsewhere = changed(asked, "resource.instance.region", "nowhere-1")
    assert _codes(await gate.decide(elsewhere)) == ["REGION_UNKNOWN", "RESIDENCY"]
    assert _codes(await gate.decide(changed(asked, "resource.encrypted", False))) == ["NOT_ENCRYPTED"]
    assert _codes(await gate.decide(changed(asked, "context.spend.tenant_month_cents", 2_000_000_000))) == [
        "BUDGET_HARD"
    ]


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("get_cost_estimate", {"sells": "machine", "regions": ["us-east-1"]}),
        ("get_quotas", {"region": "us-east-1", "machine": "p4d.24xlarge"}),
        ("get_health", {"resource": {"id": "i-1", "region": "us-east-1"}, "tenant": "acme"}),
    ],
)
async def test_a_viewer_may_read(gate: Gate, tool: str, arguments: Json) -> None:
    assert (await gate.decide(reading(tool, arguments))).allowed


async def test_a_viewer_may_not_read_anothers_health(gate: Gate) -> None:
    asked = reading("get_health", {"resource": {"id": "i-1", "region": "us-east-1"}, "tenant": "globex"})
    assert _codes(await gate.decide(asked)) == ["TENANT_ISOLATION"]


async def test_the_same_question_has_the_same_answer_in_any_order_of_fields(gate: Gate) -> None:
    asked = training()
    turned = dict(reversed(asked.items()))
    assert await gate.decide(asked) == await gate.decide(turned)


@pytest.mark.parametrize(
    "asked",
    [
        None,
        [],
        "allow",
        {},
        {"verdict": "allow"},
        {"price": float("nan")},
        {"price": 10**400},
        {"principal": {1: "a", "b": 2}},
        {"principal": object()},
        {"principal": "\ud800"},
    ],
    # A bare object's repr has its address in it, and every worker must collect the same names.
    ids=lambda asked: repr(asked).partition(" at 0x")[0],
)
async def test_what_is_no_question_is_denied(gate: Gate, asked: Any) -> None:
    assert (await gate.decide(asked)).verdict == "deny"


async def test_a_bottomless_question_is_denied(gate: Gate) -> None:
    deep: Json = {}
    for _ in range(2_000):
        deep = {"resource": deep}
    assert (await gate.decide(training() | {"resource": deep})).verdict == "deny"
    circular = training()
    circular["resource"]["again"] = circular
    assert (await gate.decide(circular)).verdict == "deny"
    assert (await gate.decide(training())).allowed


async def test_after_a_failure_it_still_judges(gate: Gate) -> None:
    assert _codes(await gate.decide({"price": float("nan")})) == ["GATE_ERROR"]
    assert (await gate.decide(training())).allowed


async def test_it_judges_in_whatever_thread_it_is_asked(engines: Engines, gate: Gate) -> None:
    async def ask() -> Decision:
        found = await gate.decide(training())
        await engines.close(gate)
        return found

    here = await gate.decide(training())
    there = await asyncio.gather(*(asyncio.to_thread(asyncio.run, ask()) for _ in range(4)))
    assert there == [here] * 4


@pytest.mark.parametrize(
    "rego",
    [
        "other := 1",
        "decision if input.no.such.field",
        "decision := true",
        'decision := "allow"',
        "decision := {}",
        'decision := {"verdict": "allow"}',
        'decision := {"verdict": "ALLOW", "violations": [], "obligations": {}}',
        'decision := {"verdict": "allow", "violations": [], "obligations": {}, "extra": 1}',
        'decision := {"verdict": "allow", "violations": [], "obligations": []}',
        'decision := {"verdict": "allow", "violations": {}, "obligations": {}}',
        'decision := {"verdict": "allow", "violations": [data.lib.violation("RESIDENCY", "x")], "obligations": {}}',
        'decision := {"verdict": "allow", "violations": [{"code": 1}], "obligations": {}}',
        'decision := {"verdict": ["allow"], "violations": [], "obligations": {}}',
        'decision := {"verdict": "deny", "violations": [], "obligations": {}}',
        'decision := {"verdict": "ask", "violations": [], "obligations": {}}',
        'decision := {"verdict": "allow", "violations": [], "obligations": {}} if count(5) == 1',
        'decision := {"verdict": "allow", "violations": [], "obligations": {}}\n\ndecision := "two"',
    ],
)
async def test_an_answer_of_another_shape_is_a_denial(engine: Engine, folder: Path, rego: str) -> None:
    decision = await _answering(engine, folder, rego).decide(training())
    # OPA does not even start over policies that it can see are wrong, and then nobody is there to ask.
    assert (decision.verdict, _codes(decision)) in [("deny", ["GATE_ERROR"]), ("deny", ["GATE_UNAVAILABLE"])]
    assert decision.violations[0].remedy


async def test_a_rule_that_fails_denies(engine: Engine, folder: Path) -> None:
    (folder / "rules" / "role" / "role.rego").write_text('package rules\nagrees contains "role" if nonsense(1)\n')
    assert (await engine(folder).decide(training())).verdict == "deny"


@pytest.mark.parametrize("rule", sorted(path.name for path in (PACKAGED / "rules").iterdir()))
async def test_a_bundle_without_one_of_the_rules_denies(engine: Engine, folder: Path, rule: str) -> None:
    (folder / "rules" / rule / f"{rule}.rego").unlink()
    assert (await engine(folder).decide(training())).verdict == "deny"


@pytest.mark.parametrize("name", sorted(path.name for path in (PACKAGED / "data").iterdir() if path.is_dir()))
@pytest.mark.parametrize("content", [None, {}, {"aws": 5}])
async def test_faulty_data_denies_everything_and_is_named(
    engine: Engine, folder: Path, name: str, content: Json | None
) -> None:
    file = folder / "data" / name / "data.json"
    if content is None:
        file.unlink()
    else:
        file.write_text(json.dumps(content))
    decision = await engine(folder).decide(training())
    assert (decision.verdict, _codes(decision)) == ("deny", ["POLICY_DATA"])
    assert f"data.{name}" in decision.violations[0].message
