"""What Azure's host is to a function app on this machine: HTTP for its routes, and a door to start what has none."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infra.local.runtimes.azure_worker import AppFailed, Trigger, Worker

TIMER = json.dumps({"Schedule": {"AdjustForDST": True}, "ScheduleStatus": None, "IsPastDue": False})
"""What a timer's function is told of its schedule."""

log = logging.getLogger(__name__)


def host(worker: Worker) -> Starlette:
    """The app that `worker` loads, as a web application. `POST /admin/functions/{name}` starts a function that no
    request can reach, as Azure's own host does for those who hold its key."""
    triggers: dict[str, Trigger] = {}

    @asynccontextmanager
    async def loaded(app: Starlette) -> AsyncIterator[None]:
        triggers.update({trigger.name: trigger for trigger in await worker.load()})
        yield

    async def started(request: Request) -> Response:
        trigger = triggers.get(request.path_params["name"])
        if trigger is None or trigger.path is not None:
            return Response(status_code=404)
        return await _answered(worker, trigger, *_begun(worker, trigger, await request.json()))

    async def routed(request: Request) -> Response:
        for trigger in triggers.values():
            found = trigger.path and trigger.path.fullmatch(request.url.path)
            if found and (not trigger.methods or request.method in trigger.methods):
                told = await _told(worker, request, found.groupdict())
                return await _answered(worker, trigger, told)
        return Response(status_code=404)

    async def health(request: Request) -> Response:
        return Response(json.dumps(sorted(triggers)), media_type="application/json")

    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return Starlette(
        routes=[
            Route("/admin/host/status", health, methods=["GET"]),
            Route("/admin/functions/{name}", started, methods=["POST"]),
            Route("/{path:path}", routed, methods=methods),
        ],
        lifespan=loaded,
    )


def _begun(worker: Worker, trigger: Trigger, said: dict[str, str]) -> tuple[Any, dict[str, Any]]:
    """What a timer, or a queue with a message, brings its function."""
    typed = worker.messages.TypedData
    if trigger.kind == "timertrigger":
        return typed(json=TIMER), {}
    return typed(string=said["input"]), {"UserProperties": typed(json="{}")}


async def _told(worker: Worker, request: Request, params: dict[str, str]) -> Any:
    """The request as the worker takes it. Headers that come twice are joined, as the host joins them."""
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    body = await request.body()
    said = worker.messages.RpcHttp(
        method=request.method,
        url=str(request.url),
        headers=headers,
        params=params,
        query=dict(request.query_params),
        body=worker.messages.TypedData(bytes=body) if body else None,
    )
    return worker.messages.TypedData(http=said)


async def _answered(worker: Worker, trigger: Trigger, told: Any, metadata: Mapping[str, Any] | None = None) -> Response:
    try:
        said = await worker.invoke(trigger, told, metadata)
    except AppFailed as error:
        log.error("%s failed: %s", trigger.name, error)
        return Response(status_code=500)
    if said is None or said.WhichOneof("data") != "http":
        return Response(status_code=202 if trigger.path is None else 204)
    body = said.http.body
    content = getattr(body, body.WhichOneof("data") or "bytes")
    return Response(content, int(said.http.status_code or 200), dict(said.http.headers))
