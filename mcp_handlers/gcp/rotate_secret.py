"""Rotate a secret in Secret Manager: the newest version is current; a replaced one is disabled after its grace."""

from __future__ import annotations

import base64
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from mcp_handlers.gcp import rotation
from mcp_handlers.gcp.client import Clients
from mcp_handlers.gcp.rotation import Note
from mcp_handlers.tools.rotate_secret import Input, Output
from workflow.model.errors import NotFound, OutcomeUnknown, Rejected, Throttled, TollgateError
from workflow.model.resource import Resource

PERMISSIONS = (
    "secretmanager.secrets.get",
    "secretmanager.secrets.update",
    "secretmanager.versions.access",
    "secretmanager.versions.add",
    "secretmanager.versions.disable",
    "secretmanager.versions.list",
)
_POLL_SECONDS = 0.05


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """Rotate, restore or finish. The call's key is claimed in the secret's annotations before a version is added."""
    note = None
    rotation.read(wanted, clients)
    newest = _newest(wanted, clients)
    if not wanted.finish and (wanted.restore or "-") != newest:
        note = _rotate(wanted, clients, key)
    _disable_overdue(wanted, clients)
    resource = Resource(cloud="gcp", kind="secret", id=wanted.secret, region=wanted.region)
    if note is None:
        return Output(resource=resource, version=newest)
    until = note.until if note.previous else None
    return Output(resource=resource, version=note.version, previous=note.previous, previous_valid_until=until)


def _rotate(wanted: Input, clients: Clients, key: str) -> Note:
    while True:
        secret = rotation.read(wanted, clients)
        found = rotation.notes(secret)
        mine = found.get(key)
        if mine is not None and mine.version:
            return mine
        if any(note.open for note in found.values() if note.key != key):
            raise Throttled(f"gcp: secret {wanted.secret} is being rotated by another call")
        if mine is not None and mine.open:
            time.sleep(_POLL_SECONDS)
            continue
        if mine is not None and (added := _added(wanted, clients, mine, found)):
            return rotation.complete(wanted, clients, mine, added)
        value = _earlier(wanted, clients, found) if wanted.restore else _encoded(wanted.value())
        began = datetime.now(UTC).replace(microsecond=0)
        until = began + timedelta(hours=wanted.grace_hours)
        claim = Note(key, _newest(wanted, clients), until, datetime.now(UTC))
        if rotation.write(wanted, clients, secret, {**found, key: claim}):
            return rotation.complete(wanted, clients, claim, _add(wanted, clients, claim, value))


def _encoded(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def _add(wanted: Input, clients: Clients, claim: Note, value: str) -> str:
    body = {"payload": {"data": value}}
    try:
        made = clients.secrets("POST", f"{wanted.secret}:addVersion", body, region=wanted.region)
    except OutcomeUnknown:
        raise
    except TollgateError:
        # Nothing was added, so the next call need not wait for the claim to run out.
        with suppress(TollgateError):
            rotation.complete(wanted, clients, claim, "")
        raise
    return _number(made["name"])


def _added(wanted: Input, clients: Clients, mine: Note, found: dict[str, Note]) -> str:
    """The version that a call of this key added without writing it down; empty where there is none."""
    known = {note.version for note in found.values()}
    later = [number for number in _states(wanted, clients) if int(number) > int(mine.previous or 0)]
    return min((number for number in later if number not in known), key=int, default="")


def _earlier(wanted: Input, clients: Clients, found: dict[str, Note]) -> str:
    """The value of the version that is to be current again, as Google encodes it."""
    state = _states(wanted, clients).get(wanted.restore)
    if state is None:
        raise NotFound(f"gcp: secret {wanted.secret} has no version {wanted.restore}")
    over = any(note.previous == wanted.restore and note.until <= datetime.now(UTC) for note in found.values())
    if over or state != "ENABLED":
        raise Rejected(f"gcp: the grace of version {wanted.restore} is over", "Rotate the secret again.")
    path = f"{wanted.secret}/versions/{wanted.restore}:access"
    return str(clients.secrets("GET", path, region=wanted.region)["payload"]["data"])


def _disable_overdue(wanted: Input, clients: Clients) -> None:
    secret, states = rotation.read(wanted, clients), _states(wanted, clients)
    newest = max(states, key=int, default="")
    for note in rotation.notes(secret).values():
        usable = states.get(note.previous) == "ENABLED" and note.previous != newest
        if note.version and usable and note.until <= datetime.now(UTC):
            clients.secrets("POST", f"{wanted.secret}/versions/{note.previous}:disable", {}, region=wanted.region)


def _newest(wanted: Input, clients: Clients) -> str:
    return max(_states(wanted, clients), key=int, default="")


def _states(wanted: Input, clients: Clients) -> dict[str, str]:
    """The state of every version, by its number."""
    found = clients.every(clients.secrets, f"{wanted.secret}/versions", "versions", region=wanted.region)
    return {_number(one["name"]): one["state"] for one in found}


def _number(name: str) -> str:
    return name.rpartition("/")[2]
