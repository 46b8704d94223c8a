"""The other doors: a run that is approved, and one that is denied, each from the service's own words to its end."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.flows.benches import BENCHES
from tests.flows.doors import PEOPLE, send, tick, until_told
from tests.flows.house import House
from tests.flows.test_parked import BIG, fresh
from workflow.store.store import open_store

FORBIDDEN = "Put our patients' records on a bucket in us-east-1, must stay in the EU"
RUNTIMES = {"github": "aws", "jira": "azure", "servicenow": "gcp", "chat": "gcp", "signed": "azure"}


async def held(house: House) -> int:
    """How many things exist on the clouds."""
    return sum(len(things) for things in (await house.holdings()).values())


@pytest.mark.parametrize("door", BENCHES)
async def test_a_door_asks_is_told_is_refused_and_decides(
    house: House, door: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOLLGATE_PEOPLE", json.dumps(PEOPLE))
    monkeypatch.setenv("TOLLGATE_DOOR", door)
    runtime = RUNTIMES[door]
    with BENCHES[door](monkeypatch.setenv, tmp_path) as bench:
        async with open_store(house.told.database) as store:
            before = len(await store.list_runs(limit=1000))
            wanted = bench.says(f"{BIG} --project {fresh()}", "ada")
            answers = [await send(door, each, runtime) for each in (wanted, bench.says(FORBIDDEN, "ada"), wanted)]
            # The generic door's sender signs afresh; the others repeat themselves, and it is the same run.
            assert [status for status, _ in answers] == [200, 200, 409 if door in ("signed", "servicenow") else 200]
            assert len(await store.list_runs(limit=1000)) == before + 2
        assert (await tick(house)).states == {"waiting": 1, "denied": 1}
        await until_told(house, lambda: "RESIDENCY" in bench.seen() and "approv" in bench.seen().lower())
        await until_told(house, lambda: "Denied: run" in bench.seen() or "run.denied" in bench.seen())
        question = _question(bench.seen())

        for person, why in (
            ("eve", "is not known here and may not decide"),
            ("ada", "none of the roles admin, operator"),
        ):
            status, said = await send(door, bench.decide(question, person, "approve"), runtime)
            assert why in json.dumps(said), said
            assert status == (403 if door == "signed" else 200)
            await until_told(house, lambda why=why: bench.refused(why))
        assert await held(house) == 0

        status, said = await send(door, bench.decide(question, "grace", "approve"), runtime)
        assert status == 200, said
        assert (await tick(house)).states == {"succeeded": 1}
        yes = r"grace@example\.com said yes at 20|\"grace@example\.com\""
        await until_told(house, lambda: bool(re.search(yes, bench.seen().replace("\\u200b", ""))))
        await until_told(house, lambda: "Done: run" in bench.seen() or "run.succeeded" in bench.seen())
        assert await held(house) > 0
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
