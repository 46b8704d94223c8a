"""One case after another: the same run, disturbed at one boundary each time, held against the undisturbed run."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.chaos.house import (
    Ended,
    House,
    Outcome,
    a_request,
    begun,
    ended,
    lived,
    lives_until_ended,
    outcome,
    reached,
)
from tests.chaos.life import Life
from tests.chaos.stories import STORIES, Story
from tests.contract.stores import STORES
from workflow.model.errors import StoreAway

EVERY = os.environ.get("TOLLGATE_CHAOS") == "all"
"""Whether every boundary is tried, or a sample of them."""
_log = logging.getLogger(__name__)
"""Told what came of each case when it ends: all take long. `-o log_cli=true -o log_cli_level=info` shows it."""


@dataclass(frozen=True)
class Cases:
    """The cases of one story on one store, each with a database of its own below `folder`."""

    house: House
    folder: Path
    story: str
    store: str
    place: Callable[[], str] | None = None

    def undisturbed(self) -> tuple[list[str], list[Outcome]]:
        """The boundaries of what nothing befalls, and what each run comes to."""
        told = STORIES[self.story]
        life = self._life(told, "undisturbed", "", "")
        end = lived(life)
        assert end.code == 0, end
        # How often a lease is renewed is a matter of how fast the machine is.
        boundaries = [each for each in life.log.read_text().splitlines() if "renew_lease" not in each]
        came = self._came(life)
        if told.like:
            came = Cases(self.house, self.folder, told.like, self.store, self.place).undisturbed()[1]
        return boundaries, came

    def disturb(self, mishap: str, at: Sequence[str], expected: list[Outcome], *, dies: bool = False) -> list[str]:
        """What went wrong in these cases, a line for each. `dies`: no life survives the mishap."""
        return self._wrong(
            mishap, at, lambda number, boundary: self._one(mishap, number, boundary, expected, dies=dies)
        )

    def race(self, at: Sequence[str], expected: list[Outcome], *, stalls: bool) -> list[str]:
        """What went wrong where at these boundaries another process takes the run over from one that still lives.

        The first stands still meanwhile, if it `stalls`, and goes on when the other has ended.
        """
        kind = "stall" if stalls else "tell"
        return self._wrong(kind, at, lambda number, boundary: self._raced(kind, number, boundary, expected))

    def _wrong(self, mishap: str, at: Sequence[str], case: Callable[[int, str], str]) -> list[str]:
        wrong: list[str] = []
        for number, boundary in enumerate(at):
            said, name = case(number, boundary), f"{self.story} on {self.store}, {mishap} {boundary}"
            _log.info("%s: %s", name, said or "as undisturbed")
            if said:
                wrong.append(f"{name}: {said}")
        return wrong

    def _raced(self, kind: str, number: int, boundary: str, expected: list[Outcome]) -> str:
        life = self._life(STORIES[self.story], f"{kind}-{number}", boundary, kind)
        first, last = begun(life)
        # By the clock of the other, every lease is over.
        rival = replace(life, at="", hours=2, log=Path(f"{life.log}-rival"))
        try:
            reached(first, life)
            if kind == "stall":
                kept_out = _is_kept_out(lived(rival))
                _go_on(first)
                ended(first, last)
                if kept_out:
                    lives_until_ended(rival)
            else:
                lives_until_ended(rival)
                ended(first, last)
            came = self._came(life)
        except AssertionError as error:
            return str(error)
        finally:
            if first.is_alive():
                first.kill()
        return differences(came, expected)

    def _one(self, mishap: str, number: int, boundary: str, expected: list[Outcome], *, dies: bool) -> str:
        life = self._life(STORIES[self.story], f"{mishap}-{number}", boundary, mishap)
        try:
            ends = lives_until_ended(life)
            came = self._came(life)
        except AssertionError as error:
            return str(error)
        if dies and not ends:
            return "it was not reached"
        return differences(came, expected)

    def _came(self, life: Life) -> list[Outcome]:
        return [asyncio.run(outcome(self.house, life.place, run)) for run in STORIES[self.story].runs]

    def _life(self, story: Story, name: str, at: str, mishap: str) -> Life:
        self.house.reset(story.faults)
        folder = self.folder / f"{self.story}-{name}"
        folder.mkdir()
        place = self.place() if self.place else STORES[self.store].place(folder)
        requests = tuple(a_request(story.text, run).model_dump_json() for run in story.runs)
        told = (requests, story.clouds, story.orchestrated, place, self.house.environment)
        return Life(*told, folder / "boundaries", at, mishap)


def _go_on(process: BaseProcess) -> None:
    assert process.pid is not None
    os.kill(process.pid, signal.SIGCONT)


def _is_kept_out(end: Ended) -> bool:
    """Whether a file was kept from this life by one that stands still in the middle of a transaction.

    It was told to try again then, and did nothing: there is no taking a lock from a process that lives.
    """
    assert end.code == 0 or f".{StoreAway.__name__}: " in end.error, end
    return end.code != 0


def sample(boundaries: Sequence[str], count: int, offset: int = 0) -> list[str]:
    """`count` boundaries in even steps, beginning with another one at each offset; or all of them."""
    if EVERY or count >= len(boundaries):
        return list(boundaries)
    step = len(boundaries) / count
    return [boundaries[int((number + offset / 10 % 1) * step)] for number in range(count)]


def differences(came: Sequence[Outcome], expected: Sequence[Outcome]) -> str:
    """In what the runs' outcomes differ; empty where in nothing."""
    return "; ".join(filter(None, map(difference, came, expected)))


def difference(came: Outcome, expected: list[Outcome]) -> str:
    """In what the two differ; empty where in nothing."""
    found = []
    if came.broken:
        found.append(f"the ledger is broken: {came.broken}")
    if came.holdings != expected.holdings:
        found.append(f"the clouds hold {came.holdings}, not {expected.holdings}")
    if came.receipts != expected.receipts:
        found.append(f"receipts: {sorted(set(came.receipts) ^ set(expected.receipts))}")
    if came.money != expected.money:
        found.append(f"money {came.money}, not {expected.money}")
    other = [name for name in expected.record if came.record[name] != expected.record[name]]
    found += [f"{name}: {came.record[name]}, not {expected.record[name]}" for name in other]
    return "; ".join(found)
