"""The generic door as it is set up here: TOLLGATE_DOOR_SIGNED_SECRETS and _ADDRESSES, JSON by sender."""

from __future__ import annotations

import json
from collections.abc import Mapping

from functions.webhooks.signed.door import SignedDoor, key_of
from functions.webhooks.signed.post import SignedPost
from mcp_handlers.kernel.clock import SystemClock
from workflow.model.errors import BadRequest

SECRETS, ADDRESSES = "TOLLGATE_DOOR_SIGNED_SECRETS", "TOLLGATE_DOOR_SIGNED_ADDRESSES"


def door(environ: Mapping[str, str]) -> SignedDoor | None:
    """The way in, where senders have secrets."""
    secrets = _secrets(environ)
    return SignedDoor(secrets) if secrets else None


def post(environ: Mapping[str, str]) -> SignedPost | None:
    """The way out; who has no address there is told nothing."""
    secrets, addresses = _secrets(environ), _by_sender(environ, ADDRESSES)
    return SignedPost(addresses, secrets, SystemClock()) if secrets else None


def _secrets(environ: Mapping[str, str]) -> dict[str, bytes]:
    return {sender: key_of(secret) for sender, secret in _by_sender(environ, SECRETS).items()}


def _by_sender(environ: Mapping[str, str], name: str) -> dict[str, str]:
    try:
        found = json.loads(environ.get(name) or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise BadRequest(f"{name} is no JSON object of texts.", 'Write it like {"ci": "…"}.')
    return found
