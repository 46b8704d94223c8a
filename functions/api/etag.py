"""Which version of an answer a caller has: a digest of what was said."""

from __future__ import annotations

from collections.abc import Mapping

from functions.api.problem import Stale, Unconditional
from workflow.model.base import Json, digest
from workflow.model.errors import BadRequest

MAX_HEADER = 1_024


def etag(body: Json) -> str:
    """The strong ETag of an answer."""
    return f'"{digest(body)[:32]}"'


def unchanged(headers: Mapping[str, str], tag: str) -> bool:
    """Whether If-None-Match names what is there; compared weakly, as RFC 9110 says of it."""
    return any(each in ("*", tag) for each in (one.removeprefix("W/") for one in _tags(headers, "if-none-match")))


def insist(headers: Mapping[str, str], tag: str) -> None:
    """If-Match must name what is there; compared strongly. Raises Unconditional where it is missing or says `*`, which
    would be a yes to whatever comes, Stale where it names something else."""
    tags = _tags(headers, "if-match")
    if not tags or tags == ["*"]:
        raise Unconditional("If-Match does not say which version is decided on.")
    if tag not in tags:
        raise Stale("It is no longer what was shown.")


def _tags(headers: Mapping[str, str], name: str) -> list[str]:
    text = headers.get(name, "")
    if len(text) > MAX_HEADER:
        raise BadRequest(f"{name} is too long.", "Send one ETag.")
    return [each.strip() for each in text.split(",") if each.strip()]
