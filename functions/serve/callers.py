"""Who may call the control plane: what TOLLGATE_OIDC and the store say, wired."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from functions.serve.settings import OIDC
from mcp_handlers.kernel.identity import Identity, SignedIdentity
from mcp_handlers.kernel.trust import Trust
from workflow.control.identity.api_key import ApiKeyIdentity
from workflow.control.identity.callers import Callers
from workflow.control.identity.issuer import Issuer, issuers
from workflow.model.errors import BadRequest
from workflow.model.ports import ApiKeys, Clock

if TYPE_CHECKING:
    from workflow.control.identity.issuer_keys import Fetch

FETCH_SECONDS = 3.0
MAX_DOCUMENT = 1_000_000
"""Bytes. Providers' key documents have a few thousand."""


def providers(setting: str) -> tuple[Issuer, ...]:
    """As set; none where nothing is. Raises BadRequest for what cannot be read as such."""
    setting = setting.strip()
    if not setting:
        return ()
    if setting.startswith("["):
        return issuers(setting)
    try:
        return issuers(Path(setting).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(f"{OIDC} cannot be read ({type(error).__name__}).", "Set it to a file or a list.") from None


def callers(providers: Sequence[Issuer], trust: Trust, keys: ApiKeys, clock: Clock) -> Callers:
    """Everyone who may call the control plane."""
    return Callers(
        own=SignedIdentity(trust, "control", clock),
        keys=ApiKeyIdentity(keys, clock),
        providers={issuer.issuer: _provider(issuer, clock) for issuer in providers},
    )


def _provider(issuer: Issuer, clock: Clock) -> Identity:
    # Where nobody uses a provider, nothing of this is imported.
    from workflow.control.identity.issuer_keys import IssuerKeys
    from workflow.control.identity.oidc import OidcIdentity

    return OidcIdentity(issuer, IssuerKeys(issuer, fetcher(), clock))


def fetcher() -> Fetch:
    """Reads documents of providers: whole, of bounded size, from just the address that was asked for."""

    async def fetch(url: str) -> bytes:
        found = bytearray()
        try:
            async with (
                httpx.AsyncClient(timeout=FETCH_SECONDS, follow_redirects=False) as client,
                client.stream("GET", url) as answer,
            ):
                if answer.status_code != 200:
                    raise OSError(f"the address answered {answer.status_code}")
                async for chunk in answer.aiter_bytes():
                    found += chunk
                    if len(found) > MAX_DOCUMENT:
                        raise OSError("the document is too long")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise OSError(type(error).__name__) from None
        return bytes(found)

    return fetch
