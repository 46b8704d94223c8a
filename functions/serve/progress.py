"""Progress of a long call, where the client asked for it: its answer becomes a stream of events.

A handler is one blocking call of a cloud's SDK and cannot say how far it is; what can be said truly is that the call is
alive, and for how long. A client that hears this does not give up on it. What has begun goes on when the client leaves:
an effect half done helps nobody, and the same call later gets its receipt.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine, Mapping
from typing import Any

from starlette.responses import Response as WebResponse
from starlette.responses import StreamingResponse

from mcp_handlers.kernel import limits
from mcp_handlers.kernel.response import Response
from mcp_handlers.kernel.wire import RpcError

BEAT = 2.0
"""Seconds between two notifications; a call that ends sooner is answered plainly."""

_running: set[asyncio.Task[Response]] = set()
"""Keeps calls alive whose client has left; the event loop itself holds tasks weakly."""


def progress_token(headers: Mapping[str, str], body: bytes) -> str | int | None:
    """The token under which the caller wants to hear of progress, if it does and can read a stream."""
    if "text/event-stream" not in headers.get("accept", "") or b'"progressToken"' not in body:
        return None
    try:
        params = limits.parse(body).get("params")
    except RpcError:
        return None
    meta = params.get("_meta") if isinstance(params, dict) else None
    token = meta.get("progressToken") if isinstance(meta, dict) else None
    return token if isinstance(token, str | int) and not isinstance(token, bool) else None


async def answered(call: Coroutine[Any, Any, Response], token: str | int | None, beat: float) -> WebResponse:
    """The call's answer, plain if it comes before the first beat or nobody asked for progress, else a stream."""
    task = asyncio.create_task(call)
    _running.add(task)
    task.add_done_callback(_running.discard)
    await asyncio.wait({task}, timeout=None if token is None else beat)
    if task.done():
        told = task.result()
        return WebResponse(told.body, told.status, told.headers)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(_events(task, token, beat), media_type="text/event-stream", headers=headers)


async def _events(task: asyncio.Task[Response], token: str | int | None, beat: float) -> AsyncIterator[str]:
    elapsed = 0.0
    while not task.done():
        elapsed += beat
        message = f"Working for {elapsed:.0f} seconds."
        params = {"progressToken": token, "progress": round(elapsed, 3), "message": message}
        yield _event(json.dumps({"jsonrpc": "2.0", "method": "notifications/progress", "params": params}))
        await asyncio.wait({task}, timeout=beat)
    yield _event(task.result().body.decode())


def _event(data: str) -> str:
    return f"event: message\ndata: {data}\n\n"
