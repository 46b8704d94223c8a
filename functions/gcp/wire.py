"""A request's headers and body as the kernel takes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request

FORWARDED = "x-forwarded-authorization"
"""Where Google's API Gateway puts the caller's token: `Authorization` has its own, which Cloud Run checks."""


def headers_of(sent: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names in lower case, one that is sent twice joined, and the caller's own token where the kernel looks for it.

    The kernel verifies the token wherever it came from, so whoever sends that header itself gains nothing.
    """
    found: dict[str, str] = {}
    for name, value in ((name.lower(), value) for name, value in sent):
        found[name] = f"{found[name]}, {value}" if name in found else value
    forwarded = found.pop(FORWARDED, None)
    return found if forwarded is None else {**found, "authorization": forwarded}


async def bounded(request: Request, most: int) -> bytes:
    """The body. What is longer than `most` is refused by its length, and need not be read to its end."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            break
    return bytes(body)
