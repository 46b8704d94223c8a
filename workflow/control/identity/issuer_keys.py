"""A provider's public keys, read when they are needed and kept for a while.

Providers change keys without telling anybody: a token that names an unknown key has the document read again, but not
more often than every `EARLY_SECONDS`, so that made-up names cannot be turned against the provider. What was read
serves for `STALE_SECONDS` when the provider cannot be reached.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from urllib.parse import urlsplit

import jwt

from workflow.control.identity.issuer import Issuer
from workflow.model.base import Json
from workflow.model.errors import TrustUnknown, Unauthorized
from workflow.model.ports import Clock

log = logging.getLogger(__name__)

FRESH_SECONDS = 600
EARLY_SECONDS = 30
STALE_SECONDS = 6 * 3600

Fetch = Callable[[str], Awaitable[bytes]]
"""A bounded GET without redirects. Raises OSError."""


class IssuerKeys:
    """The keys of one provider, by `kid`."""

    def __init__(self, issuer: Issuer, fetch: Fetch, clock: Clock) -> None:
        self._issuer, self._fetch, self._clock = issuer, fetch, clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._read_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._turn = asyncio.Lock()

    async def key(self, kid: str) -> jwt.PyJWK:
        """The key of this name. Raises Unauthorized where the provider has none, TrustUnknown where it cannot be
        asked."""
        if self._due(kid):
            async with self._turn:
                if self._due(kid):
                    await self._refresh()
        if self._since(self._read_at) > STALE_SECONDS:
            raise TrustUnknown(f"The keys of {self._issuer.issuer} cannot be read: nobody of there can be recognised.")
        if kid not in self._keys:
            raise Unauthorized("The token was signed with a key that its issuer does not publish.")
        return self._keys[kid]

    def _due(self, kid: str) -> bool:
        known = self._since(self._read_at) < FRESH_SECONDS and kid in self._keys
        return not known and self._since(self._tried_at) >= EARLY_SECONDS

    async def _refresh(self) -> None:
        self._tried_at = self._clock.now()
        try:
            where = self._issuer.jwks_uri or await self._discovered()
            self._keys = _signing_keys(json.loads(await self._fetch(where)))
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            # What was known stays, and grows old. The error's words may quote the document.
            log.warning("the keys of %s could not be read (%s)", self._issuer.issuer, type(error).__name__)
            return
        self._read_at = self._clock.now()

    async def _discovered(self) -> str:
        document = json.loads(await self._fetch(self._issuer.discovery))
        if document["issuer"] != self._issuer.issuer:
            raise ValueError("the document is another issuer's")
        where = Issuer.model_validate({**self._issuer.model_dump(), "jwks_uri": document["jwks_uri"]}).jwks_uri
        # Plain http is this machine: no provider of elsewhere has its keys here.
        if where is None or (urlsplit(where).scheme, urlsplit(self._issuer.issuer).scheme) == ("http", "https"):
            raise ValueError("the document leads somewhere else")
        return where

    def _since(self, moment: datetime | None) -> float:
        """Seconds; a clock that was put back makes everything old."""
        passed = float("inf") if moment is None else (self._clock.now() - moment).total_seconds()
        return passed if passed >= 0 else float("inf")


def _signing_keys(document: Json) -> dict[str, jwt.PyJWK]:
    """The keys that verify signatures, without those of a kind that is not known here (RFC 7517, section 5)."""
    found = {}
    for told in document["keys"]:
        if told.get("use", "sig") != "sig" or not isinstance(told.get("kid"), str):
            continue
        try:
            found[told["kid"]] = jwt.PyJWK.from_dict(told)
        except jwt.PyJWTError:
            continue
    return found
