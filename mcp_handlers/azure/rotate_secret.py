"""Rotate a secret in Key Vault: the newest version is the current one; a replaced one is disabled after its grace."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.errors import translated
from mcp_handlers.azure.secrets import (
    PREVIOUS,
    ROTATION,
    UNTIL,
    current,
    deadlines,
    kept,
    made_by,
    overtaken,
    standing_of,
    versions,
)
from mcp_handlers.tools.rotate_secret import Input, Output
from workflow.model.errors import NotFound, Rejected
from workflow.model.resource import Resource

if TYPE_CHECKING:
    from azure.keyvault.secrets import KeyVaultSecret, SecretProperties

# Key Vault has no conditional write: two calls of one effect in two processes may add a version each. They wait until
# no other has come for a while, and then all answer the one that Key Vault itself calls current. The lock spares one
# process versions that are not needed; nothing rests on it.
PERMISSIONS = (
    "Microsoft.KeyVault/vaults/secrets/getSecret/action",
    "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
    "Microsoft.KeyVault/vaults/secrets/setSecret/action",
    "Microsoft.KeyVault/vaults/secrets/update/action",
)
_TURN = threading.Lock()
_NEVER = datetime.max.replace(tzinfo=UTC)
_LONG_AGO = timedelta(minutes=1)
"""The age at which a version's twins are all there for certain: more than clocks differ and than a request lasts."""


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """Rotate, restore or finish. A version of this key is found by its tag and not made again."""
    with translated(clients, wanted.region, writes=True):
        with _TURN:
            now = current(clients, wanted.secret, wanted.tenant, wanted.region)
            begun = not wanted.finish and _begun(wanted, clients, key, now)
        made = _settled(wanted, clients, key) if begun else now.properties
        done = _answer(wanted, made, key)
        _retire(wanted, clients)
        return done


def _begun(wanted: Input, clients: Clients, key: str, now: KeyVaultSecret) -> bool:
    """True where there is a version of this key, by now; False where the one to be restored is current anyway."""
    if not made_by(versions(clients, wanted.secret), key):
        if wanted.restore == now.properties.version:
            return False
        _make(wanted, clients, key, now)
    return True


def _settled(wanted: Input, clients: Clients, key: str) -> SecretProperties:
    """The version of this key that stands. Whoever saw none of its versions has added its own when this returns."""
    twins = made_by(versions(clients, wanted.secret), key)
    while any(datetime.now(UTC) - _LONG_AGO < one.created_on for one in twins if one.created_on):
        time.sleep(clients.poll_seconds)
        before, twins = twins, made_by(versions(clients, wanted.secret), key)
        if len(before) == len(twins):
            break
    every = versions(clients, wanted.secret)
    return standing_of(every, key, current(clients, wanted.secret, wanted.tenant, wanted.region).properties)


def _make(wanted: Input, clients: Clients, key: str, now: KeyVaultSecret) -> None:
    value = _earlier(wanted, clients) if wanted.restore else wanted.value()
    until = datetime.now(UTC) + timedelta(hours=wanted.grace_hours)
    named = {ROTATION: key, PREVIOUS: str(now.properties.version), UNTIL: until.isoformat(timespec="seconds")}
    clients.secrets.set_secret(
        wanted.secret,
        value,
        tags={**kept(now.properties.tags), **named},
        content_type=now.properties.content_type,
    )


def _earlier(wanted: Input, clients: Clients) -> str:
    """The value of the version that is to be current again. It goes from the vault to the vault."""
    every = versions(clients, wanted.secret)
    found = next((one for one in every if one.version == wanted.restore), None)
    if found is None:
        raise NotFound(f"The secret {wanted.secret} has no version {wanted.restore}.")
    if not found.enabled or deadlines(every).get(wanted.restore, _NEVER) <= datetime.now(UTC):
        raise Rejected(f"The grace of version {wanted.restore} is over.", "Rotate the secret again.")
    return str(clients.secrets.get_secret(wanted.secret, wanted.restore).value)


def _retire(wanted: Input, clients: Clients) -> None:
    """Show the last moment of each version that is not current any more, and disable those whose grace is over.

    The versions are read before the current one: what is among them and is not current then is older, for ever. The
    other way round, a version that another call adds in between would be taken for an old one.
    """
    every = versions(clients, wanted.secret)
    now = current(clients, wanted.secret, wanted.tenant, wanted.region).properties.version
    ends = {**overtaken(every), **deadlines(every)}
    for one in every:
        until = ends.get(str(one.version))
        if until is None or one.version == now or not one.enabled:
            continue
        over = until <= datetime.now(UTC)
        if over or one.expires_on != until:
            clients.secrets.update_secret_properties(wanted.secret, one.version, expires_on=until, enabled=not over)


def _answer(wanted: Input, made: SecretProperties, key: str) -> Output:
    resource = Resource(cloud="azure", kind="secret", id=wanted.secret, region=wanted.region)
    tags = made.tags or {}
    if wanted.finish or tags.get(ROTATION) != key:
        return Output(resource=resource, version=str(made.version))
    until = datetime.fromisoformat(tags[UNTIL])
    return Output(resource=resource, version=str(made.version), previous=tags[PREVIOUS], previous_valid_until=until)
