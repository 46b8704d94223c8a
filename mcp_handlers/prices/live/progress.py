"""How far a refresh has come, kept page by page in a folder, so that one that was killed goes on where it was.

A page's file is written before the state that names it, both atomically: what the state names is whole, or its digest
says that it is not.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, ValidationError

from mcp_handlers.prices.live.source import Item, Page
from workflow.model.base import Noun
from workflow.model.errors import InHand

FRESH = timedelta(days=1)
"""Pages kept longer ago than this are read again: a list of prices of several days is a list of no day."""
STATE = "state.json"


class Kept(Noun):
    """One page: which part it is of, the cursor after it (empty on the part's last), and its file's SHA-256."""

    part: str
    cursor: str
    file: str
    sha256: str
    items: int
    dropped: dict[str, int]


class State(Noun):
    """All pages that are kept of one refresh, in order, and what was being read from where, and since when."""

    address: str
    parts: tuple[str, ...]
    began: AwareDatetime
    pages: tuple[Kept, ...] = ()


class Progress:
    """The pages of one cloud's refresh in `folder`."""

    def __init__(self, folder: Path, address: str, parts: tuple[str, ...], now: datetime) -> None:
        """Take up what the folder holds, if it is of this address and these parts and fresh; otherwise start anew."""
        self._folder = folder
        self._state = State(address=address, parts=parts, began=now)
        before = self._read()
        if before and (before.address, before.parts) == (address, parts) and now - before.began < FRESH:
            self._state = before.model_copy(update={"pages": tuple(self._whole(before))})
        else:
            self.clear()
        self.resumed = len(self._state.pages)

    @property
    def began(self) -> datetime:
        """When the first page was asked for."""
        return self._state.began

    @property
    def pages(self) -> tuple[Kept, ...]:
        """What is kept, in order."""
        return self._state.pages

    @property
    def dropped(self) -> Counter[str]:
        """What all pages left out, by reason."""
        return sum((Counter(page.dropped) for page in self.pages), Counter())

    def following(self, part: str) -> str | None:
        """The cursor to go on with: empty at the part's start, None where its last page is kept."""
        mine = [page.cursor for page in self.pages if page.part == part]
        return (mine[-1] or None) if mine else ""

    def seen(self, part: str) -> set[str]:
        """The cursors that led to a page of this part, or will."""
        return {page.cursor for page in self.pages if page.part == part}

    def keep(self, part: str, page: Page) -> None:
        """Keep the part's next page."""
        content = gzip.compress(json.dumps(page.items).encode(), mtime=0)
        name = f"{len(self.pages):05d}.json.gz"
        self._write(name, content)
        sha256 = hashlib.sha256(content).hexdigest()
        kept = Kept(
            part=part,
            cursor=page.cursor,
            file=name,
            sha256=sha256,
            items=len(page.items),
            dropped=dict(page.dropped),
        )
        self._note((*self.pages, kept))

    def forget(self, part: str) -> None:
        """Read this part again from its start. It is the last one that was begun, for parts are read in order."""
        self._note(tuple(page for page in self.pages if page.part != part))

    def items(self) -> Iterator[Item]:
        """The items of all pages."""
        for page in self.pages:
            yield from json.loads(gzip.decompress((self._folder / page.file).read_bytes()))

    def clear(self) -> None:
        """Keep nothing."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)

    def _note(self, pages: tuple[Kept, ...]) -> None:
        self._state = self._state.model_copy(update={"pages": pages})
        self._write(STATE, self._state.model_dump_json().encode())

    def _read(self) -> State | None:
        try:
            return State.model_validate_json((self._folder / STATE).read_bytes())
        except (OSError, ValidationError):
            return None

    def _whole(self, state: State) -> Iterator[Kept]:
        """The pages up to the first that is missing or was changed."""
        for page in state.pages:
            path = self._folder / page.file
            if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != page.sha256:
                return
            yield page

    def _write(self, name: str, content: bytes) -> None:
        write(self._folder / name, content)


def write(path: Path, content: bytes) -> None:
    """All of the file or nothing of it, on the disk when this returns."""
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock at `path`, which a killed process gives back. Raises InHand where another process has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InHand(f"another refresh has {path}", "Let it end, or refresh into another folder.") from None
        yield
