"""Everyone who may call the control plane: the kind of token says who judges it; what was revoked counts for all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from mcp_handlers.kernel.identity import Identity, SignedIdentity, bearer
from mcp_handlers.kernel.jws import unb64
from workflow.control.identity.api_key import PREFIX
from workflow.model.base import Json
from workflow.model.errors import Unauthorized
from workflow.model.principal import Principal

MAX_UNREAD = 16_384


@dataclass(frozen=True)
class Callers:
    """The Identity port over all kinds. `providers` are by issuer; a token of any other issuer is `own` to judge, which
    asks by itself what was revoked. For the others it is asked here."""

    own: SignedIdentity
    keys: Identity
    providers: Mapping[str, Identity]

    async def authenticate(self, headers: Mapping[str, str], *, writes: bool) -> Principal:
        """Who calls, unless they or their tenant were revoked. Raises what the judges raise."""
        judge = self._judge(bearer(headers))
        principal = await judge.authenticate(headers, writes=writes)
        if judge is not self.own:
            (await self.own.trust.trusted("", writes=writes)).revoked.insist(principal.id, principal.tenant)
        return principal

    def _judge(self, token: str) -> Identity:
        if token.startswith(f"{PREFIX}_"):
            return self.keys
        return self.providers.get(claimed_issuer(token), self.own)


def claimed_issuer(token: str) -> str:
    """The issuer that a token says it has, before anything is checked; "" where it says none."""
    if len(token) > MAX_UNREAD:
        raise Unauthorized("The token is too long.")
    try:
        claims: Json = json.loads(unb64(token.split(".")[1]))
        issuer = claims["iss"]
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return ""
    return issuer if isinstance(issuer, str) else ""
