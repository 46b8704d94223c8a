"""Who is calling: a bearer token into a Principal.

Functions take tokens of the control plane only. What the control plane itself takes is behind the `Identity` port.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from pydantic import ValidationError

from mcp_handlers.kernel.jws import Keys, kid_of
from mcp_handlers.kernel.trust import Trust
from workflow.model.errors import Unauthorized
from workflow.model.principal import Principal

if TYPE_CHECKING:
    from workflow.model.ports import Clock

IDENTITY = "at+jwt"
"""The `typ` of an access token (RFC 9068)."""


def audience(plane: str) -> str:
    """What a token for the control plane (`control`) or for one cloud's functions is made out to."""
    return f"tollgate:{plane}"


class Identity(Protocol):
    """What turns a request's headers into who is calling."""

    async def authenticate(self, headers: Mapping[str, str], *, writes: bool) -> Principal:
        """Who calls. Raises Unauthorized; TrustUnknown where it cannot be told now (sooner for what `writes`)."""


@dataclass(frozen=True)
class SignedIdentity:
    """The Identity port over tokens of our own, made out to `plane`."""

    trust: Trust
    plane: str
    clock: Clock

    async def authenticate(self, headers: Mapping[str, str], *, writes: bool) -> Principal:
        """Whom the `Authorization` header vouches for."""
        keys = await self.trust.trusted(kid_of(bearer(headers)), writes=writes)
        return authenticate(headers, keys, plane=self.plane, now=self.clock.now())


def bearer(headers: Mapping[str, str]) -> str:
    """The token in the `Authorization` header. Raises Unauthorized where there is none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthorized("No bearer token was sent.")
    return token.strip()


def authenticate(headers: Mapping[str, str], keys: Keys, *, plane: str, now: datetime) -> Principal:
    """The Principal that the `Authorization` header vouches for, unless it or its tenant was revoked. Raises
    Unauthorized."""
    claims = keys.verify(bearer(headers), typ=IDENTITY, audience=audience(plane), now=now, again=True)
    try:
        principal = Principal(
            id=claims["sub"], tenant=claims["tenant"], roles=tuple(claims["roles"]), channel=claims["channel"]
        )
    except (KeyError, TypeError, ValidationError):
        raise Unauthorized("The token does not name a principal, tenant, roles and channel.") from None
    keys.revoked.insist(principal.id, principal.tenant)
    return principal
