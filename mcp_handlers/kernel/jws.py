"""Signed tokens: compact JWS, EdDSA on Ed25519 and nothing else, so that there is no algorithm to confuse.

Written over `cryptography` and not with a JWT library because a function verifies on every cold start and the library
costs four times as much to import; tests hold it against PyJWT. Every token has a `typ`, so that an identity is never
taken for a Grant or the other way round.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from workflow.model.errors import Unauthorized

SKEW_SECONDS = 30
"""How far two clocks may differ."""
MAX_TOKEN = 8192
"""Characters. A Grant has about 1,200."""


def b64(data: bytes) -> str:
    """Unpadded base64url."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """The inverse of `b64`. Raises ValueError for anything that `b64` would not have written."""
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if b64(data) != text:
        raise ValueError("not canonical base64url")
    return data


class Keys:
    """The public keys that tokens are checked with, by `kid`. Read from a JWKS document (RFC 7517, OKP keys)."""

    def __init__(self, jwks: Mapping[str, Any]) -> None:
        self._keys = {
            key["kid"]: Ed25519PublicKey.from_public_bytes(unb64(key["x"]))
            for key in jwks["keys"]
            if key.get("kty") == "OKP" and key.get("crv") == "Ed25519"
        }

    def verify(self, token: str, *, typ: str, audience: str, now: datetime) -> dict[str, Any]:
        """The claims of a token that is genuine, of this type, for this audience and in force.

        Raises Unauthorized, saying which of these it is not and quoting nothing of the token.
        """
        claims = self._signed_claims(token, typ)
        if claims.get("aud") != audience:
            raise Unauthorized("The token is meant for another audience.")
        moment = now.timestamp()
        before, after = claims.get("nbf"), claims.get("exp")
        if not isinstance(before, int) or not isinstance(after, int):
            raise Unauthorized("The token does not say when it holds.")
        if moment < before - SKEW_SECONDS:
            raise Unauthorized("The token is not in force yet.")
        if moment >= after + SKEW_SECONDS:
            raise Unauthorized("The token has expired.")
        return claims

    def _signed_claims(self, token: str, typ: str) -> dict[str, Any]:
        try:
            if len(token) > MAX_TOKEN:
                raise ValueError("too long")
            head, body, signature = token.split(".")
            header, claims = json.loads(unb64(head)), json.loads(unb64(body))
            if header != {"alg": "EdDSA", "kid": header["kid"], "typ": typ} or not isinstance(claims, dict):
                raise ValueError("another kind of token")
            self._keys[header["kid"]].verify(unb64(signature), f"{head}.{body}".encode())
        except (ValueError, KeyError, TypeError, InvalidSignature):
            raise Unauthorized("The token is not genuine.") from None
        return claims
