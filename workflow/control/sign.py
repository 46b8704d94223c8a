"""What signs: tokens that say who calls, and Grants that say what may be done. Only the control plane holds the key."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from mcp_handlers.kernel.grant import GRANT, LIFETIME_SECONDS, Grant
from mcp_handlers.kernel.identity import IDENTITY, audience
from mcp_handlers.kernel.jws import b64
from workflow.model.base import Json, canonical
from workflow.model.ports import Clock
from workflow.model.workload import Principal

ISSUER = "tollgate"


@dataclass(frozen=True)
class Signer:
    """An Ed25519 key and the clock that its tokens are dated by."""

    key: Ed25519PrivateKey
    clock: Clock

    @property
    def kid(self) -> str:
        """The key's name: a part of its public half."""
        return b64(self._public())[:16]

    def jwks(self) -> Json:
        """The public half, as functions hold it (RFC 7517)."""
        key = {"kty": "OKP", "crv": "Ed25519", "kid": self.kid, "x": b64(self._public()), "use": "sig", "alg": "EdDSA"}
        return {"keys": [key]}

    def token(self, principal: Principal, plane: str, lifetime: timedelta = timedelta(minutes=15)) -> str:
        """An access token for the control plane (`control`) or one cloud's functions."""
        claims = {
            "iss": ISSUER,
            "sub": principal.id,
            "tenant": principal.tenant,
            "roles": sorted(principal.roles),
            "channel": principal.channel,
        }
        return self._sign(IDENTITY, plane, claims, lifetime)

    def grant(self, grant: Grant) -> str:
        """A Grant for one call, good for a few minutes. Using it twice is harmless: its key names the effect."""
        lifetime = timedelta(seconds=LIFETIME_SECONDS)
        return self._sign(GRANT, grant.cloud, {"iss": ISSUER, "grant": grant.model_dump(mode="json")}, lifetime)

    def _sign(self, typ: str, plane: str, claims: dict[str, Any], lifetime: timedelta) -> str:
        now = int(self.clock.now().timestamp())
        dated = {**claims, "aud": audience(plane), "iat": now, "nbf": now, "exp": now + int(lifetime.total_seconds())}
        signed = f"{b64(canonical({'alg': 'EdDSA', 'kid': self.kid, 'typ': typ}))}.{b64(canonical(dated))}"
        return f"{signed}.{b64(self.key.sign(signed.encode()))}"

    def _public(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def local_signer(folder: Path, clock: Clock) -> Signer:
    """The signer of a local installation: its key is made on first use, readable by its owner only.

    The public half is written beside it as `jwks.json`.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "control.key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = Ed25519PrivateKey.from_private_bytes(path.read_bytes())
    else:
        key = Ed25519PrivateKey.generate()
        with os.fdopen(descriptor, "wb") as file:
            file.write(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))
    signer = Signer(key, clock)
    (folder / "jwks.json").write_text(json.dumps(signer.jwks()))
    return signer
