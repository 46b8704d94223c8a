"""A company's identity provider: publishes its keys, signs people in without asking, and issues access tokens."""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

PRIVATE = {"RS256": rsa.generate_private_key(65537, 2048), "ES256": ec.generate_private_key(ec.SECP256R1())}
OTHER = rsa.generate_private_key(65537, 2048)


def published(kid: str, algorithm: str = "RS256", key: Any = None) -> dict[str, Any]:
    """A key as the provider lists it."""
    kind = {"RS256": jwt.algorithms.RSAAlgorithm, "ES256": jwt.algorithms.ECAlgorithm}[algorithm]
    public = kind.to_jwk((key or PRIVATE[algorithm]).public_key(), as_dict=True)
    return {**public, "kid": kid, "use": "sig", "alg": algorithm}


@dataclass
class Provider:
    """One issuer. `keys` are the ones it publishes, `read` how often they were asked for, `down` that it is out,
    `asked` with what people were sent to it."""

    issuer: str
    keys: list[dict[str, Any]] = field(default_factory=lambda: [published("first")])
    claims: dict[str, Any] = field(default_factory=dict)
    down: bool = False
    read: int = 0
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def token(
        self, kid: str = "first", algorithm: str = "RS256", key: Any = None, typ: str = "at+jwt", **claims: Any
    ) -> str:
        """An access token; a claim of None is left out."""
        now = int(time.time())
        usual = {
            "iss": self.issuer, "sub": "u-1", "aud": "https://tollgate.example/mcp", "iat": now, "exp": now + 300,
            "email": "Ada@Example.com", "email_verified": True, "groups": ["cloud-developers", "chess-club"],
            "scope": "tollgate:read tollgate:write",
        }  # fmt: skip
        told = {name: value for name, value in {**usual, **self.claims, **claims}.items() if value is not None}
        return jwt.encode(told, key or PRIVATE[algorithm], algorithm, {"kid": kid, "typ": typ})

    def app(self) -> Starlette:
        """Its pages."""
        where = "/.well-known/"
        return Starlette(
            routes=[
                Route(where + "openid-configuration", self._describe),
                Route(where + "oauth-authorization-server", self._describe),
                Route("/keys", self._keys),
                Route("/register", self._register, methods=["POST"]),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    async def _describe(self, request: Request) -> Response:
        at = {name: f"{self.issuer}/{path}" for name, path in _PATHS.items()}
        able = {"response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"]}
        return self._say({"issuer": self.issuer, **at, **able})

    async def _keys(self, request: Request) -> Response:
        self.read += 1
        return self._say({"keys": self.keys})

    async def _register(self, request: Request) -> Response:
        return self._say({**await request.json(), "client_id": "an-mcp-client"}, 201)

    async def _authorize(self, request: Request) -> Response:
        code, asked = secrets.token_hex(8), dict(request.query_params)
        self.codes[code] = asked
        self.asked.append(asked)
        back = {"code": code, "state": asked["state"]}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}")

    async def _token(self, request: Request) -> Response:
        sent = await request.form()
        asked = self.codes.pop(str(sent["code"]))
        proof = hashlib.sha256(str(sent["code_verifier"]).encode()).digest()
        if base64.urlsafe_b64encode(proof).decode().rstrip("=") != asked["code_challenge"]:
            return self._say({"error": "invalid_grant"}, 400)
        token = self.token(aud=asked["resource"], scope=asked["scope"])
        return self._say({"access_token": token, "token_type": "Bearer", "expires_in": 300, "scope": asked["scope"]})

    def _say(self, document: dict[str, Any], status: int = 200) -> Response:
        return Response(status_code=503) if self.down else JSONResponse(document, status)


_PATHS = {
    "jwks_uri": "keys", "registration_endpoint": "register", "authorization_endpoint": "authorize",
    "token_endpoint": "token",
}  # fmt: skip
