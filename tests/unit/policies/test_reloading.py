"""Policies change while they judge: what passes comes into force between two decisions, what does not is refused."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from policies.engine.archive import pack, texts_of
from policies.engine.bundle import PACKAGED, BadBundle, load_bundle
from policies.engine.reloading import LOADED, REFUSED, Reloading
from policies.engine.source import Source, in_force, shadow
from tests.contract.gates import training
from tests.unit.policies.test_archive import keys
from workflow.model.base import Json

DENYING = """package gate

decision := {"verdict": "deny", "violations": [silent], "obligations": {}}

silent := data.lib.violation("RULE_SILENT", "No.")
"""


class Heard(list[tuple[str, Json]]):
    """What was told of the policies."""

    async def __call__(self, kind: str, body: Json) -> None:
        self.append((kind, body))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "policies"
    shutil.copytree(PACKAGED, copy, ignore=shutil.ignore_patterns("__pycache__", "*.py", "*_test.rego"))
    return copy


async def test_what_changed_and_passes_comes_into_force_and_is_told(folder: Path) -> None:
    heard = Heard()
    gate = Reloading(Source(folder), heard)
    before = gate.revision
    assert (await gate.decide(training())).allowed
    (folder / "gate" / "gate.rego").write_text(DENYING)
    await gate.look()
    assert gate.revision == load_bundle(folder).revision != before
    decision = await gate.decide(training())
    assert (decision.verdict, decision.revision) == ("deny", gate.revision)
    assert heard == [(LOADED, {"revision": gate.revision, "before": before})]


async def test_a_decision_by_itself_has_the_files_looked_at(folder: Path) -> None:
    gate = Reloading(Source(folder), Heard(), every=0)
    (folder / "gate" / "gate.rego").write_text(DENYING)
    until = asyncio.get_running_loop().time() + 20
    while (await gate.decide(training())).allowed:
        assert asyncio.get_running_loop().time() < until
        await asyncio.sleep(0)


BROKEN = {
    "does not parse": ("gate/gate.rego", "package gate\ndecision := {"),
    "faulty data": ("data/roles/data.json", "{}"),
    "half a file": ("data/roles/data.json", '{"viewer": ['),
    "a failing test": ("gate/gate_test.rego", "package gate_test\n\ntest_never if false\n"),
    "a test that cannot be evaluated": ("gate/gate_test.rego", "package gate_test\n\ntest_odd if count(5) == 1\n"),
}


@pytest.mark.parametrize("how", BROKEN)
async def test_what_does_not_pass_is_refused_once_and_the_old_one_stays(folder: Path, how: str) -> None:
    heard = Heard()
    gate = Reloading(Source(folder), heard)
    before = gate.revision
    name, text = BROKEN[how]
    (folder / name).write_text(text)
    for _ in range(2):
        await gate.look()
    assert [(kind, body["in_force"]) for kind, body in heard] == [(REFUSED, before)]
    assert heard[0][1]["reason"]
    assert (await gate.decide(training())).revision == before
    with pytest.raises(BadBundle):
        Reloading(Source(folder), heard)


async def test_what_was_refused_comes_into_force_once_it_is_repaired(folder: Path) -> None:
    gate = Reloading(Source(folder), Heard())
    whole = (folder / "gate" / "gate.rego").read_text()
    (folder / "gate" / "gate.rego").write_text("package")
    await gate.look()
    (folder / "gate" / "gate.rego").write_text(whole + "\n# another day\n")
    await gate.look()
    assert gate.revision == load_bundle(folder).revision


async def test_policies_that_went_away_are_refused(folder: Path) -> None:
    gate = Reloading(Source(folder), heard := Heard())
    shutil.rmtree(folder)
    await gate.look()
    assert [kind for kind, _ in heard] == [REFUSED]
    assert (await gate.decide(training())).allowed


async def test_every_decision_names_the_one_bundle_that_made_it(folder: Path) -> None:
    gate = Reloading(Source(folder), Heard(), every=0)
    said = {gate.revision: "allow"}
    (folder / "gate" / "gate.rego").write_text(DENYING)
    said[load_bundle(folder).revision] = "deny"
    looks = [gate.look() for _ in range(3)]
    decisions = await asyncio.gather(*(gate.decide(training()) for _ in range(50)), *looks)
    assert {(d.revision, d.verdict) for d in decisions if d is not None} <= set(said.items())


async def test_a_signed_bundle_file_is_taken_and_one_of_another_key_is_refused(tmp_path: Path) -> None:
    private, public = keys(tmp_path)
    file = tmp_path / "policies.tar.gz"
    file.write_bytes(pack(texts_of(), private))
    gate = Reloading(Source(file, public), heard := Heard())
    assert gate.revision == load_bundle().revision
    stranger, _ = keys(tmp_path)
    file.write_bytes(pack(texts_of() | {"gate/gate.rego": DENYING}, stranger))
    await gate.look()
    assert [kind for kind, _ in heard] == [REFUSED]
    assert (await gate.decide(training())).allowed


def test_where_a_key_is_set_a_folder_is_not_taken(tmp_path: Path) -> None:
    keys(tmp_path)
    source = in_force({"TOLLGATE_POLICY_KEY": str(tmp_path / "public.pem")})
    with pytest.raises(BadBundle, match="nobody signed"):
        Reloading(source)


def test_without_settings_the_packaged_policies_are_in_force_and_there_is_no_shadow() -> None:
    assert in_force({}) == Source(PACKAGED)
    assert shadow({}) is None
