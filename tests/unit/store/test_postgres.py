"""What is PostgreSQL's own: locks, lost connections, its triggers, and a ledger that somebody wrote into by hand."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import psycopg
import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import empty_checkpoint
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from tests.contract.postgres_server import fresh_schema
from tests.contract.stores import NOW, a_receipt, a_run, an_event, spent
from workflow.model.errors import BadRequest, Retryable, Terminal
from workflow.store import migrate, postgres
from workflow.store.checkpoints import open_checkpoints
from workflow.store.ledger import Finding
from workflow.store.postgres import open_postgres
from workflow.store.store import open_store

VERSION_1 = (Path(__file__).parent / "data" / "version_1.postgres.sql").read_text(encoding="utf-8")
"""The tables of the first step, with what the first version of the store kept in them."""


@pytest.fixture
def url() -> str:
    """An empty schema."""
    return fresh_schema()


def by_hand(url: str, *statements: str) -> list[Any]:
    """Run statements as the database's owner; what the last gave."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            done = connection.execute(statement)
        return done.fetchall() if done.description else []


async def a_ledger(url: str, entries: int = 5) -> None:
    """A store with that many entries, closed again."""
    async with open_store(url) as store:
        for number in range(entries):
            await store.append(an_event(number=number))


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE events SET tenant = 'Acme' WHERE seq = 2", 2),
        ("""UPDATE events SET body = '{"number": 1}' WHERE seq = 2""", 2),
        ("DELETE FROM events WHERE seq = 2", 2),
        ("DELETE FROM events WHERE seq > 3", 4),
        ("TRUNCATE events", 1),
        ("UPDATE events SET seq = 6 WHERE seq = 2", 2),
        ("INSERT INTO events SELECT -1, run, tenant, kind, at, body, previous, hash FROM events WHERE seq = 1", -1),
        ("INSERT INTO events SELECT 6, run, tenant, kind, at, body, previous, hash FROM events WHERE seq = 5", 6),
        ("DELETE FROM ledger_head", 5),
        ("DELETE FROM ledger_base", 0),
        ("UPDATE ledger_base SET seq = 2, hash = (SELECT hash FROM events WHERE seq = 2)", 1),
    ],
)
async def test_a_tampered_row_is_found_and_named(url: str, statement: str, row: int) -> None:
    await a_ledger(url)
    tables = ("events", "ledger_base")
    by_hand(url, *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in tables), statement)
    async with open_store(url) as store:
        found = (await store.verify_ledger()).finding
    assert found is not None
    assert found.seq == row


async def test_a_cut_beginning_is_found_where_the_base_was_moved_with_it(url: str) -> None:
    await a_ledger(url)
    off = [f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in ("events", "ledger_base")]
    moved = "UPDATE ledger_base SET seq = 2, hash = (SELECT hash FROM events WHERE seq = 2)"
    by_hand(url, *off, moved, "DELETE FROM events WHERE seq <= 2")
    async with open_store(url) as store:
        assert (await store.verify_ledger()).finding == Finding(
            seq=2, reason="the rows up to row 2 are gone, and no entry says why"
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET kind = 'other'",
        "DELETE FROM events",
        "TRUNCATE events",
        "UPDATE ledger_base SET seq = 1, hash = (SELECT hash FROM events WHERE seq = 1)",
        "DELETE FROM ledger_base",
        "TRUNCATE ledger_base",
        "INSERT INTO ledger_base VALUES (1, 1, '')",
        """INSERT INTO events SELECT seq, run, tenant, 'other', at, body, previous, hash FROM events
            ON CONFLICT (seq) DO UPDATE SET kind = 'other'""",
    ],
)
async def test_the_ledger_refuses_to_be_rewritten(url: str, statement: str) -> None:
    await a_ledger(url, entries=1)
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        by_hand(url, statement)
    assert by_hand(url, "SELECT count(*), min(kind) FROM events") == [(1, "step.done")]


async def test_a_database_of_the_first_version_is_brought_forward_and_keeps_what_it_has(url: str) -> None:
    by_hand(url, VERSION_1)
    for _ in range(2):
        async with open_store(url) as store:
            assert await store.get_run("run-1") == a_run()
            assert await store.get_receipt("key-1") == a_receipt()
            assert await store.spend("acme", "default", NOW) == spent(350)
            assert (await store.verify_ledger()).entries == 4
    async with open_store(url) as store:
        assert (await store.append(an_event())).seq == 5
        assert (await store.verify_ledger()).finding is None
    names = by_hand(url, "SELECT name FROM migrations ORDER BY name")
    assert names == [(step.name,) for step in migrate.STEPS]


async def test_a_broken_step_leaves_the_database_as_it_was(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await a_ledger(url, entries=1)
    bad = migrate.Step("9001_bad", "", "CREATE TABLE less (id TEXT); CREATE TABLE less (id TEXT);")
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "STEPS", (*migrate.STEPS, bad))
        with pytest.raises(Terminal, match="already exists"):
            async with open_store(url):
                pass
    assert by_hand(url, "SELECT to_regclass('less')") == [(None,)]


async def test_several_may_open_a_new_database_at_once(url: str) -> None:
    await asyncio.gather(*(a_ledger(url, entries=1) for _ in range(6)))
    async with open_store(url) as store:
        assert (await store.verify_ledger()).entries == 6


async def reached(database: postgres.PostgresDatabase, *names: str) -> None:
    """Be in a write transaction for a moment."""
    async with database.writing(*names):
        pass


