"""The identity providers that are believed, and what their tokens say in our terms: what an operator sets."""

from __future__ import annotations

import json
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from workflow.model.base import Noun
from workflow.model.errors import BadRequest
from workflow.model.principal import Name

READ, WRITE = "tollgate:read", "tollgate:write"
"""The scopes of an access token. Reading needs the first; writing, approving and cancelling need the second."""
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
"""Signatures that only the provider can make. `none` and the shared-secret ones are never taken."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def _address(url: str) -> str:
    parts = urlsplit(url)
    plain = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not parts.hostname or parts.username is not None or not (plain or parts.scheme == "https"):
        raise ValueError("an address begins with https://")
    return url


Address = Annotated[str, AfterValidator(_address)]


class Issuer(Noun):
    """One identity provider, whose word holds for one tenant.

    `issuer` is compared with the token's `iss` letter by letter. `audiences` are the names that a token may be made
    out to: the control plane's own address, and nobody else's. `jwks_uri` empty: found through the provider's own
    discovery document. `id_claim` names the claim that becomes the principal's id; an `email` counts only where the
    provider has verified it. `roles` turns what the provider lists in `roles_claim` into our roles; whatever is not
    named there gives none. `pages_client` is the client id of the pages there; without one nobody signs in to the pages
    at this provider.
    """

    issuer: Address
    audiences: tuple[str, ...] = Field(min_length=1)
    tenant: Name
    algorithms: tuple[Algorithm, ...] = Field(default=("RS256", "ES256"), min_length=1)
    jwks_uri: Address | None = None
    id_claim: str = Field(default="email", min_length=1)
    roles_claim: str = Field(default="groups", min_length=1)
    roles: dict[str, Name] = Field(min_length=1)
    pages_client: str = ""

    @property
    def discovery(self) -> str:
        """Where the provider describes itself (OpenID Connect Discovery 1.0, section 4)."""
        return self.issuer.rstrip("/") + "/.well-known/openid-configuration"


_ISSUERS = TypeAdapter(tuple[Issuer, ...])


def issuers(text: str) -> tuple[Issuer, ...]:
    """From the setting's JSON, a list. Raises BadRequest for another shape, or two entries for one issuer."""
    try:
        found = _ISSUERS.validate_python(json.loads(text))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadRequest(f"The identity providers are not set right: {where}: {first['msg']}.", _REMEDY) from None
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The identity providers are no JSON: {error}.", _REMEDY) from None
    if len({one.issuer for one in found}) < len(found):
        raise BadRequest("Two of the identity providers have the same issuer.", _REMEDY)
    return found


_REMEDY = "Correct TOLLGATE_OIDC; docs/identity.md says what goes in."
