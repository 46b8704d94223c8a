"""Telling is done once, whatever crashes, and tried again until it is given up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.registry import contracts
from tests.contract.stores import NOW, a_record, a_run, an_event
from tests.fakes.clock import FixedClock
from workflow.answers.post import Part
from workflow.answers.postman import LEASE, MOST_TRIES, Postman
from workflow.answers.story import Story
from workflow.model.answering import Conversation
from workflow.model.base import Json
from workflow.model.errors import CloudDown, Rejected, Throttled
from workflow.store.store import Store, open_store


class Killed(BaseException):
    """As if the process were killed here."""


@dataclass
class Service:
    """The Post port over messages in memory. `before` and `after` are raised in turn around sending."""

    sent: dict[str, Json] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    before: list[BaseException] = field(default_factory=list)
    after: list[BaseException] = field(default_factory=list)
    edits: int = 0

    def parts(self, story: Story, address: Json) -> list[Part]:
        """The run's progress in one part, and each question's."""
        run = Part(name="run", payload={"state": story.state, "stages": [stage.what for stage in story.stages]})
        return [run, *(Part(name=f"approval {q.id}", payload={"state": q.state}) for q in story.questions)]

    def note(self, note: Json, address: Json) -> Part:
        """The word."""
        return Part(name="note", payload=note)

    async def send(self, address: Json, part: Part, mark: str, ref: str) -> str:
        """A message that has the mark, or the edited one."""
        if self.before:
            raise self.before.pop(0)
        self.edits += bool(ref)
        name = ref or f"{address['channel']}/{len(self.sent)}"
        self.sent[name], self.marks[name] = part.payload, mark
        if self.after:
            raise self.after.pop(0)
        return name

    async def find(self, address: Json, part: Part, mark: str) -> str:
        """By its mark."""
        return next((name for name, found in self.marks.items() if found == mark), "")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """With a run that began, and somebody who is told of it."""
    async with open_store(tmp_path / "store.db") as found:
        await found.save_run(a_run())
        await found.append(an_event(kind="requested"))
        await found.open_conversation(talk())
        yield found


def talk(**changes: Any) -> Conversation:
    """Somebody at the door."""
    fields: dict[str, Any] = {"name": "door:1", "run": "run-1", "door": "door", **changes}
    return Conversation(tenant="acme", owner="ana", address={"channel": "C1"}, next_at=NOW, at=NOW, **fields)


def postman(store: Store, service: Service, clock: FixedClock) -> Postman:
    """As one process has it."""
    return Postman(store, {"door": service}, contracts(), clock)


async def test_progress_is_one_message_that_is_edited_in_place_until_the_run_has_ended(store: Store) -> None:
    service, clock = Service(), FixedClock(NOW)
    assert await postman(store, service, clock).round() == 1
    assert service.sent == {"C1/0": {"state": "running", "stages": ["Taken in"]}}
    assert await postman(store, service, clock).round() == 0
    await store.append(an_event(kind="parsed", reader="rules"))
    await store.append(an_event(kind="of no interest"))
    await postman(store, service, clock).round()
    assert service.sent == {"C1/0": {"state": "running", "stages": ["Taken in", "Read by rules"]}}
    await store.end_run(a_run(), a_record(a_run()), an_event(kind="finished"))
    await postman(store, service, clock).round()
    assert (service.sent["C1/0"]["state"], service.edits) == ("succeeded", 2)
    assert [each.name for each in await store.list_conversations("told")] == ["door:1"]


@pytest.mark.parametrize("where", ["before", "after"])
async def test_killed_around_sending_the_message_is_there_once(store: Store, where: str) -> None:
    service, clock = Service(**{where: [Killed()]}), FixedClock(NOW)
    with pytest.raises(Killed):
        await postman(store, service, clock).round()
    assert await postman(store, service, clock).round() == 0
    clock.forward(seconds=LEASE.total_seconds() + 1)
    assert await postman(store, service, clock).round() == 1
    assert service.sent == {"C1/0": {"state": "running", "stages": ["Taken in"]}}


async def test_a_service_that_asks_for_patience_is_given_it_and_nothing_is_lost(store: Store) -> None:
    service, clock = Service(before=[Throttled("slow down", retry_after=30), CloudDown("away")]), FixedClock(NOW)
    await postman(store, service, clock).round()
    (waiting,) = await store.list_conversations("open")
    assert (waiting.tries, waiting.next_at) == (1, NOW + timedelta(seconds=30))
    clock.forward(seconds=30)
    await postman(store, service, clock).round()
    (waiting,) = await store.list_conversations("open")
    assert timedelta(seconds=4) <= waiting.next_at - clock.now() <= timedelta(seconds=5)
    clock.forward(seconds=5)
    await postman(store, service, clock).round()
    (waiting,) = await store.list_conversations("open")
    assert (waiting.tries, waiting.error, list(service.sent)) == (0, "", ["C1/0"])


async def test_what_cannot_be_told_is_a_dead_letter_that_says_why_and_can_be_tried_again(store: Store) -> None:
    service, clock = Service(before=[Rejected("not_in_channel")]), FixedClock(NOW)
    await postman(store, service, clock).round()
    (dead,) = await store.list_conversations("dead")
    assert dead.error == "REJECTED: not_in_channel"
    assert await postman(store, service, clock).round() == 0
    await store.revive_conversation("door:1", clock.now())
    await postman(store, service, clock).round()
    assert list(service.sent) == ["C1/0"]


async def test_it_is_given_up_after_a_number_of_tries(store: Store) -> None:
    service, clock = Service(before=[CloudDown("away")] * 99), FixedClock(NOW)
    tries = 0
    while not await store.list_conversations("dead"):
        tries += await postman(store, service, clock).round()
        clock.forward(hours=2)
    assert tries == MOST_TRIES


async def test_a_note_is_told_once(store: Store) -> None:
    service, clock = Service(), FixedClock(NOW)
    await store.open_conversation(talk(name="note:1", run="", note={"text": "You may not."}))
    assert await postman(store, service, clock).round() == 2
    assert await postman(store, service, clock).round() == 0
    assert {"text": "You may not."} in service.sent.values()


async def test_one_door_without_a_way_out_does_not_keep_the_others_from_being_told(store: Store) -> None:
    service, clock = Service(), FixedClock(NOW)
    await store.open_conversation(talk(name="other:1", door="other"))
    await postman(store, service, clock).round()
    (dead,) = await store.list_conversations("dead")
    assert (dead.name, "no way out" in dead.error, len(service.sent)) == ("other:1", True, 1)
