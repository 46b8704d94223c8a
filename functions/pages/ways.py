"""How people sign in to the pages: at which providers, found through their own discovery documents."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from functions.serve.callers import fetcher
from workflow.control.identity.issuer import READ, WRITE, Address, Issuer
from workflow.model.base import Json
from workflow.model.ports import Clock

if TYPE_CHECKING:
    from workflow.control.identity.issuer_keys import Fetch

log = logging.getLogger(__name__)
KEPT = timedelta(minutes=10)


class Described(BaseModel):
    """What the pages need of a provider's discovery document."""

    issuer: str
    authorization_endpoint: Address
    token_endpoint: Address


@dataclass
class Ways:
    """The ways in. `local`: a token of this machine is taken."""

    providers: Sequence[Issuer]
    clock: Clock
    local: bool
    fetch: Fetch = field(default_factory=fetcher)
    _found: dict[str, tuple[datetime, Described]] = field(default_factory=dict)

    async def told(self) -> Json:
        """What the page needs to know. A provider that cannot be read now is left out."""
        ready = await self._ready()
        return {"local": self.local, "providers": [_told(issuer, described) for issuer, described in ready]}

    async def origins(self) -> list[str]:
        """Where codes are turned into tokens."""
        return sorted({_origin(described.token_endpoint) for _, described in await self._ready()})

    async def _ready(self) -> list[tuple[Issuer, Described]]:
        meant = [issuer for issuer in self.providers if issuer.pages_client]
        found = await asyncio.gather(*map(self._described, meant))
        return [(issuer, described) for issuer, described in zip(meant, found, strict=True) if described is not None]

    async def _described(self, issuer: Issuer) -> Described | None:
        at, kept = self._found.get(issuer.issuer, (None, None))
        now = self.clock.now()
        if kept is not None and at is not None and now - at < KEPT:
            return kept
        try:
            read = Described.model_validate(json.loads(await self.fetch(issuer.discovery)))
            if read.issuer != issuer.issuer:
                raise ValueError("it describes another issuer")
        except (OSError, ValueError, RecursionError, ValidationError) as error:
            log.warning("%s could not be read for the pages (%s)", issuer.issuer, type(error).__name__)
            return kept
        self._found[issuer.issuer] = (now, read)
        return read


def _told(issuer: Issuer, described: Described) -> Json:
    more = {"client_id": issuer.pages_client, "resource": issuer.audiences[0], "scope": f"{READ} {WRITE}"}
    return {**described.model_dump(), **more}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
