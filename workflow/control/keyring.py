"""The signing keys of a control plane, in one file: the newest signs, the ones before it verify until nothing that they
signed can still hold. Pure values, and the file that keeps them: readable by its owner only, replaced whole or not at
all, and changed by one process at a time.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import Field, ValidationError

from mcp_handlers.kernel.jws import SKEW_SECONDS, b64
from workflow.control.sign import LONGEST, kid_of_key, private_key
from workflow.model.base import Noun
from workflow.model.errors import BadRequest, Terminal

OVERLAP = LONGEST + timedelta(seconds=2 * SKEW_SECONDS)
"""How long a key verifies after it has stopped signing: the longest that a token holds, and clocks that differ."""


AHEAD = timedelta(seconds=60)
"""How long a key is published before it signs, so that every function knows it by then."""


class RingKey(Noun):
    """One Ed25519 key. `seed` is its private half, base64url. `until` is set once another one signs: no longer than
    that does it verify."""

    kid: str
    seed: str = Field(repr=False)
    since: datetime
    until: datetime | None = None


class Ring(Noun):
    """All keys, oldest first; the last one that has begun signs."""

    keys: tuple[RingKey, ...] = Field(min_length=1)

    def signing(self, now: datetime) -> RingKey:
        """The one that signs. Where a clock was put back before all of them: the first."""
        return next((key for key in reversed(self.keys) if key.since <= now), self.keys[0])

    def verifying(self, now: datetime) -> tuple[RingKey, ...]:
        """Those that are published."""
        return tuple(key for key in self.keys if key.until is None or now < key.until)


def fresh_key(since: datetime) -> RingKey:
    """A new key."""
    return key_of(secrets.token_bytes(32), since)


def key_of(seed: bytes, now: datetime) -> RingKey:
    """The key with this private half."""
    return RingKey(kid=kid_of_key(private_key(seed)), seed=b64(seed), since=now)


def rotated(ring: Ring, new: RingKey) -> Ring:
    """The new key signs from its `since` on; the one before it verifies for the overlap after that."""
    last = ring.keys[-1].model_copy(update={"until": new.since + OVERLAP})
    return Ring(keys=(*ring.keys[:-1], last, new))


def retired(ring: Ring, now: datetime, kid: str = "") -> Ring:
    """Without the keys whose time has come; with `kid`, without that one. Raises BadRequest where it is too early."""
    known = {key.kid: key for key in ring.keys}
    if kid and kid not in known:
        raise BadRequest(f"There is no key {kid}.", "`tollgate keys list` shows them.")
    if kid and known[kid].until is None:
        raise BadRequest(f"The key {kid} signs.", "Rotate first: `tollgate keys rotate`.")
    over = {key.kid for key in ring.keys if key not in ring.verifying(now)}
    if kid and kid not in over:
        raise BadRequest(
            f"What the key {kid} signed may hold until {known[kid].until:%Y-%m-%d %H:%M:%S} UTC.",
            f"Wait, or stop it at once: `tollgate revoke key {kid} --reason …`.",
        )
    return Ring(keys=tuple(key for key in ring.keys if key.kid not in ({kid} if kid else over)))


def read_ring(folder: Path) -> Ring:
    """The folder's keys. Raises Terminal where they cannot be read."""
    try:
        return parsed_ring(_path(folder).read_bytes(), str(folder))
    except OSError as error:
        raise _unreadable(str(folder), error) from None


def parsed_ring(document: bytes, place: str) -> Ring:
    """The keys of a keyring's JSON, from `place`. Raises Terminal where it is none."""
    try:
        return Ring.model_validate_json(document)
    except ValidationError as error:
        raise _unreadable(place, error) from None


def _unreadable(place: str, error: Exception) -> Terminal:
    # Pydantic's own words would quote the keys, which are secret.
    return Terminal(
        f"The signing keys in {place} cannot be read ({type(error).__name__}).",
        "Put them back from a copy, or take them away to begin with a new key.",
    )


def change_ring(folder: Path, change: Callable[[Ring], Ring], now: datetime) -> Ring:
    """Make the folder's keys what `change` says of them, and return them. Made with a new key where there are none."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(folder):
        known = read_ring(folder) if _path(folder).exists() else None
        wanted = change(known or Ring(keys=(_first(folder, now),)))
        if wanted != known:
            write_whole(_path(folder), wanted.model_dump_json().encode(), mode=0o600)
        return wanted


def write_whole(path: Path, content: bytes, *, mode: int) -> None:
    """Replace a file: a reader finds the old content or the new, also after a crash."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def stamp(folder: Path) -> tuple[int, int]:
    """Differs after every change of the folder's keys. Raises FileNotFoundError."""
    found = _path(folder).stat()
    return found.st_ino, found.st_mtime_ns


def _path(folder: Path) -> Path:
    return folder / "keyring.json"


def _first(folder: Path, now: datetime) -> RingKey:
    """The key that this folder had before it could have several, else a new one."""
    former = folder / "control.key"
    return key_of(former.read_bytes(), now) if former.exists() else fresh_key(now)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
