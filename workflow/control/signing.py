"""The signers of a control plane, over a folder of keys or a keyring that is kept elsewhere: after a rotation the next
token is signed with the new key."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from mcp_handlers.kernel.grant import Grant
from mcp_handlers.kernel.jws import ISSUER, LOCAL_ISSUER, unb64
from workflow.control.keyring import Ring, RingKey, change_ring, parsed_ring, read_ring, stamp, write_whole
from workflow.control.sign import Signer, Signs, private_key
from workflow.model.base import Json
from workflow.model.errors import Terminal
from workflow.model.ports import Clock
from workflow.model.principal import Principal


class Publishes(Signs, Protocol):
    """What signs, and publishes the keys that it can be checked with."""

    def jwks(self) -> Json:
        """The public halves of all keys whose tokens may still hold (RFC 7517)."""


class _OfRing:
    """The `Publishes` port over a ring as it is at each moment."""

    def __init__(self, clock: Clock, issuer: str) -> None:
        self._clock, self._issuer = clock, issuer
        # A key's public half follows from its private one, by which it is named, and never changes.
        self._public: dict[str, Json] = {}

    def ring(self) -> Ring:
        """The keys as they are now."""
        raise NotImplementedError

    def token(self, principal: Principal, plane: str, lifetime: timedelta = timedelta(minutes=15)) -> str:
        """An access token for the control plane (`control`) or one cloud's functions."""
        return self._signer(self.ring().signing(self._clock.now())).token(principal, plane, lifetime)

    def grant(self, grant: Grant) -> str:
        """A Grant for one call, good for a few minutes."""
        return self._signer(self.ring().signing(self._clock.now())).grant(grant)

    def jwks(self) -> Json:
        """The public halves of all keys whose tokens may still hold (RFC 7517)."""
        verifying = self.ring().verifying(self._clock.now())
        for key in verifying:
            if key.kid not in self._public:
                (self._public[key.kid],) = self._signer(key).jwks()["keys"]
        return {"keys": [dict(self._public[key.kid]) for key in verifying]}

    def _signer(self, key: RingKey) -> Signer:
        return Signer(private_key(unb64(key.seed)), self._clock, self._issuer)


class RingSigner(_OfRing):
    """A folder's keys sign. The file is read again when it has changed, which another process may have done: what is
    revoked or rotated there counts here at once."""

    def __init__(self, folder: Path, clock: Clock, issuer: str = ISSUER) -> None:
        """The folder's first key is made where there is none."""
        super().__init__(clock, issuer)
        self.folder = folder
        self._ring = change_ring(folder, lambda ring: ring, clock.now())
        self._stamp = stamp(folder)

    def ring(self) -> Ring:
        """The keys as they are now."""
        found = stamp(self.folder)
        if found != self._stamp:
            self._ring, self._stamp = read_ring(self.folder), found
        return self._ring


class HeldSigner(_OfRing):
    """A keyring that a vault keeps signs; `read` gives its JSON and decides for how long it is remembered."""

    def __init__(self, read: Callable[[], bytes], clock: Clock, issuer: str = ISSUER) -> None:
        super().__init__(clock, issuer)
        self._read = read

    def ring(self) -> Ring:
        """The keys as they are now. Raises Terminal for what is no keyring, without quoting it."""
        return parsed_ring(self._read(), "the vault")


def local_signer(folder: Path, clock: Clock) -> RingSigner:
    """The signer of this machine's own control plane: believed in local mode only. Its keys are published as
    `jwks.json` beside them, where what was revoked or switched off stays."""
    signer = RingSigner(folder, clock, LOCAL_ISSUER)
    before = _published(folder)
    publish(folder, {**signer.jwks(), **{stays: before.get(stays, {}) for stays in ("revoked", "off")}})
    return signer


def publish(folder: Path, document: Json) -> None:
    """Replace the folder's `jwks.json`, unless it says the same already."""
    if _published(folder) != document:
        write_whole(folder / "jwks.json", json.dumps(document).encode(), mode=0o644)


def _published(folder: Path) -> Json:
    try:
        return dict(json.loads((folder / "jwks.json").read_bytes()))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError) as error:
        raise Terminal(
            f"{folder / 'jwks.json'} cannot be read ({type(error).__name__}).",
            "Remove it: it is made anew.",
        ) from None
