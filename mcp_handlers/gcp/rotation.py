"""Who rotates a secret, and what came of it: notes in the secret's annotations, written only if its etag still holds.

Secret Manager adds a version to a secret every time it is asked to, so a call first claims the rotation in a note of
its own, `tollgate-<key>`: the version before, its last moment, when the claim was made, and the new version once it is
there. Of several calls one wins the claim; the others wait for its note to be completed. A claim that was left open is
taken over after `CLAIM_SECONDS`, and a version that was added meanwhile is taken for its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mcp_handlers.gcp import naming
from mcp_handlers.gcp.client import Clients
from mcp_handlers.tools.rotate_secret import Input
from workflow.model.base import Json
from workflow.model.errors import NotFound, OutcomeUnknown, Rejected

CLAIM_SECONDS = 30.0
"""Longer than a call to Google may take, so that nobody is overtaken."""
_NOTE = "tollgate-"
_KEPT = 50
"""Notes on one secret: Google allows 16 KiB of annotations, a note takes about 130 bytes."""
_NONE = "-"
_TRIES = 40


@dataclass(frozen=True)
class Note:
    """One rotation. Versions are numbers as text, or empty."""

    key: str
    previous: str
    until: datetime
    began: datetime
    version: str = ""

    @property
    def open(self) -> bool:
        """True while somebody may be adding the version."""
        return not self.version and (datetime.now(UTC) - self.began).total_seconds() < CLAIM_SECONDS

    def written(self) -> str:
        """As the annotation's value."""
        times = [self.until.isoformat(), self.began.isoformat()]
        return " ".join([self.previous or _NONE, *times, self.version or _NONE])


def read(wanted: Input, clients: Clients) -> Json:
    """The secret without its versions. Raises NotFound where it is not the tenant's."""
    found = clients.secrets("GET", wanted.secret, region=wanted.region) if _plain(wanted.secret) else {}
    if not naming.ours(found.get("labels"), wanted.tenant):
        raise NotFound(f"gcp: tenant {wanted.tenant} has no secret {wanted.secret}")
    return found


def _plain(name: str) -> bool:
    return name.replace("-", "").replace("_", "").isalnum()


def notes(secret: Json) -> dict[str, Note]:
    """Every rotation that is remembered, by its key."""
    found: dict[str, Note] = {}
    for name, value in (secret.get("annotations") or {}).items():
        parts = value.split(" ")
        if name.startswith(_NOTE) and len(parts) == 4:
            key = name.removeprefix(_NOTE)
            previous, version = ("" if part == _NONE else part for part in (parts[0], parts[3]))
            until, began = (datetime.fromisoformat(part) for part in parts[1:3])
            found[key] = Note(key, previous, until, began, version)
    return found


def write(wanted: Input, clients: Clients, secret: Json, changed: Mapping[str, Note]) -> bool:
    """Put these notes in place of ours in `secret`. False, and nothing is written, where somebody else was faster."""
    foreign = {name: value for name, value in (secret.get("annotations") or {}).items() if not name.startswith(_NOTE)}
    newest = sorted(changed.values(), key=lambda note: note.began)[-_KEPT:]
    annotations = foreign | {f"{_NOTE}{note.key}": note.written() for note in newest}
    body = {"etag": secret["etag"], "annotations": annotations}
    try:
        clients.secrets("PATCH", wanted.secret, body, region=wanted.region, params={"updateMask": "annotations"})
    except Rejected:
        if read(wanted, clients)["etag"] == secret["etag"]:
            raise
        return False
    return True


def complete(wanted: Input, clients: Clients, note: Note, version: str) -> Note:
    """Write down the version that came of it; an empty one gives the claim up."""
    done = replace(note, version=version)
    for _ in range(_TRIES):
        secret = read(wanted, clients)
        changed = {key: other for key, other in notes(secret).items() if key != note.key}
        if version:
            changed[note.key] = done
        if write(wanted, clients, secret, changed):
            return done
    raise OutcomeUnknown(f"gcp: the annotations of secret {wanted.secret} are changed by others all the while")
