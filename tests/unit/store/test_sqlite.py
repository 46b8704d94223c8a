"""What is SQLite's own: the file, its versions, its triggers, and a ledger that somebody wrote into by hand."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.contract.stores import NOTHING, NOW, a_receipt, a_reservation, a_run, an_event, spent
from workflow.model.errors import Retryable, Terminal
from workflow.store import migrate, sqlite
from workflow.store.ledger import Finding
from workflow.store.sqlite import open_sqlite
from workflow.store.store import open_store

VERSION_1 = (Path(__file__).parent / "data" / "version_1.sqlite.sql").read_text(encoding="utf-8")
"""What the first version of the store left, as SQLite dumps it."""


async def a_ledger(path: Path, entries: int = 5) -> None:
    """A store with that many entries, closed again."""
    async with open_store(path) as store:
        for number in range(entries):
            await store.append(an_event(number=number))


async def finding_after(path: Path, *statements: str) -> Finding | None:
    """What is found once the triggers are gone and these statements were run on the file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        for (trigger,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            file.execute(statement)
    async with open_store(path) as store:
        return (await store.verify_ledger()).finding


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE events SET run = 'another' WHERE seq = 2", 2),
        ("UPDATE events SET tenant = 'Acme' WHERE seq = 2", 2),
        ("UPDATE events SET kind = 'step.undone' WHERE seq = 2", 2),
        ("UPDATE events SET at = replace(at, '+00:00', 'Z') WHERE seq = 2", 2),
        ("""UPDATE events SET body = '{"number": 1}' WHERE seq = 2""", 2),
        ("UPDATE events SET body = 'no JSON' WHERE seq = 2", 2),
        ("UPDATE events SET body = CAST(body AS BLOB) WHERE seq = 2", 2),
        ("UPDATE events SET kind = CAST(x'ff' AS TEXT) WHERE seq = 2", 2),
        ("UPDATE events SET previous = upper(previous) WHERE seq = 2", 2),
        ("UPDATE events SET hash = upper(hash) WHERE seq = 2", 2),
        ("DELETE FROM events WHERE seq = 2", 2),
        ("DELETE FROM events WHERE seq > 3", 4),
        ("DELETE FROM events", 1),
        ("UPDATE events SET seq = 6 WHERE seq = 2", 2),
        ("INSERT INTO events SELECT -1, run, tenant, kind, at, body, previous, hash FROM events WHERE seq = 1", -1),
        ("INSERT INTO events SELECT 6, run, tenant, kind, at, body, previous, hash FROM events WHERE seq = 5", 6),
        ("DELETE FROM ledger_head", 5),
        ("UPDATE ledger_head SET seq = 4", 5),
    ],
)
async def test_a_tampered_row_is_found_and_named(tmp_path: Path, statement: str, row: int) -> None:
    await a_ledger(tmp_path / "store.db")
    found = await finding_after(tmp_path / "store.db", statement)
    assert found is not None
    assert found.seq == row
    assert f"{row}" in found.reason


async def test_swapped_rows_are_found(tmp_path: Path) -> None:
    await a_ledger(tmp_path / "store.db")
    moves = [f"UPDATE events SET seq = {new} WHERE seq = {old}" for old, new in ((2, 99), (4, 2), (99, 4))]
    found = await finding_after(tmp_path / "store.db", *moves)
    assert found == Finding(seq=2, reason="row 2 was changed: its content does not give its hash")


async def test_what_is_written_after_a_cut_does_not_hide_it(tmp_path: Path) -> None:
    await a_ledger(tmp_path / "store.db")
    assert await finding_after(tmp_path / "store.db", "DELETE FROM events WHERE seq = 5") is not None
    async with open_store(tmp_path / "store.db") as store:
        assert (await store.append(an_event())).seq == 6
        assert (await store.verify_ledger()).finding == Finding(seq=5, reason="row 5 is missing")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET kind = 'other'",
        "DELETE FROM events",
        "INSERT OR REPLACE INTO events SELECT seq, run, tenant, 'other', at, body, previous, hash FROM events",
        "INSERT OR IGNORE INTO events SELECT seq, run, tenant, 'other', at, body, previous, hash FROM events",
    ],
)
async def test_the_ledger_refuses_to_be_rewritten(tmp_path: Path, statement: str) -> None:
    await a_ledger(tmp_path / "store.db", entries=1)
    with closing(sqlite3.connect(tmp_path / "store.db")) as file:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            file.execute(statement)
        assert file.execute("SELECT count(*), kind FROM events").fetchall() == [(1, "step.done")]


async def test_without_a_head_nothing_is_appended(tmp_path: Path) -> None:
    await a_ledger(tmp_path / "store.db")
    await finding_after(tmp_path / "store.db", "DELETE FROM ledger_head")
    async with open_store(tmp_path / "store.db") as store:
        with pytest.raises(Terminal, match="head is missing"):
            await store.append(an_event())
        assert len(await store.entries()) == 5


