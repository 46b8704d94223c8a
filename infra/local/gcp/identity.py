"""Google's two ways of becoming another account: the token exchange of workload identity federation, and impersonation.

Whose a token is can be read in it, so that a test can tell; it opens nothing but this emulator.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

from infra.local.gcp.metadata import TOKEN_PREFIX
from infra.local.gcp.wire import ApiError, Call, Reply
from infra.local.gcp.world import World

EXCHANGE = "/v1/token"
IMPERSONATE = ":generateAccessToken"
_EXCHANGING = "urn:ietf:params:oauth:grant-type:token-exchange"
_LONGEST = 3600


def exchange(call: Call) -> Reply:
    """Give a federated token for a token of another issuer (RFC 8693). Raises ApiError without one."""
    asked = {name: values[0] for name, values in parse_qs(call.raw.decode("utf-8", "replace")).items()}
    if asked.get("grant_type") != _EXCHANGING or not asked.get("subject_token") or not asked.get("audience"):
        raise ApiError(400, "invalid", "A token exchange needs grant_type, audience and subject_token.")
    return Reply(
        {
            "access_token": _token("federated"),
            "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "token_type": "Bearer",
            "expires_in": _LONGEST,
        }
    )


def impersonate(_: World, call: Call) -> Reply:
    """Give a token of the service account in the path, for its `lifetime` in seconds (`900s`). Raises ApiError."""
    account = call.segments[-1].removesuffix(IMPERSONATE)
    seconds = int(str(call.body.get("lifetime", "3600s")).removesuffix("s"))
    if not 0 < seconds <= _LONGEST or not call.body.get("scope"):
        raise ApiError(400, "invalid", f"A token has a scope and lasts up to {_LONGEST} seconds.")
    ends = datetime.now(UTC) + timedelta(seconds=seconds)
    return Reply({"accessToken": _token(account), "expireTime": ends.strftime("%Y-%m-%dT%H:%M:%SZ")})


def _token(account: str) -> str:
    return f"{TOKEN_PREFIX}{account}.{secrets.token_urlsafe(24)}"
