"""Who is calling: a bearer token into a Principal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pydantic import ValidationError

from mcp_handlers.kernel.jws import Keys
from workflow.model.errors import Unauthorized
from workflow.model.workload import Principal

IDENTITY = "at+jwt"
"""The `typ` of an access token (RFC 9068)."""


def audience(plane: str) -> str:
    """What a token for the control plane (`control`) or for one cloud's functions is made out to."""
    return f"tollgate:{plane}"


def authenticate(headers: Mapping[str, str], keys: Keys, *, plane: str, now: datetime) -> Principal:
    """The Principal that the `Authorization` header vouches for. Raises Unauthorized."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthorized("No bearer token was sent.")
    claims = keys.verify(token.strip(), typ=IDENTITY, audience=audience(plane), now=now)
    try:
        return Principal(
            id=claims["sub"], tenant=claims["tenant"], roles=tuple(claims["roles"]), channel=claims["channel"]
        )
    except (KeyError, TypeError, ValidationError):
        raise Unauthorized("The token does not name a principal, tenant, roles and channel.") from None