async def test_a_database_of_the_first_version_is_brought_forward_and_keeps_what_it_has(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "store.db")) as file:
        file.executescript(VERSION_1)
    for _ in range(2):
        async with open_store(tmp_path / "store.db") as store:
            assert await store.get_run("run-1") == a_run()
            assert await store.get_receipt("key-1") == a_receipt()
            assert await store.spend("acme", "default", NOW) == spent(350)
            assert (await store.verify_ledger()).entries == 4
    async with open_store(tmp_path / "store.db") as store:
        assert (await store.append(an_event())).seq == 5
        assert (await store.verify_ledger()).finding is None
    with closing(sqlite3.connect(tmp_path / "store.db")) as file:
        names = [name for (name,) in file.execute("SELECT name FROM migrations ORDER BY name")]
    assert names == [step.name for step in migrate.STEPS]


async def test_a_new_step_is_taken_once_and_a_broken_one_leaves_the_database_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_ledger(tmp_path / "store.db")
    good = migrate.Step(
        "9001_good", "CREATE TABLE more (id TEXT);\n-- one more; row\nINSERT INTO more VALUES ('a;b');\n", ""
    )
    bad = migrate.Step("9002_bad", "CREATE TABLE less (id TEXT);\nCREATE TABLE less (id TEXT);\n", "")
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "STEPS", (*migrate.STEPS, good, bad))
        with pytest.raises(Terminal, match="already exists"):
            async with open_store(tmp_path / "store.db"):
                pass
    with closing(sqlite3.connect(tmp_path / "store.db")) as file:
        assert file.execute("SELECT name FROM sqlite_master WHERE name IN ('more', 'less')").fetchall() == []
    monkeypatch.setattr(migrate, "STEPS", (*migrate.STEPS, good))
    for _ in range(2):
        async with open_store(tmp_path / "store.db") as store:
            assert (await store.verify_ledger()).entries == 5
    with closing(sqlite3.connect(tmp_path / "store.db")) as file:
        assert file.execute("SELECT id FROM more").fetchall() == [("a;b",)]


async def test_a_database_from_a_newer_version_is_refused(tmp_path: Path) -> None:
    await a_ledger(tmp_path / "store.db")
    with closing(sqlite3.connect(tmp_path / "store.db")) as file:
        file.execute("INSERT INTO migrations VALUES ('9999_tomorrow')")
        file.commit()
    with pytest.raises(Terminal, match="9999_tomorrow"):
        async with open_store(tmp_path / "store.db"):
            pass


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no database at all\n" * 100)
    for path in (tmp_path / "notes.txt", tmp_path / "missing" / "store.db"):
        with pytest.raises(Terminal, match=path.name):
            async with open_store(path):
                pass


async def test_a_store_that_another_process_keeps_busy_can_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    async with open_store(tmp_path / "store.db") as store:
        with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Retryable, match="locked"):
                await store.append(an_event())
            assert await store.entries() == []
        assert (await store.append(an_event())).seq == 1


def modes(folder: Path) -> dict[str, int]:
    """The permissions of the files in the folder."""
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


async def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    async with open_store(tmp_path / "store.db") as store:
        await store.append(an_event())
        assert modes(tmp_path) == {"store.db": 0o600, "store.db-shm": 0o600, "store.db-wal": 0o600}


async def test_opening_waits_until_nobody_is_in_the_way_of_the_write_ahead_log(tmp_path: Path) -> None:
    async def opened() -> int:
        async with open_store(tmp_path / "store.db") as store:
            return (await store.append(an_event())).seq

    with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as other:
        other.execute("CREATE TABLE theirs (number)")
        other.execute("BEGIN IMMEDIATE")
        opening = asyncio.create_task(opened())
        assert (await asyncio.wait({opening}, timeout=0.2))[0] == set()
        other.execute("COMMIT")
    assert await asyncio.wait_for(opening, 30) == 1


async def test_several_tasks_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    async def hold(number: int) -> bool:
        async with open_store(tmp_path / "store.db") as store:
            await store.append(an_event(number=number))
            return await store.reserve([a_reservation(f"key-{number}")], NOTHING)

    assert sorted(await asyncio.gather(*(hold(number) for number in range(8)))) == [False] * 7 + [True]
    async with open_store(tmp_path / "store.db") as store:
        assert (await store.verify_ledger()).entries == 8


async def test_a_glance_is_one_statement_and_a_second_one_is_refused(tmp_path: Path) -> None:
    await a_ledger(tmp_path / "t.db", entries=2)
    async with open_sqlite(tmp_path / "t.db") as database:
        async with database.glancing() as transaction:
            assert await transaction.rows("SELECT COUNT(*) FROM events") == [(2,)]
            with pytest.raises(RuntimeError, match="one statement"):
                await transaction.rows("SELECT 1")
        async with database.writing() as transaction:
            assert await transaction.rows("SELECT 1") == [(1,)]


async def test_a_glance_that_fails_is_the_stores_own_error(tmp_path: Path) -> None:
    async with open_sqlite(tmp_path / "t.db") as database:
        with pytest.raises(Terminal, match="could not be read"):
            async with database.glancing() as transaction:
                await transaction.rows("SELECT 1 FROM nowhere")
