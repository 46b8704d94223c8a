"""`tollgate policy`, as its authors and auditors use it."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from functions.cli.policy import app
from functions.judges import live
from policies.engine.bundle import PACKAGED, load_bundle
from policies.engine.embedded import Embedded
from policies.engine.opa_check import opa_findings
from tests.contract.gates import changed, training
from tests.contract.opa import binary
from tests.unit.policies.test_archive import keys
from workflow.model.base import Json
from workflow.model.ports import Event
from workflow.store.store import open_store

ALLOWED, DENIED = training(), changed(training(), "principal.roles", ["viewer"])


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home with two decisions in its ledger."""
    for name in ("TOLLGATE_OPA_URL", "TOLLGATE_POLICIES", "TOLLGATE_SHADOW_POLICIES", "TOLLGATE_POLICY_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TOLLGATE_HOME", str(tmp_path))
    monkeypatch.delenv("TOLLGATE_DATABASE_URL", raising=False)
    asyncio.run(_decided(tmp_path))
    live.cache_clear()
    yield tmp_path
    live.cache_clear()


async def _decided(home: Path) -> None:
    async with open_store(home / "tollgate.db") as store:
        for run, question in (("r1", ALLOWED), ("r2", DENIED)):
            decision = Embedded().judge(question).model_dump(mode="json")
            body: Json = {"tool": "provision_compute", "question": question, "decision": decision}
            at = datetime.now(UTC)
            await store.append(Event(run=run, tenant="acme", kind="call.decided", body=body, at=at))


@pytest.fixture
def stricter(tmp_path: Path) -> Path:
    """Policies that allow one region less."""
    copy = tmp_path / "stricter"
    shutil.copytree(PACKAGED, copy, ignore=shutil.ignore_patterns("__pycache__", "*.py", "*_test.rego"))
    regions = copy / "data" / "regions" / "data.json"
    regions.write_text(regions.read_text().replace('"eu-west-1",', ""))
    return copy


