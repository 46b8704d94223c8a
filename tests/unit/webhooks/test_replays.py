"""What GitHub and Jira sent is sent once more, to the byte: by them, or by whoever saw it. Nothing comes of it.

They do not sign afresh, so that a repetition cannot be told from a replay; everything they can ask must bear it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.webhooks.function import reception
from functions.webhooks.github.door import GitHubDoor
from functions.webhooks.jira.door import JiraDoor
from functions.webhooks.port import Door, Posted
from tests.contract.test_store_approvals import a_request
from tests.flows.doors import PEOPLE
from tests.services import github, jira
from tests.services.slack_sends import Sent
from workflow.intake.intake import Intake
from workflow.model.ports import Event, Store
from workflow.model.principal import Principal
from workflow.model.wake import Silent
from workflow.store.store import open_store

ADA = Principal(id="ada@example.com", tenant="acme", roles=("developer",))
Writes = Callable[[str, str], Sent]
DOORS: dict[str, tuple[Door, Writes]] = {
    "github": (
        GitHubDoor(github.SECRET),
        lambda text, who: github.comment(text, who),
    ),
    "jira": (
        JiraDoor(jira.SECRET),
        lambda text, who: jira.comment(text, {"ada": "5b10ada", "grace": "5b10grace"}[who]),
    ),
}
ASKS = [
    ("ada", "a bucket in Ireland"), ("ada", "status {run}"), ("ada", "cancel {run} never mind"),
    ("grace", "follow {run}"), ("grace", "approve a1 dddddddddddd"), ("grace", "deny a1 dddddddddddd too dear"),
    ("ada", "approve a1 dddddddddddd"), ("ada", "answer {run} two of them"), ("ada", "help"),
]  # fmt: skip


def now() -> datetime:
    """When the test runs."""
    return datetime.now(UTC)


def posted(sent: Sent) -> Posted:
    """As a runtime hands it on."""
    return Posted({name.lower(): value for name, value in sent.headers.items()}, sent.body)


def kept(folder: Path) -> dict[str, list[Any]]:
    """All that the store has, table by table."""
    with sqlite3.connect(folder / "store.db") as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: database.execute(f"SELECT * FROM {table}").fetchall() for table in tables}


async def waiting(store: Store) -> str:
    """A run of Ada's, with a question that Grace may decide."""
    run = (await Intake(store, Silent(), _Clock()).submit(ADA, "a bucket in Ireland", channel="api")).run
    request = a_request(
        run=run.id, requester=ADA.id, asked_at=now(), expires_at=now() + timedelta(hours=1)
    )  # fmt: skip
    await store.ask_approval(request, Event(run=run.id, tenant="acme", kind="approval.asked", body={}, at=now()))
    return run.id


class _Clock:
    def now(self) -> datetime:
        """The real one."""
        return now()


@pytest.mark.parametrize(("who", "text"), ASKS, ids=[text for _, text in ASKS])
@pytest.mark.parametrize("name", DOORS)
async def test_the_same_bytes_again_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, who: str, text: str
) -> None:
    monkeypatch.setenv("TOLLGATE_PEOPLE", json.dumps(PEOPLE))
    door, write = DOORS[name]
    async with open_store(tmp_path / "store.db") as store:
        sent, desk = write(f"/tollgate {text}".format(run=await waiting(store)), who), reception(store, Silent())
        assert (await desk.receive(door, posted(sent))).status == 200
        before = kept(tmp_path)
        for _ in range(2):
            assert (await desk.receive(door, posted(sent))).status == 200
        assert kept(tmp_path) == before


async def test_a_button_that_is_pressed_again_is_no_second_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOLLGATE_PEOPLE", json.dumps(PEOPLE))
    door = GitHubDoor(github.SECRET)
    async with open_store(tmp_path / "store.db") as store:
        await waiting(store)
        check = {"id": 5, "external_id": "mark/a1", "started_at": "2026-11-20T12:00:00Z"}
        sent, desk = posted(github.pressed(check, "deny:dddddddddddd", "grace")), reception(store, Silent())
        assert (await desk.receive(door, sent)).status == 200
        before = kept(tmp_path)
        assert (await desk.receive(door, sent)).status == 200
        assert kept(tmp_path) == before
        (word,) = (await store.get_approval("a1")).words
        assert (word.approver, word.approved) == ("grace@example.com", False)


async def test_what_was_cancelled_is_not_cancelled_again_under_another_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOLLGATE_PEOPLE", json.dumps(PEOPLE))
    door = GitHubDoor(github.SECRET)
    async with open_store(tmp_path / "store.db") as store:
        run, desk = await waiting(store), reception(store, Silent())
        for number in (1, 2):
            await desk.receive(door, posted(github.comment(f"/tollgate cancel {run}", "ada", number)))
        kinds = [entry.event.kind for entry in await store.entries(run=run)]
        assert kinds.count("run.cancel_asked") == 1
