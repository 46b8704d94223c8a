"""Who judges in a process of the control plane, and what the ledger hears of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions import judges
from policies.engine.attended import Attended
from policies.engine.bundle import PACKAGED, BadBundle
from policies.engine.opa_server import OpaServer
from tests.contract.gates import training
from tests.fakes.clock import FixedClock
from tests.fakes.world import NOW
from workflow.model.errors import GateUnavailable
from workflow.store.store import open_store

SETTINGS = ("TOLLGATE_OPA_URL", "TOLLGATE_POLICIES", "TOLLGATE_SHADOW_POLICIES", "TOLLGATE_POLICY_KEY")


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    judges.live.cache_clear()
    yield
    judges.live.cache_clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "policies"
    shutil.copytree(PACKAGED, copy, ignore=shutil.ignore_patterns("__pycache__", "*.py", "*_test.rego"))
    return copy


async def test_the_ledger_hears_of_policies_that_came_into_force_and_of_those_that_were_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOLLGATE_POLICIES", str(folder))
    async with open_store(tmp_path / "t.db") as store:
        bench = judges.bench(store, FixedClock(NOW))
        rego = folder / "gate" / "gate.rego"
        rego.write_text(rego.read_text() + "\n# another day\n")
        await judges.live().look()
        rego.write_text("package")
        await judges.live().look()
        await bench.close()
        entries = await store.entries(run="policies")
    assert [entry.event.kind for entry in entries] == ["policy.loaded", "policy.refused"]
    assert entries[0].event.body["revision"] == entries[1].event.body["in_force"] == bench.gate.revision


async def test_the_ledger_has_a_shadows_differing_verdict_beside_the_run(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    regions = folder / "data" / "regions" / "data.json"
    told = json.loads(regions.read_text())
    told["aws"].remove("eu-west-1")
    regions.write_text(json.dumps(told))
    monkeypatch.setenv("TOLLGATE_SHADOW_POLICIES", str(folder))
    async with open_store(tmp_path / "t.db") as store:
        bench = judges.bench(store, FixedClock(NOW))
        assert (await bench.gate.decide(training())).allowed
        await bench.close()
        (entry,) = await store.entries(run="run-1")
    assert (entry.event.kind, entry.event.tenant) == ("policy.shadow", "acme")
    assert entry.event.body["shadow"]["codes"] == ["REGION_NOT_ALLOWED"]


async def test_an_opa_that_is_set_is_asked_and_its_absence_is_an_error_that_can_be_retried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOLLGATE_OPA_URL", "http://127.0.0.1:9")
    async with open_store(tmp_path / "t.db") as store:
        bench = judges.bench(store, FixedClock(NOW))
        assert isinstance(bench.gate, Attended)
        assert isinstance(bench.opa, OpaServer)
        assert bench.gate.revision == judges.live().revision
        with pytest.raises(GateUnavailable, match=r"OPA at http://127\.0\.0\.1:9 is away"):
            await bench.gate.decide(training())
        await bench.close()


def test_a_process_does_not_start_over_policies_that_do_not_pass(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "gate" / "gate.rego").write_text("package")
    monkeypatch.setenv("TOLLGATE_POLICIES", str(folder))
    with pytest.raises(BadBundle):
        judges.live()


def test_another_process_is_told_the_same_with_paths_that_hold_there() -> None:
    told = judges.judging(
        {"TOLLGATE_OPA_URL": "https://opa", "TOLLGATE_POLICIES": "here", "TOLLGATE_POLICY_KEY": "", "HOME": "/"}
    )
    assert told == {"TOLLGATE_OPA_URL": "https://opa", "TOLLGATE_POLICIES": str(Path("here").resolve())}
