"""What signs: tokens that say who calls, and Grants that say what may be done. Only the control plane holds a key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mcp_handlers.kernel.grant import GRANT, LIFETIME_SECONDS, Grant
from mcp_handlers.kernel.identity import IDENTITY, audience
from mcp_handlers.kernel.jws import ISSUER, b64
from workflow.model.base import Json, canonical
from workflow.model.errors import BadRequest
from workflow.model.ports import Clock
from workflow.model.principal import Principal

LONGEST = timedelta(days=1)
"""No token holds for longer, so that a key which no longer signs can be taken away after this."""


class Signs(Protocol):
    """What gives out tokens and Grants."""

    def token(self, principal: Principal, plane: str, lifetime: timedelta = ...) -> str:
        """An access token for the control plane (`control`) or one cloud's functions."""

    def grant(self, grant: Grant) -> str:
        """A Grant for one call."""


def private_key(seed: bytes) -> Ed25519PrivateKey:
    """The key with this private half, 32 bytes."""
    return Ed25519PrivateKey.from_private_bytes(seed)


def kid_of_key(key: Ed25519PrivateKey) -> str:
    """The key's name: a part of its public half, in hex, so that it is never taken for an option of a command."""
    return _public(key).hex()[:16]


@dataclass(frozen=True)
class Signer:
    """An Ed25519 key, the clock that its tokens are dated by, and whose tokens they are."""

    key: Ed25519PrivateKey
    clock: Clock
    issuer: str = ISSUER

    @property
    def kid(self) -> str:
        """The key's name."""
        return kid_of_key(self.key)

    def jwks(self) -> Json:
        """The public half, as functions hold it (RFC 7517)."""
        shape = {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA"}
        return {"keys": [{**shape, "kid": self.kid, "x": b64(_public(self.key))}]}

    def token(self, principal: Principal, plane: str, lifetime: timedelta = timedelta(minutes=15)) -> str:
        """An access token for the control plane (`control`) or one cloud's functions."""
        claims = {
            "sub": principal.id,
            "tenant": principal.tenant,
            "roles": sorted(principal.roles),
            "channel": principal.channel,
        }
        return self._sign(IDENTITY, plane, claims, lifetime)

    def grant(self, grant: Grant) -> str:
        """A Grant for one call, good for a few minutes. Using it twice is harmless: its key names the effect."""
        lifetime = timedelta(seconds=LIFETIME_SECONDS)
        return self._sign(GRANT, grant.cloud, {"grant": grant.model_dump(mode="json")}, lifetime)

    def _sign(self, typ: str, plane: str, claims: dict[str, Any], lifetime: timedelta) -> str:
        if lifetime > LONGEST:
            raise BadRequest(f"A token holds for {LONGEST} at most.", "Ask for a shorter one.")
        now = int(self.clock.now().timestamp())
        whose = {"iss": self.issuer, "aud": audience(plane)}
        dated = {**claims, **whose, "iat": now, "nbf": now, "exp": now + int(lifetime.total_seconds())}
        signed = f"{b64(canonical({'alg': 'EdDSA', 'kid': self.kid, 'typ': typ}))}.{b64(canonical(dated))}"
        return f"{signed}.{b64(self.key.sign(signed.encode()))}"


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
