"""Rotate a secret in Secrets Manager: AWSPENDING, then AWSCURRENT; the old version is labelled with its last moment."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.errors import translated
from mcp_handlers.aws.permissions import OWN, Allow
from mcp_handlers.aws.secrets import CURRENT, PENDING, Version, current, is_there, move, until_label, versions
from mcp_handlers.tools.rotate_secret import Input, Output
from workflow.model.errors import NotFound, OutcomeUnknown, Rejected
from workflow.model.resource import Resource

PERMISSIONS = (
    Allow(
        (
            "secretsmanager:DescribeSecret",
            "secretsmanager:ListSecretVersionIds",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
        ),
        ("arn:aws:secretsmanager:{region}:{account}:secret:{secret}-??????",),
        OWN,
    ),
)
_TRIES = 5
"""How often the labels are looked at again when another call moves them meanwhile."""


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """Rotate, restore or finish. The new version's id is the key, so that the same call finds what it made."""
    if not is_there(clients, _resource(wanted), wanted.tenant):
        raise NotFound(f"There is no secret {wanted.secret} in {wanted.region}.")
    with translated(clients, wanted.region, writes=True):
        if wanted.finish:
            _disable_overdue(wanted, clients)
            return _answer(wanted, clients, "")
        target = wanted.restore or key
        if _is_open(wanted, clients, key):
            _promote(wanted, clients, key, target)
        done = _answer(wanted, clients, key)
        _disable_overdue(wanted, clients)
        return done


def _is_open(wanted: Input, clients: Clients, key: str) -> bool:
    """True where the target is still to be made current: it was made now, or an earlier call came no further."""
    if wanted.restore:
        return _may_be_restored(wanted, clients, key)
    client = clients.secrets(wanted.region)
    made = versions(clients, wanted.region, wanted.secret).get(key)
    if made is not None:
        return PENDING in made.stages
    # It exists only if the same call was made a moment earlier: then that one's value stands.
    with contextlib.suppress(client.exceptions.ResourceExistsException):
        client.put_secret_value(
            SecretId=wanted.secret, ClientRequestToken=key, SecretString=wanted.value(), VersionStages=[PENDING]
        )
    return True


def _may_be_restored(wanted: Input, clients: Clients, key: str) -> bool:
    found = versions(clients, wanted.region, wanted.secret)
    old, now = found.get(wanted.restore), current(found)
    if old is None:
        raise NotFound(f"The secret {wanted.secret} has no version {wanted.restore}.")
    replaced = next((version for version in found.values() if version.replaced_by(key)), None)
    if old == now or (replaced is not None and replaced != now):
        return False
    if not old.stages or any(until < datetime.now(UTC) for until in old.deadlines.values()):
        raise Rejected(f"The grace of version {wanted.restore} is over.", "Rotate the secret again.")
    return True


def _promote(wanted: Input, clients: Clients, key: str, target: str) -> None:
    """Label the version in use with its last moment, and put `target` in its place."""
    region, secret = wanted.region, wanted.secret
    for _ in range(_TRIES):
        found = versions(clients, region, secret)
        old, new = current(found), found.get(target)
        if new is None:
            continue
        if old == new:
            break
        began = datetime.now(UTC) if wanted.restore else new.created
        if old is not None and old.replaced_by(key) is None:
            label = until_label(began + timedelta(hours=wanted.grace_hours), key)
            if not move(clients, region, secret, label, to=old.id):
                continue
        if move(clients, region, secret, CURRENT, to=target, away=old.id if old else ""):
            break
    else:
        raise OutcomeUnknown(f"The labels of {secret} were moved by others all the while.")
    for label in sorted({PENDING, *new.deadlines} & new.stages):
        move(clients, region, secret, label, away=target)


def _answer(wanted: Input, clients: Clients, key: str) -> Output:
    found = versions(clients, wanted.region, wanted.secret)
    now = current(found)
    replaced = {version.id: until for version in found.values() if key and (until := version.replaced_by(key))}
    previous = next(iter(replaced), "")
    version = (wanted.restore or key) if not wanted.finish else now.id if now else ""
    until = replaced.get(previous)
    return Output(resource=_resource(wanted), version=version, previous=previous, previous_valid_until=until)


def _resource(wanted: Input) -> Resource:
    return Resource(cloud="aws", kind="secret", id=wanted.secret, region=wanted.region)


def _disable_overdue(wanted: Input, clients: Clients) -> None:
    """Take every label from each version whose grace is over: nothing refers to it then, and AWS removes it in time."""
    for version in versions(clients, wanted.region, wanted.secret).values():
        for label in _overdue(version):
            move(clients, wanted.region, wanted.secret, label, away=version.id)


def _overdue(version: Version) -> list[str]:
    if not version.deadlines or max(version.deadlines.values()) > datetime.now(UTC):
        return []
    return sorted(version.deadlines if CURRENT in version.stages else version.stages)
