"""Rotate a secret in Key Vault: the newest version is the current one; a replaced one is disabled after its grace."""

from __future__ import annotations

import threading
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
    versions,
)
from mcp_handlers.tools.rotate_secret import Input, Output
from workflow.model.errors import NotFound, Rejected
from workflow.model.resource import Resource

if TYPE_CHECKING:
    from azure.keyvault.secrets import KeyVaultSecret, SecretProperties

# Key Vault has no conditional write. Within a process the same call waits its turn; of two processes' twins the newest
# version stands, which is the current one, and the other is disabled.
PERMISSIONS = (
    "Microsoft.KeyVault/vaults/secrets/getSecret/action",
    "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
    "Microsoft.KeyVault/vaults/secrets/setSecret/action",
    "Microsoft.KeyVault/vaults/secrets/update/action",
)
_TURN = threading.Lock()
_NEVER = datetime.max.replace(tzinfo=UTC)


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """Rotate, restore or finish. A version of this key is found by its tag and not made again."""
    with translated(clients, wanted.region, writes=True), _TURN:
        now = current(clients, wanted.secret, wanted.tenant, wanted.region)
        made = None if wanted.finish else _settled(wanted, clients, key)
        if made is None and not wanted.finish and wanted.restore != now.properties.version:
            made = _make(wanted, clients, key, now)
        done = _answer(wanted, made or now.properties, key)
        _retire(wanted, clients, current(clients, wanted.secret, wanted.tenant, wanted.region).properties.version or "")
        return done


def _settled(wanted: Input, clients: Clients, key: str) -> SecretProperties | None:
    """The version of this key, the newest if two processes made one each; None where there is none."""
    *twins, made = [None, *made_by(versions(clients, wanted.secret), key)]
    for twin in twins:
        if twin is not None and twin.enabled:
            clients.secrets.update_secret_properties(wanted.secret, twin.version, enabled=False)
    return made


def _make(wanted: Input, clients: Clients, key: str, now: KeyVaultSecret) -> SecretProperties:
    value = _earlier(wanted, clients) if wanted.restore else wanted.value()
    until = datetime.now(UTC) + timedelta(hours=wanted.grace_hours)
    named = {ROTATION: key, PREVIOUS: str(now.properties.version), UNTIL: until.isoformat(timespec="seconds")}
    made = clients.secrets.set_secret(
        wanted.secret,
        value,
        tags={**kept(now.properties.tags), **named},
        content_type=now.properties.content_type,
    )
    return _settled(wanted, clients, key) or made.properties


def _earlier(wanted: Input, clients: Clients) -> str:
    """The value of the version that is to be current again. It goes from the vault to the vault."""
    every = versions(clients, wanted.secret)
    found = next((one for one in every if one.version == wanted.restore), None)
    if found is None:
        raise NotFound(f"The secret {wanted.secret} has no version {wanted.restore}.")
    if not found.enabled or deadlines(every).get(wanted.restore, _NEVER) <= datetime.now(UTC):
        raise Rejected(f"The grace of version {wanted.restore} is over.", "Rotate the secret again.")
    return str(clients.secrets.get_secret(wanted.secret, wanted.restore).value)


def _retire(wanted: Input, clients: Clients, now: str) -> None:
    """Show the last moment of each replaced version, and disable those whose grace is over."""
    every = versions(clients, wanted.secret)
    for one in every:
        until = deadlines(every).get(str(one.version))
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