async def test_a_writer_waits_for_those_of_its_names_and_without_names_for_all(url: str) -> None:
    async with open_postgres(url) as database:
        async with database.writing("a", "b"):
            await asyncio.wait_for(reached(database, "c"), 30)
            waiting = [asyncio.create_task(reached(database, *names)) for names in (("b", "c"), ())]
            done, _ = await asyncio.wait(waiting, timeout=0.2)
            assert done == set()
        await asyncio.wait_for(asyncio.gather(*waiting), 30)
        async with database.writing():
            waiting = [asyncio.create_task(reached(database, *names)) for names in (("a",), ())]
            done, _ = await asyncio.wait(waiting, timeout=0.2)
            assert done == set()
        await asyncio.wait_for(asyncio.gather(*waiting), 30)


async def test_a_reader_sees_one_state_and_waits_for_nobody(url: str) -> None:
    async with open_store(url) as store, open_postgres(url) as database, database.reading() as transaction:
        before = await transaction.rows("SELECT count(*) FROM events")
        await store.append(an_event())
        assert await transaction.rows("SELECT count(*) FROM events") == before == [(0,)]
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            await transaction.rows("DELETE FROM runs")


async def test_a_lock_that_is_held_for_too_long_can_be_tried_again(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_postgres(url) as holder, holder.writing():
        monkeypatch.setattr(postgres, "PATIENCE_SECONDS", 0.2)
        async with open_postgres(url) as database:
            with pytest.raises(Retryable, match="timeout"):
                await reached(database, "a")


def until(url: str, query: str) -> bool:
    """Wait until the query gives a row."""
    patient = Retrying(retry=retry_if_result(lambda rows: not rows), wait=wait_fixed(0.01), stop=stop_after_delay(30))
    return bool(patient(by_hand, url, query))


async def test_a_cancelled_writer_leaves_no_transaction_and_no_lock(url: str) -> None:
    asleep = f"SELECT pg_sleep(25) AS {url.rpartition('D')[2]}"
    at_work = f"SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query = '{asleep}'"

    async def sleep_in_a_transaction(database: postgres.PostgresDatabase) -> None:
        async with database.writing() as transaction:
            await transaction.rows("CREATE TABLE half (id TEXT)")
            await transaction.rows(asleep)

    async with open_postgres(url) as database:
        for _ in range(postgres.CONNECTIONS + 1):
            task = asyncio.create_task(sleep_in_a_transaction(database))
            assert await asyncio.to_thread(until, url, at_work)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.wait_for(reached(database), 10)
        async with database.reading() as transaction:
            assert await transaction.rows("SELECT to_regclass('half')") == [(None,)]


async def lose_the_connection(database: postgres.PostgresDatabase, url: str) -> None:
    """Write, and be cut off before the commit."""
    async with database.writing() as transaction:
        await transaction.rows("CREATE TABLE half (id TEXT)")
        ((pid,),) = await transaction.rows("SELECT pg_backend_pid()")
        by_hand(url, f"SELECT pg_terminate_backend({pid}, 5000)")
        await transaction.rows("SELECT 1")


async def test_a_connection_that_is_lost_midway_keeps_nothing_and_can_be_tried_again(url: str) -> None:
    async with open_postgres(url) as database:
        with pytest.raises(Retryable, match="kept nothing"):
            await lose_the_connection(database, url)
        async with database.writing() as transaction:
            assert await transaction.rows("SELECT to_regclass('half')") == [(None,)]


async def test_connections_that_died_while_idle_are_replaced_unseen(url: str) -> None:
    async with open_store(url) as store, open_postgres(url) as database:
        async with database.reading() as transaction:
            ((pid,),) = await transaction.rows("SELECT pg_backend_pid()")
        by_hand(url, f"SELECT pg_terminate_backend({pid}, 5000)")
        async with database.reading() as transaction:
            assert await transaction.rows("SELECT count(*) FROM events") == [(0,)]
        assert (await store.append(an_event())).seq == 1


async def test_a_server_that_is_not_there_can_be_tried_again_and_no_password_is_said(tmp_path: Path) -> None:
    with pytest.raises(Retryable) as caught:
        async with open_store(f"postgresql://ana:hunter2@/none?host={tmp_path}"):
            pass
    assert "TOLLGATE_DATABASE_URL" in caught.value.remedy
    assert "hunter2" not in caught.value.message + caught.value.remedy


async def test_another_kind_of_url_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="neither"):
        async with open_store("mysql://ana:hunter2@localhost/none"):
            pass


async def test_an_error_of_the_database_says_what_and_quotes_no_row(url: str) -> None:
    async with open_store(url), open_postgres(url) as database:
        with pytest.raises(Terminal, match="violates check constraint") as caught:
            async with database.writing() as transaction:
                await transaction.rows(
                    """INSERT INTO reservations (key, run, tenant, project, cents, state, at)
                        VALUES ('k', 'r', 'secret tenant', 'p', -1, 'held', '')"""
                )
        assert "secret tenant" not in caught.value.message


async def test_a_checkpoint_that_is_cut_off_holds_nothing_up(url: str) -> None:
    place: RunnableConfig = {"configurable": {"thread_id": "run-1", "checkpoint_ns": ""}}
    waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'checkpoints'::regclass"
    async with open_store(url) as store, open_checkpoints(url) as saver:
        for _ in range(3):
            with psycopg.connect(url) as other:
                other.execute("LOCK TABLE checkpoints IN EXCLUSIVE MODE")
                cut_off = asyncio.create_task(saver.aput(place, empty_checkpoint(), {}, {}))
                assert await asyncio.to_thread(until, url, waiting)
                cut_off.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await cut_off
        assert [kept async for kept in saver.alist(None)] == []
        await asyncio.wait_for(saver.aput(place, empty_checkpoint(), {}, {}), 10)
        assert len([kept async for kept in saver.alist(None)]) == 1
        assert (await store.append(an_event())).seq == 1
