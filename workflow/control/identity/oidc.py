"""People and agents of a company's own identity provider: an OpenID Connect access token into a Principal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jwt
from pydantic import ValidationError

from mcp_handlers.kernel.identity import bearer
from mcp_handlers.kernel.jws import MAX_TOKEN, SKEW_SECONDS, unb64
from workflow.control.identity.issuer import READ, WRITE, Issuer
from workflow.control.identity.issuer_keys import IssuerKeys
from workflow.model.errors import InsufficientScope, Unauthorized
from workflow.model.principal import Principal

REQUIRED = ["iss", "sub", "aud", "exp", "iat"]


@dataclass(frozen=True)
class OidcIdentity:
    """The Identity port over the tokens of one provider."""

    issuer: Issuer
    keys: IssuerKeys

    async def authenticate(self, headers: Mapping[str, str], *, writes: bool) -> Principal:
        """Whom the token vouches for. Raises Unauthorized, InsufficientScope, TrustUnknown."""
        claims = await self._claims(bearer(headers))
        needed = WRITE if writes else READ
        if needed not in scopes(claims):
            raise InsufficientScope.lacking(needed)
        return principal_of(claims, self.issuer)

    async def _claims(self, token: str) -> dict[str, Any]:
        """Genuine, of this issuer, for us, in force; signed with an algorithm of the list and of the key itself."""
        if len(token) > MAX_TOKEN:
            raise Unauthorized("The token is too long.")
        try:
            for part in token.split("."):
                # Bits that change nothing would make a second token of the same signature.
                unb64(part)
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError):
            raise Unauthorized("The token is not genuine.") from None
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in self.issuer.algorithms or not isinstance(kid, str):
            raise Unauthorized("The token names no key, or is signed in a way that is not taken here.")
        if str(header.get("typ", "JWT")).lower() not in ("jwt", "at+jwt", "application/at+jwt"):
            raise Unauthorized("The token is no access token.")
        key = await self.keys.key(kid)
        try:
            return jwt.decode(
                token,
                key,
                algorithms=list(self.issuer.algorithms),
                audience=list(self.issuer.audiences),
                issuer=self.issuer.issuer,
                leeway=SKEW_SECONDS,
                options={"require": REQUIRED},
            )
        except jwt.PyJWTError as error:
            raise Unauthorized(_WHY.get(type(error), "The token is not genuine.")) from None


_WHY: dict[type[jwt.PyJWTError], str] = {
    jwt.ExpiredSignatureError: "The token has expired.",
    jwt.ImmatureSignatureError: "The token is not in force yet.",
    jwt.InvalidAudienceError: "The token is meant for another audience.",
    jwt.MissingRequiredClaimError: "The token does not say who issued it, to whom, for what and until when.",
}


def principal_of(claims: Mapping[str, Any], issuer: Issuer) -> Principal:
    """The claims in our terms. Raises Unauthorized where they name nobody, or a name that is none of ours."""
    if issuer.id_claim == "email" and claims.get("email_verified") is not True:
        raise Unauthorized("The token's e-mail address is not verified.", "Verify it with the identity provider.")
    name = claims.get(issuer.id_claim)
    # Mail addresses are written in any case; any other name is taken as it is.
    name = name.lower() if isinstance(name, str) and issuer.id_claim == "email" else name
    listed = claims.get(issuer.roles_claim, ())
    roles = {issuer.roles[one] for one in _words(listed) if one in issuer.roles}
    try:
        return Principal(id=name, tenant=issuer.tenant, roles=tuple(sorted(roles)), channel="mcp")
    except ValidationError:
        raise Unauthorized(
            f"The token's `{issuer.id_claim}` is not a name that Tollgate takes.",
            "Names are lower-case letters, digits, . _ @ -; choose another claim as `id_claim`.",
        ) from None


def scopes(claims: Mapping[str, Any]) -> frozenset[str]:
    """What the token's holder was allowed: `scope` (RFC 8693), or `scp` as Microsoft and Okta write it."""
    return frozenset(_words(claims.get("scope", claims.get("scp", ()))))


def _words(listed: object) -> Sequence[str]:
    if isinstance(listed, str):
        return listed.split()
    return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
