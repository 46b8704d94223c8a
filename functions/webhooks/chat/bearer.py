"""Tokens by which Google Chat shows that it is Google Chat: OIDC, signed by Google for our own address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from functions.webhooks.signature import REFUSED

if TYPE_CHECKING:
    from jwt import PyJWKClient

CERTS = "https://www.googleapis.com/oauth2/v3/certs"
ISSUERS = ("https://accounts.google.com", "accounts.google.com")
SENDER = "chat@system.gserviceaccount.com"
LEEWAY = timedelta(seconds=60)
KEYS_SECONDS, FETCH_SECONDS = 3600, 2


@dataclass(frozen=True)
class GoogleBearer:
    """`audience` is the address that Chat calls, as the app's configuration has it; `certs` is where the keys are."""

    audience: str
    certs: str = CERTS

    def insist(self, token: str, now: datetime) -> None:
        """Raise Unauthorized unless Google signed it, for this audience, for Chat, and it holds now."""
        import jwt

        try:
            key = self._keys.get_signing_key_from_jwt(token).key
            # The times are compared with our own clock, below.
            options: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False, "require": ["exp", "iat"]}
            claims = jwt.decode(
                token, key, algorithms=["RS256"], audience=self.audience, issuer=ISSUERS, options=options
            )
            holds = datetime.fromtimestamp(claims["iat"], UTC) - LEEWAY <= now
            holds &= now < datetime.fromtimestamp(claims["exp"], UTC) + LEEWAY
        except (jwt.PyJWTError, TypeError, ValueError, OverflowError, OSError):
            raise REFUSED from None
        if not holds or claims.get("email") != SENDER or claims.get("email_verified") is not True:
            raise REFUSED

    @cached_property
    def _keys(self) -> PyJWKClient:
        from jwt import PyJWKClient

        return PyJWKClient(self.certs, cache_keys=True, lifespan=KEYS_SECONDS, timeout=FETCH_SECONDS)
