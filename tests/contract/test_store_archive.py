"""The ledger taken out as a file that proves itself, and taken away behind it, on every store."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.stores import NOW, STORES, a_record, a_run, an_event, later
from workflow.model.errors import BadRequest
from workflow.store.archive import Exported, Retained
from workflow.store.export import verify_file
from workflow.store.ledger import GENESIS, Finding, Verification
from workflow.store.store import Store


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """A store with five entries, a second apart, about a run that has ended."""
    tested = STORES[request.param]
    async with tested.open(tested.place(tmp_path)) as opened:
        for number in range(4):
            await opened.append(an_event(number=number, text="zoë\0😀\u2028").model_copy(update={"at": later(number)}))
        run = a_run()
        await opened.end_run(run, a_record(run), an_event(kind="finished").model_copy(update={"at": later(4)}))
        yield opened


async def export(store: Store, file: Path, since: float | None = None) -> Exported:
    """Export by somebody, a minute later."""
    return await store.export_ledger(file, None if since is None else later(since), by="ops", now=later(60))


async def retain(store: Store, before: float) -> Retained:
    """Retain by somebody, two minutes later."""
    return await store.retain_ledger(later(before), by="ops", now=later(120))


async def test_an_export_is_the_whole_chain_and_is_written_down(store: Store, tmp_path: Path) -> None:
    entries = list(await store.entries())
    done = await export(store, tmp_path / "ledger.jsonl")
    assert done == Exported(after=0, through=5, hash=entries[-1].hash, sha256=done.sha256)
    assert await verify_file(tmp_path / "ledger.jsonl") == Verification(entries=5, head=entries[-1].hash)
    first, *rest = (tmp_path / "ledger.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    assert json.loads(first) == {
        "format": "tollgate-ledger/1", "after": [0, GENESIS], "through": [5, entries[-1].hash],
    }  # fmt: skip
    assert [json.loads(line)["hash"] for line in rest] == [entry.hash for entry in entries]
    assert json.loads(rest[0])["entry"][2]["body"] == entries[0].event.body
    (told,) = await store.entries(after=5)
    assert told.event.model_dump(exclude={"at"}) == {
        "run": "ledger", "tenant": "", "kind": "ledger.exported", "body": {**done.model_dump(), "by": "ops"},
    }  # fmt: skip
    assert (await store.verify_ledger()).entries == 6


async def test_both_engines_export_the_same_bytes(tmp_path: Path) -> None:
    for name, tested in STORES.items():
        (tmp_path / name).mkdir()
        async with tested.open(tested.place(tmp_path / name)) as store:
            await store.append(an_event(text="zoë\0😀", big=2**70, cents=-0.0, small=1e-9))
            await store.append(an_event("run-2"))
            await export(store, tmp_path / f"{name}.jsonl")
    assert len({(tmp_path / f"{name}.jsonl").read_bytes() for name in STORES}) == 1


async def test_an_export_may_begin_at_a_time(store: Store, tmp_path: Path) -> None:
    done = await export(store, tmp_path / "late.jsonl", since=2.5)
    assert (done.after, done.through) == (3, 5)
    proved = await verify_file(tmp_path / "late.jsonl")
    assert (proved.entries, proved.after, proved.finding) == (2, 3, None)
    with pytest.raises(BadRequest, match="nothing to export"):
        await export(store, tmp_path / "later.jsonl", since=3600)


async def test_an_export_is_never_replaced_and_cannot_be_written(store: Store, tmp_path: Path) -> None:
    await export(store, tmp_path / "ledger.jsonl")
    kept = (tmp_path / "ledger.jsonl").read_bytes()
    with pytest.raises(BadRequest, match="never replaced"):
        await export(store, tmp_path / "ledger.jsonl")
    assert (tmp_path / "ledger.jsonl").read_bytes() == kept
    assert (tmp_path / "ledger.jsonl").stat().st_mode & 0o777 == 0o400
    assert not {name for name in os.listdir(tmp_path) if name.startswith(".")}


def tampered(raw: bytes, how: str) -> bytes:
    """The export with something done to it."""
    lines = raw.splitlines(keepends=True)
    if how == "changed":
        lines[2] = lines[2].replace(b'"acme"', b'"evil"')
    elif how == "spaced":
        lines[2] = lines[2].replace(b'{"entry":', b'{ "entry":')
    elif how == "no JSON":
        lines[2] = b"hello\n"
    elif how == "missing":
        del lines[2]
    elif how == "swapped":
        lines[2], lines[3] = lines[3], lines[2]
    elif how == "cut":
        del lines[-1]
    return b"".join(lines)


@pytest.mark.parametrize(
    ("how", "row"), [("changed", 2), ("spaced", 2), ("no JSON", 2), ("missing", 2), ("swapped", 2), ("cut", 5)]
)
async def test_whatever_is_done_to_an_export_is_found(store: Store, tmp_path: Path, how: str, row: int) -> None:
    await export(store, tmp_path / "ledger.jsonl")
    (tmp_path / "other.jsonl").write_bytes(tampered((tmp_path / "ledger.jsonl").read_bytes(), how))
    found = (await verify_file(tmp_path / "other.jsonl")).finding
    assert found is not None
    assert found.seq == row


async def test_what_is_no_export_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("[1]\n")
    for name in ("notes", "missing"):
        with pytest.raises(BadRequest):
            await verify_file(tmp_path / name)


async def test_what_was_exported_can_be_taken_away_and_the_rest_still_proves_itself(
    store: Store, tmp_path: Path
) -> None:
    third = (await store.entries())[2]
    await export(store, tmp_path / "ledger.jsonl")
    assert await retain(store, 2.5) == Retained(after=0, through=3)
    assert [entry.seq for entry in await store.entries()] == [4, 5, 6, 7]
    told = (await store.entries(after=6))[0].event
    assert (told.kind, told.body) == (
        "ledger.retained",
        {"after": 0, "through": 3, "hash": third.hash, "before": "2026-11-20T12:00:02.500000+00:00", "by": "ops"},
    )
    proved = await store.verify_ledger()
    assert (proved.entries, proved.after, proved.finding) == (4, 3, None)
    assert (await store.append(an_event())).seq == 8


async def test_it_can_be_taken_away_again_and_again(store: Store, tmp_path: Path) -> None:
    await export(store, tmp_path / "first.jsonl")
    await retain(store, 2.5)
    assert (await export(store, tmp_path / "second.jsonl", since=4.5)).after == 5
    assert await retain(store, 100) == Retained(after=3, through=6)
    proved = await store.verify_ledger()
    assert (proved.entries, proved.after, proved.finding) == (3, 6, None)
    assert await retain(store, 2.5) == Retained(after=6, through=6)


async def test_what_was_not_exported_stays(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="1 to 3 were never exported"):
        await retain(store, 2.5)
    await export(store, tmp_path / "late.jsonl", since=1)
    with pytest.raises(BadRequest, match="1 to 3 were never exported"):
        await retain(store, 2.5)
    assert len(await store.entries()) == 6


async def test_what_a_living_run_needs_stays(store: Store, tmp_path: Path) -> None:
    await store.save_run(a_run("run-2", state="waiting"))
    await store.append(an_event("run-2").model_copy(update={"at": NOW}))
    await store.append(an_event())
    await export(store, tmp_path / "ledger.jsonl")
    assert await retain(store, 3600) == Retained(after=0, through=5, kept_for="run-2")
    assert (await store.verify_ledger()).finding is None


async def test_rows_that_went_without_retention_are_missed(store: Store, tmp_path: Path) -> None:
    await export(store, tmp_path / "ledger.jsonl")
    await retain(store, 2.5)
    async with store._database.writing() as transaction:
        # As the owner of the database may: the row that says why is there, and the base names another.
        await transaction.rows("UPDATE ledger_base SET seq = 4, hash = (SELECT hash FROM events WHERE seq = 4)")
        await transaction.rows("DELETE FROM events WHERE seq <= 4")
    assert (await store.verify_ledger()).finding == Finding(
        seq=4, reason="the rows up to row 4 are gone, and no entry says why"
    )
