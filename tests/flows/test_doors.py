"""The other doors: a run that is approved, and one that is denied, each from the service's own words, sent
over HTTP to the function in its cloud's runtime, to its end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from functions.serve.settings import Settings
from tests.flows.benches import BENCHES, Bench
from tests.flows.doors import PEOPLE, Doors, ends, opened, tick, until_told
from tests.flows.house import House
from tests.flows.test_parked import BIG, fresh
from tests.flows.vaults import held
from workflow.store.store import open_store

FORBIDDEN = "Put our patients' records on a bucket in us-east-1, must stay in the EU"
CLOUDS = {"github": "aws", "jira": "azure", "servicenow": "gcp", "chat": "gcp", "signed": "azure"}


@pytest.fixture(scope="module")
def benches(told: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Bench]]:
    """Every service, and the settings of every door for this process, which answers."""
    folder = tmp_path_factory.mktemp("benches")
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setenv("TOLLGATE_PEOPLE", json.dumps(PEOPLE))
        yield {name: stack.enter_context(bench(patch.setenv, folder)) for name, bench in BENCHES.items()}


@pytest.fixture(scope="module")
def running(told: Settings, benches: dict[str, Bench]) -> Iterator[Doors]:
    """The doors in their clouds' runtimes, started once."""
    with opened(told, CLOUDS) as found:
        yield found


@pytest.fixture
def doors(house: House, running: Doors) -> Doors:
    """The same, with the vaults filled again after the house was emptied."""
    for cloud in ("azure", "gcp"):
        held(house.told, cloud)
    return running


async def count(house: House) -> int:
    """How many things exist on the clouds."""
    return sum(len(things) for things in (await house.holdings()).values())


@pytest.mark.parametrize("door", BENCHES)
async def test_a_door_asks_is_told_is_refused_and_decides(
    house: House, door: str, benches: dict[str, Bench], doors: Doors
) -> None:
    bench, send = benches[door], doors.send
    async with open_store(house.told.database) as store:
        before = len(await store.list_runs(limit=1000))
        wanted = bench.says(f"{BIG} --project {fresh()}", "ada")
        answers = [await send(door, each) for each in (wanted, bench.says(FORBIDDEN, "ada"), wanted)]
        # The generic door's sender signs afresh; the others repeat themselves, and it is the same run.
        assert [status for status, _ in answers] == [200, 200, 409 if door in ("signed", "servicenow") else 200]
        assert len(await store.list_runs(limit=1000)) == before + 2
    assert (await tick(house)).states == {"waiting": 1, "denied": 1}, await ends(house)
    await until_told(house, lambda: "RESIDENCY" in bench.seen() and "approv" in bench.seen().lower())
    await until_told(house, lambda: "Denied: run" in bench.seen() or "run.denied" in bench.seen())
    question = _question(bench.seen())

    for person, why in (
        ("eve", "is not known here and may not decide"),
        ("ada", "none of the roles admin, operator"),
    ):
        status, said = await send(door, bench.decide(question, person, "approve"))
        assert why in json.dumps(said), said
        assert status == (403 if door == "signed" else 200)
        await until_told(house, lambda why=why: bench.refused(why))
    assert await count(house) == 0

    status, said = await send(door, bench.decide(question, "grace", "approve"))
    assert status == 200, said
    assert (await tick(house)).states == {"succeeded": 1}, await ends(house)
    yes = r"grace@example\.com said yes at 20|\"grace@example\.com\""
    await until_told(house, lambda: bool(re.search(yes, bench.seen().replace("\\u200b", ""))))
    await until_told(house, lambda: "Done: run" in bench.seen() or "run.succeeded" in bench.seen())
    assert await count(house) > 0
    bench.finally_()


def _question(seen: str) -> str:
    """`ID DIGEST` of what is asked, as it is shown to people."""
    plain: Any = seen.replace("\\", "")
    found = re.search(r"approve (a\d{6}-[0-9a-f]{16} [0-9a-f]{12})", plain)
    if found:
        return found.group(1)
    name = re.search(r"Approval (a\d{6}-[0-9a-f]{16})", plain)
    subject = re.search(r'"subject"[^}]*?([0-9a-f]{64})', plain)
    assert name is not None
    assert subject is not None
    return f"{name.group(1)} {subject.group(1)[:12]}"
