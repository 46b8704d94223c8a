"""A Google Chat of ours: messages under a name of the caller's, tokens and keys; and what it sends."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.services.slack_sends import Sent

AUDIENCE, SPACE, ACCESS = "https://tollgate.example/hooks/chat", "spaces/AAAA", "ya29.chat"
GOOGLE, SERVICE = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


@dataclass
class ChatService:
    """One space. `messages` by name, in the order in which they were made."""

    messages: dict[str, dict[str, Any]] = field(default_factory=dict)

    def app(self) -> Starlette:
        """The API, Google's keys, and where a service account's assertion becomes a token."""
        routes = [
            Route(f"/v1/{SPACE}/messages/{{name}}", self._patch, methods=["PATCH"]),
            Route("/certs", self._certs, methods=["GET"]),
            Route("/token", self._token, methods=["POST"]),
        ]
        return Starlette(routes=routes)

    async def _patch(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {ACCESS}":
            return JSONResponse({"error": {"code": 401, "status": "UNAUTHENTICATED"}}, 401)
        name = f"{SPACE}/messages/{request.path_params['name']}"
        own = request.path_params["name"].startswith("client-") and len(request.path_params["name"]) <= 63
        if not own or (name not in self.messages and request.query_params.get("allowMissing") != "true"):
            return JSONResponse({"error": {"code": 404, "status": "NOT_FOUND"}}, 404)
        sent = await request.json()
        old = self.messages.get(name, {"name": name, "thread": sent.get("thread")})
        self.messages[name] = {**old, "text": sent["text"], "cardsV2": sent.get("cardsV2", [])}
        return JSONResponse(self.messages[name])

    async def _certs(self, request: Request) -> Response:
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(GOOGLE.public_key()))
        return JSONResponse({"keys": [{**key, "kid": "g1", "use": "sig", "alg": "RS256"}]})

    async def _token(self, request: Request) -> Response:
        """As Google's token endpoint: for an assertion that the account signed, for the scope."""
        assertion = parse_qs((await request.body()).decode())["assertion"][0]
        claims = jwt.decode(assertion, SERVICE.public_key(), algorithms=["RS256"], options={"verify_aud": False})
        assert claims["scope"] == "https://www.googleapis.com/auth/chat.bot"
        return JSONResponse({"access_token": ACCESS, "expires_in": 3600, "token_type": "Bearer"})


def credentials(folder: Path, address: str) -> str:
    """A service account's key file, whose tokens come from our endpoint."""
    pem = SERVICE.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    about = {
        "type": "service_account", "client_email": "bot@acme.iam.gserviceaccount.com", "private_key": pem,
        "private_key_id": "s1", "token_uri": f"{address}/token", "project_id": "acme", "client_id": "1",
    }  # fmt: skip
    (folder / "chat.json").write_text(json.dumps(about))
    return str(folder / "chat.json")


def bearer(**changes: Any) -> str:
    """Google's word that it is Chat who calls."""
    now = int(time.time())
    claims = {
        "iss": "https://accounts.google.com", "aud": AUDIENCE, "email": "chat@system.gserviceaccount.com",
        "email_verified": True, "iat": now, "exp": now + 3600, **changes,
    }  # fmt: skip
    return jwt.encode(claims, GOOGLE, algorithm="RS256", headers={"kid": "g1"})


def sent(event: dict[str, Any], token: str = "") -> Sent:
    """An event with Google's word."""
    headers = {"Content-Type": "application/json; charset=UTF-8", "Authorization": f"Bearer {token or bearer()}"}
    return Sent(headers, json.dumps(event).encode())


def message(text: str, user: str, number: int = 1, *, at: datetime | None = None, token: str = "") -> Sent:
    """Somebody says something to us."""
    about = {"name": f"{SPACE}/messages/m{number}", "text": f"@Tollgate {text}", "argumentText": f" {text}"}
    return sent(
        {"type": "MESSAGE", "message": {**about, "thread": {"name": f"{SPACE}/threads/t1"}}, **_who(user, at)}, token
    )


def click(button: dict[str, Any], user: str, on: dict[str, Any]) -> Sent:
    """A button of our card, pressed."""
    action = button["onClick"]["action"]
    pressed = {"actionMethodName": action["function"], "parameters": action["parameters"]}
    return sent({"type": "CARD_CLICKED", "message": {"name": on["name"]}, "action": pressed, **_who(user, None)})


def _who(user: str, at: datetime | None) -> dict[str, Any]:
    when = (at or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {"eventTime": when, "user": {"name": user, "type": "HUMAN"}, "space": {"name": SPACE, "type": "ROOM"}}