def policy(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def as_json(*words: str) -> Any:
    return json.loads(policy(*words, "--json").stdout)


@pytest.fixture(autouse=True)
def no_opa(monkeypatch: pytest.MonkeyPatch) -> None:
    """OPA's own word is asked for below, about something small: over all tests it takes its time."""
    monkeypatch.setattr("functions.cli.policy.opa_findings", lambda texts: None)


def test_what_a_real_opa_objects_to_is_told() -> None:
    binary()
    sound = {"a/a.rego": "package a\n\nb := 1\n", "a/a_test.rego": "package a_test\n\ntest_b if data.a.b == 1\n"}
    assert opa_findings(sound) == ()
    assert "test_b" in " ".join(opa_findings(sound | {"a/a.rego": "package a\n\nb := 2\n"}) or ())
    assert "unsafe" in " ".join(opa_findings(sound | {"a/c.rego": "package a\n\nc if d\n"}) or ())


def test_the_packaged_policies_pass() -> None:
    found = policy("check")
    assert "not checked by OPA" in found.output
    assert found.exit_code == 0, found.output
    assert load_bundle().revision[:16] in found.output
    assert as_json("test")["failed"] == []


@pytest.mark.parametrize(
    ("name", "text", "code", "said"),
    [
        ("gate/gate.rego", "package gate\ndecision := {", 1, "BAD_BUNDLE"),
        ("data/roles/data.json", "{}", 1, "data.roles is missing or empty"),
        ("gate/gate_test.rego", "package gate_test\n\ntest_never if false\n", 1, "data.gate_test.test_never"),
    ],
)
def test_policies_that_do_not_pass_are_named_and_not_packed(
    stricter: Path, name: str, text: str, code: int, said: str
) -> None:
    (stricter / name).write_text(text)
    found = policy("check", str(stricter))
    assert (found.exit_code, said in found.output) == (code, True), found.output
    assert policy("bundle", str(stricter / "out.tar.gz"), "--policies", str(stricter)).exit_code == 1
    assert not (stricter / "out.tar.gz").exists()


def test_a_denial_is_explained_with_its_rule_its_remedy_and_its_place() -> None:
    (found,) = as_json("explain", "r2")
    assert (found["verdict"], found["tools"]) == ("deny", ["provision_compute"])
    reason = next(each for each in found["reasons"] if each["code"] == "ROLE_FORBIDDEN")
    rules = json.loads((PACKAGED / "data" / "violations" / "data.json").read_text())
    assert reason["rule"]["title"] == rules["ROLE_FORBIDDEN"]["title"]
    path, _, line = reason["rule"]["where"].partition(":")
    assert "ROLE_FORBIDDEN" in "\n".join((PACKAGED / path).read_text().splitlines()[: int(line)])
    shown = policy("explain", "r2")
    assert "what to do: Ask an administrator" in shown.output
    assert reason["rule"]["where"] in shown.output


def test_a_decision_is_explained_by_its_digest_and_a_question_by_its_file(tmp_path: Path) -> None:
    (by_run,) = as_json("explain", "r2")
    assert as_json("explain", by_run["input_digest"][:12]) == [by_run]
    file = tmp_path / "question.json"
    file.write_text(json.dumps(DENIED))
    (by_file,) = as_json("explain", str(file))
    assert by_file["reasons"] == by_run["reasons"]


def test_what_is_not_there_is_not_explained(tmp_path: Path) -> None:
    assert policy("explain", "nobody").exit_code == 2
    file = tmp_path / "half.json"
    file.write_text("{")
    assert "no JSON" in policy("explain", str(file)).output


def test_other_policies_are_compared_on_past_decisions(stricter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = policy("diff", "--since", "1h", "--policies", str(stricter), "--json")
    assert found.exit_code == 6
    told = json.loads(found.stdout)
    assert told["decisions"] == 2
    assert told["revision"] == load_bundle(stricter).revision
    first = told["differing"][0]
    assert (first["run"], first["was"]["verdict"], first["would_be"]["verdict"]) == ("r1", "allow", "deny")
    assert first["would_be"]["codes"] == ["REGION_NOT_ALLOWED"]
    monkeypatch.setenv("TOLLGATE_SHADOW_POLICIES", str(stricter))
    assert as_json("diff") == told
    shown = policy("diff")
    assert "REGION_NOT_ALLOWED" in shown.output


def test_the_same_policies_change_nothing_and_none_are_named_in_words() -> None:
    same = policy("diff", "--since", "1h", "--policies", str(PACKAGED))
    assert (same.exit_code, "0 of 2 decisions" in same.output) == (0, True)
    assert "TOLLGATE_SHADOW_POLICIES" in policy("diff").output
    assert policy("diff", "--since", "yesterday", "--policies", str(PACKAGED)).exit_code == 2


def test_what_lies_before_the_time_is_not_compared(stricter: Path) -> None:
    found = as_json("diff", "--since", "2999-01-01", "--policies", str(stricter))
    assert (found["decisions"], found["differing"]) == (0, [])


def test_the_log_is_one_masked_event_a_line() -> None:
    lines = policy("log", "--since", "1h", "--json").stdout.splitlines()
    events = [json.loads(line) for line in lines]
    assert [event["result"]["verdict"] for event in events] == ["allow", "deny"]
    assert [event["custom"]["run"] for event in events] == ["r1", "r2"]
    assert "mia@acme" not in "".join(lines)
    assert len({event["input"]["principal"]["id"] for event in events}) == 1
    assert "ROLE_FORBIDDEN" in policy("log").output


def test_a_bundle_is_signed_and_comes_into_force_by_its_key(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys(home)
    file = home / "policies.tar.gz"
    told = as_json("bundle", str(file), "--key", str(home / "private.pem"))
    assert told == {
        "file": str(file),
        "revision": load_bundle().revision,
        "bytes": file.stat().st_size,
        "signed": True,
    }
    monkeypatch.setenv("TOLLGATE_POLICIES", str(file))
    monkeypatch.setenv("TOLLGATE_POLICY_KEY", str(home / "public.pem"))
    assert as_json("status") == {"engine": "in process", "revision": load_bundle().revision, "answers": True}
    as_json("bundle", str(file))
    live.cache_clear()
    assert "not signed" in policy("status").output


def test_the_status_says_that_opa_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOLLGATE_OPA_URL", "http://127.0.0.1:9")
    found = policy("status", "--json")
    assert (found.exit_code, json.loads(found.stdout)["answers"]) == (1, False)
