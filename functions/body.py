"""A request's body on a web server, never read further than it may be long."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request


async def bounded(request: Request, most: int) -> bytes:
    """The body. What is longer than `most` bytes is refused by its length, and need not be read to its end."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            break
    return bytes(body)
