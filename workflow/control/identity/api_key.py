"""Keys for services that have no identity provider. The store keeps a digest: who reads it can call as nobody."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mcp_handlers.kernel.identity import bearer
from workflow.model.api_key import ApiKey
from workflow.model.errors import BadRequest, Unauthorized
from workflow.model.ports import ApiKeys, Clock
from workflow.model.principal import Principal

PREFIX = "tgk"
"""What a key begins with, so that scanners for leaked secrets can know it."""
LONGEST = timedelta(days=365)
_UNKNOWN = "0" * 64


def fresh(principal: Principal, now: datetime, lifetime: timedelta) -> tuple[ApiKey, str]:
    """A new key and the text that its service presents, which is kept nowhere. Raises BadRequest for a lifetime that
    is not positive or over a year."""
    if not timedelta(0) < lifetime <= LONGEST:
        raise BadRequest("An API key holds for one day to one year.", "Choose another lifetime.")
    name, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    key = ApiKey(
        id=name,
        principal=principal,
        digest=_digest(secret),
        created_at=now,
        expires_at=now + lifetime,
    )
    return key, f"{PREFIX}_{name}_{secret}"


@dataclass(frozen=True)
class ApiKeyIdentity:
    """The Identity port over API keys."""

    keys: ApiKeys
    clock: Clock

    async def authenticate(self, headers: Mapping[str, str], *, writes: bool) -> Principal:
        """Whose key it is. Raises Unauthorized."""
        prefix, _, rest = bearer(headers).partition("_")
        name, _, secret = rest.partition("_")
        known = await self.keys.get_api_key(name) if prefix == PREFIX else None
        # Compared also where there is no such key: an answer takes the same time.
        same = hmac.compare_digest(known.digest if known else _UNKNOWN, _digest(secret))
        if known is None or not same:
            raise Unauthorized("There is no such API key.")
        if not known.holds(self.clock.now()):
            raise Unauthorized("The API key has expired or was revoked.", "Have another one made.")
        return known.principal


def _digest(secret: str) -> str:
    # 256 random bits need no slow hash: nobody can try them all.
    return hashlib.sha256(secret.encode()).hexdigest()
