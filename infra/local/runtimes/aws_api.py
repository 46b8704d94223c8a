"""Lambda's Runtime API and an HTTP API in front of it, as routes of one web application."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import time

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infra.local.runtimes.aws_queue import Failed, Queue

RUNTIME = "/2018-06-01/runtime"
LIMIT_SECONDS = 60
"""What the function is told that it has; nobody ends it here."""
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:tollgate"

log = logging.getLogger(__name__)


def routes(queue: Queue) -> list[Route]:
    """The Runtime API under its own path; every other path invokes the function."""

    async def health(request: Request) -> Response:
        return Response(status_code=200)

    async def invoked(request: Request) -> Response:
        try:
            return _response(await queue.invoke(_event(request, await request.body())))
        except Failed as error:
            log.error("the function failed: %s", error)
            return Response(b'{"message":"Internal Server Error"}', 500, media_type="application/json")

    return [
        *_runtime(queue),
        Route("/healthz", health, methods=["GET"]),
        Route("/{path:path}", invoked, methods=["GET", "POST"]),
    ]


def _runtime(queue: Queue) -> list[Route]:
    """What the runtime client asks for, and what it reports."""

    async def next_event(request: Request) -> Response:
        try:
            invocation = await queue.next()
        except asyncio.CancelledError:
            # The server ends, and its client with it.
            return Response(status_code=503)
        headers = {
            "lambda-runtime-aws-request-id": invocation.id,
            "lambda-runtime-deadline-ms": str(int((time.time() + LIMIT_SECONDS) * 1000)),
            "lambda-runtime-invoked-function-arn": ARN,
        }
        return Response(json.dumps(invocation.event), headers=headers, media_type="application/json")

    async def answered(request: Request) -> Response:
        queue.answered(request.path_params["id"], await request.body())
        return Response(status_code=202)

    async def failed(request: Request) -> Response:
        queue.failed(request.path_params["id"], (await request.body()).decode())
        return Response(status_code=202)

    async def unloadable(request: Request) -> Response:
        log.error("the function cannot be loaded: %s", (await request.body()).decode())
        return Response(status_code=202)

    return [
        Route(f"{RUNTIME}/invocation/next", next_event, methods=["GET"]),
        Route(f"{RUNTIME}/invocation/{{id}}/response", answered, methods=["POST"]),
        Route(f"{RUNTIME}/invocation/{{id}}/error", failed, methods=["POST"]),
        Route(f"{RUNTIME}/init/error", unloadable, methods=["POST"]),
    ]


def _event(request: Request, body: bytes) -> dict[str, object]:
    """Payload 2.0. Text goes as it is and everything else in base64; headers that come twice are joined."""
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    try:
        said, encoded = body.decode(), False
    except UnicodeDecodeError:
        said, encoded = base64.b64encode(body).decode(), True
    path = request.url.path
    event: dict[str, object] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": request.url.query,
        "headers": headers,
        "pathParameters": {"tool": path.rpartition("/")[2]},
        "requestContext": {
            "requestId": request.headers.get("x-request-id", "local"),
            "http": {"method": request.method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
            "stage": "$default",
        },
        "isBase64Encoded": encoded,
    }
    return event | ({"body": said} if body else {})


def _response(answer: bytes) -> Response:
    """What the function returned, as an HTTP API sends it."""
    told = json.loads(answer)
    body = told.get("body") or ""
    content = base64.b64decode(body) if told.get("isBase64Encoded") else body.encode()
    return Response(content, told["statusCode"], told.get("headers") or {})
