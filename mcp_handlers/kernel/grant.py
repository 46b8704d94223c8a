"""The signed leave for one call. A function performs no write without one that fits the call in every part."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime

from pydantic import Field, ValidationError

from mcp_handlers.kernel.identity import audience
from mcp_handlers.kernel.jws import Keys
from workflow.model.base import Noun
from workflow.model.errors import GateUnavailable, Unauthorized
from workflow.model.principal import Principal

GRANT = "tollgate-grant+jwt"
HEADER = "tollgate-grant"
LIFETIME_SECONDS = 300


class Grant(Noun):
    """What the control plane allowed: exactly this tool, cloud and arguments, for this principal and effect."""

    tool: str
    cloud: str
    arguments_digest: str
    principal: Principal
    run: str
    step: str
    key: str
    decision: str
    revision: str
    version: int = Field(default=1, exclude_if=lambda version: version == 1)
    """Of the tool's contract, that the arguments are in. Left out where it is the first, which older parts know."""


def check(
    headers: Mapping[str, str],
    keys: Keys,
    *,
    tool: str,
    cloud: str,
    arguments_digest: str,
    principal: Principal,
    revision: str,
    version: int,
    now: datetime,
) -> Grant:
    """The Grant in the `Tollgate-Grant` header, if it is for exactly this call. Raises Unauthorized otherwise, and
    GateUnavailable where all that differs is the policies that it was judged by: they change, and are then asked again.
    """
    token = headers.get(HEADER, "")
    if not token:
        raise Unauthorized(
            "A write needs a Grant.", "Call through the control plane's /mcp, which gives one if allowed."
        )
    claims = keys.verify(token, typ=GRANT, audience=audience(cloud), now=now)
    if claims["exp"] - claims["nbf"] > LIFETIME_SECONDS:
        raise Unauthorized("The Grant holds for longer than a Grant may.")
    try:
        grant = Grant.model_validate(claims.get("grant"))
    except ValidationError:
        raise Unauthorized("The Grant is incomplete.") from None
    wanted = {
        "tool": (grant.tool, tool),
        "cloud": (grant.cloud, cloud),
        "arguments": (grant.arguments_digest, arguments_digest),
        "principal": (grant.principal.model_dump_json(), principal.model_dump_json()),
        "version": (str(grant.version), str(version)),
    }
    differing = [name for name, (a, b) in wanted.items() if not hmac.compare_digest(a.encode(), b.encode())]
    if differing:
        raise Unauthorized(
            f"The Grant was given for another {' and '.join(differing)}.", "Ask the control plane again."
        )
    if not hmac.compare_digest(grant.revision.encode(), revision.encode()):
        raise GateUnavailable(
            "The Grant was given under another policy revision than is in force here.",
            "Nothing was done. Send it again; where that does not help, this function is of another release.",
        )
    return grant
