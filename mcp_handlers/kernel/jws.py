"""Signed tokens: compact JWS, EdDSA on Ed25519 and nothing else, so that there is no algorithm to confuse.

Written over `cryptography` and not with a JWT library because a function verifies on every cold start and the library
costs four times as much to import; tests hold it against PyJWT. Every token has a `typ`, so that an identity is never
taken for a Grant or the other way round.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from workflow.model.errors import Unauthorized
from workflow.model.switch import Off

SKEW_SECONDS = 30
"""How far two clocks may differ."""
MAX_TOKEN = 8192
"""Characters. A Grant has about 1,200."""
REMEMBERED = 1024
"""Tokens whose signature is known to be good: a megabyte or two at the most."""
ISSUER = "tollgate"
"""Who signs for a control plane that was deployed."""
LOCAL_ISSUER = "tollgate-local"
"""Who signs for the control plane of somebody's own machine. Believed in local mode only."""


def b64(data: bytes) -> str:
    """Unpadded base64url."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """The inverse of `b64`. Raises ValueError for anything that `b64` would not have written."""
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if b64(data) != text:
        raise ValueError("not canonical base64url")
    return data


@lru_cache(32)
def _header(text: str) -> Any:
    """A token's first part. A control plane's tokens all have one of two, so it is read once. Raises ValueError and
    RecursionError for what is no JSON."""
    return json.loads(unb64(text))


def kid_of(token: str) -> str:
    """The name of the key that a token says it was signed with, before anything is checked; "" where it says none."""
    try:
        kid = _header(token[:MAX_TOKEN].partition(".")[0])["kid"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return kid if isinstance(kid, str) else ""


@dataclass(frozen=True)
class Revoked:
    """What was revoked in an emergency: signing keys by `kid`, tenants and principals by name."""

    kids: frozenset[str] = frozenset()
    tenants: frozenset[str] = frozenset()
    principals: frozenset[str] = frozenset()

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Revoked:
        """From the `revoked` member of a key document. Raises ValueError for anything that is no such list."""
        if set(told) - {"kids", "tenants", "principals"}:
            raise ValueError("an unknown kind of revocation")
        return cls(**{kind: frozenset(_names(names)) for kind, names in told.items()})

    def insist(self, principal: str, tenant: str) -> None:
        """Raises Unauthorized for who was revoked."""
        if principal in self.principals or tenant in self.tenants:
            what = "principal" if principal in self.principals else "tenant"
            raise Unauthorized(f"This {what} was revoked.", "Ask whoever looks after Tollgate why; no token helps.")


class Keys:
    """The public keys that tokens are checked with, by `kid`, what was revoked of them, and what is switched off.

    Read from a JWKS document (RFC 7517, OKP keys) with the members `revoked` and `off`. With `local`, what this
    machine's own control plane signed is believed too. Raises KeyError, TypeError or ValueError for another document.

    That a signature is good is remembered of whoever comes again, for as long as these keys are in force: the next
    reading of the document begins anew. Everything else about a token is asked every time.
    """

    def __init__(self, jwks: Mapping[str, Any], *, local: bool = False) -> None:
        self.revoked = Revoked.read(jwks.get("revoked", {}))
        self.off = Off.read(jwks.get("off", {}))
        self._issuers = (ISSUER, LOCAL_ISSUER) if local else (ISSUER,)
        self._keys = {
            key["kid"]: Ed25519PublicKey.from_public_bytes(unb64(key["x"]))
            for key in jwks["keys"]
            if key.get("kty") == "OKP" and key.get("crv") == "Ed25519"
        }
        self._genuine: dict[bytes, tuple[str, Mapping[str, Any]]] = {}

    async def trusted(self, kid: str, *, writes: bool) -> Keys:
        """The `Trust` port: these keys and no others, for as long as the process lives."""
        return self

    def knows(self, kid: str) -> bool:
        """Whether there is such a key, revoked or not."""
        return kid in self._keys

    def verify(self, token: str, *, typ: str, audience: str, now: datetime, again: bool = False) -> Mapping[str, Any]:
        """The claims of a token that is genuine, of this type, for this audience and in force.

        `again`: such tokens are sent many times, so a good signature is worth remembering. Raises Unauthorized, saying
        which of these it is not and quoting nothing of the token.
        """
        claims = self._remembered(token, typ) if again else self._signed_claims(token, typ)[1]
        if claims.get("iss") not in self._issuers:
            raise Unauthorized(
                "The token's issuer is not believed here.",
                "A token of `tollgate token` holds on the machine that made it and nowhere else.",
            )
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

    def _remembered(self, token: str, typ: str) -> Mapping[str, Any]:
        """As `_signed_claims`. Known by its digest, so that no token lies in memory longer than its call."""
        mark = sha256(f"{typ} {token[: MAX_TOKEN + 1]}".encode(errors="surrogatepass")).digest()
        found = self._genuine.get(mark)
        if found is None:
            found = self._signed_claims(token, typ)
            if len(self._genuine) >= REMEMBERED:
                self._genuine.clear()
            self._genuine[mark] = found
        kid, claims = found
        self._insist_on_key(kid)
        return claims

    def _insist_on_key(self, kid: str) -> None:
        if kid in self.revoked.kids:
            raise Unauthorized("The key that signed this was revoked.", "Ask the control plane for another token.")

    def _signed_claims(self, token: str, typ: str) -> tuple[str, Mapping[str, Any]]:
        """The name of the key that signed, and what it signed."""
        try:
            if len(token) > MAX_TOKEN:
                raise ValueError("too long")
            head, body, signature = token.split(".")
            header, claims = _header(head), json.loads(unb64(body))
            if header != {"alg": "EdDSA", "kid": header["kid"], "typ": typ} or not isinstance(claims, dict):
                raise ValueError("another kind of token")
            self._insist_on_key(header["kid"])
            self._keys[header["kid"]].verify(unb64(signature), f"{head}.{body}".encode())
        except (ValueError, KeyError, TypeError, RecursionError, InvalidSignature):
            raise Unauthorized("The token is not genuine.") from None
        return header["kid"], claims


def _names(listed: Any) -> list[str]:
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        raise ValueError("names are listed as texts")
    return listed
