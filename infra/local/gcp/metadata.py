"""The metadata server of a GCP machine, as far as google-auth asks it: who the machine is, and an access token.

Its account is no `*.gserviceaccount.com` address, because google-auth would look such a one up at Google.
"""

from __future__ import annotations

import secrets

from infra.local.gcp.wire import ApiError, Call, Reply
from infra.local.gcp.world import World

PROJECT = "tollgate-local"
ACCOUNT = "functions@tollgate-local.test"
TOKEN_PREFIX = "ya29.local-"  # noqa: S105
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_FLAVOUR = {"Metadata-Flavor": "Google"}


def answer(world: World, call: Call) -> Reply:
    """Answer `/` and whatever is below `/computeMetadata/v1`. Raises ApiError without the Metadata-Flavor header."""
    if call.headers.get("metadata-flavor") != "Google":
        raise ApiError(403, "forbidden", "Missing Metadata-Flavor:Google header.")
    tail = "/".join(call.segments[2:])
    texts = {
        "": "instance/\nproject/\n",
        "project/project-id": PROJECT,
        "project/numeric-project-id": "1",
        "instance/service-accounts/default/email": ACCOUNT,
        "universe/universe-domain": "googleapis.com",
    }
    if tail in texts:
        return Reply(raw=texts[tail].encode(), content_type="application/text", headers=_FLAVOUR)
    if tail in ("instance/service-accounts/default", f"instance/service-accounts/{ACCOUNT}"):
        return Reply({"aliases": ["default"], "email": ACCOUNT, "scopes": [_SCOPE]}, headers=_FLAVOUR)
    if tail in ("instance/service-accounts/default/token", f"instance/service-accounts/{ACCOUNT}/token"):
        token = TOKEN_PREFIX + secrets.token_urlsafe(24)
        return Reply({"access_token": token, "expires_in": 3599, "token_type": "Bearer"}, headers=_FLAVOUR)
    raise ApiError(404, "notFound", f"No such metadata: {tail}")


def authorized(call: Call) -> bool:
    """True for a bearer token that this server could have given."""
    kind, _, token = call.headers.get("authorization", "").partition(" ")
    return kind.lower() == "bearer" and token.startswith(TOKEN_PREFIX)
