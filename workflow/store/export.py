"""A part of the ledger as a file that proves itself, without Tollgate: see docs/ledger-export.md.

The first line says which entry the file follows and which is its last. Every other line holds an entry, and the bytes
between its brackets are exactly those that its hash is the SHA-256 of.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import islice
from pathlib import Path

from workflow.model.base import canonical
from workflow.model.errors import BadRequest, Terminal
from workflow.store.ledger import Head, Line, Verification, sealed, verify

FORMAT = "tollgate-ledger/1"
PAGE = 1000


class ExportFile:
    """A file that is being written; it has its name only when it is whole."""

    def __init__(self, descriptor: int, after: Head, through: Head) -> None:
        self._file = os.fdopen(descriptor, "wb")
        self._digest = sha256()
        self._put(canonical({"after": list(after), "format": FORMAT, "through": list(through)}) + b"\n")

    def add(self, lines: list[Line]) -> None:
        """Write the next entries."""
        self._put(b"".join(map(_row, lines)))

    def finish(self) -> str:
        """Everything on the disk; the file's SHA-256."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return self._digest.hexdigest()

    def _put(self, raw: bytes) -> None:
        self._file.write(raw)
        self._digest.update(raw)


@contextmanager
def new_file(path: Path, after: Head, through: Head) -> Iterator[ExportFile]:
    """A new export at `path`, which only its owner may read and nobody may write.

    Raises BadRequest where there is such a file already: an export is never replaced.
    """
    if path.exists():
        raise BadRequest(f"{path} exists already, and an export is never replaced.", "Name another file.")
    try:
        descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            yield ExportFile(descriptor, after, through)
            os.chmod(unfinished, 0o400)
            os.link(unfinished, path)
        finally:
            os.unlink(unfinished)
    except OSError as error:
        raise Terminal(f"{path} could not be written: {error.strerror}.", "Check the folder and its space.") from error


async def verify_file(path: Path) -> Verification:
    """Prove the entries of an export, from its first line to its last. BadRequest for a file that is none."""
    try:
        with path.open("rb") as file:
            after, through = _header(file.readline())
            return await verify(_pages(file, after), through, after)
    except OSError as error:
        raise BadRequest(f"{path} cannot be read: {error.strerror}.", "Check the file's name.") from error


def _row(line: Line) -> bytes:
    return b'{"entry":%b,"hash":"%b"}\n' % (sealed(line), line.hash.encode())


def _header(raw: bytes) -> tuple[Head, Head]:
    try:
        told = json.loads(raw)
        if told["format"] == FORMAT:
            return Head(*told["after"]), Head(*told["through"])
    except (KeyError, TypeError, ValueError):
        pass
    raise BadRequest(
        "The file's first line is not that of a ledger export.", "Name a file of `tollgate ledger export`."
    )


async def _pages(rows: Iterator[bytes], after: Head) -> AsyncIterator[list[Line]]:
    lines = (_line(raw, number) for number, raw in enumerate(rows, after.seq + 1))
    while page := list(islice(lines, PAGE)):
        yield page


def _line(raw: bytes, number: int) -> Line:
    try:
        told = json.loads(raw)
        seq, previous, event = told["entry"]
        body = canonical(event["body"]).decode()
        line = Line(seq, event["run"], event["tenant"], event["kind"], event["at"], body, previous, told["hash"])
        if _row(line) == raw:
            return line
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        pass
    # Not as we wrote it: a line whose hash cannot be right.
    return Line(number, "", "", "", "", "", "", "")
