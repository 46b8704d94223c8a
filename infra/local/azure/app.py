"""The local Azure as one ASGI application: Resource Manager, Key Vault, managed identity, and our own controls."""

from __future__ import annotations

import asyncio
import json
import time
import uuid

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.local.azure import arm
from infra.local.azure.account import GROUP_LOCATION
from infra.local.azure.bus import Bus
from infra.local.azure.call import Call
from infra.local.azure.kind import World
from infra.local.azure.refusal import Refusal, Reply, invalid
from infra.local.azure.store import Store
from infra.local.azure.vault import Vault
from infra.local.faults import Fault, FaultBook

_TOKEN_SECONDS = 3600
_VERBS = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"]


def create_app() -> Starlette:
    """A new, empty Azure. It keeps everything in memory."""
    cloud = _Azure()
    routes = [
        Route("/_tollgate/health", cloud.health),
        Route("/_tollgate/reset", cloud.reset, methods=["POST"]),
        Route("/_tollgate/faults", cloud.faults, methods=["GET", "POST", "DELETE"]),
        Route("/msi/token", cloud.token),
        Route("/{queue}/messages", cloud.words, methods=["POST"]),
        Route("/{queue}/messages/head", cloud.words, methods=["DELETE"]),
        Route("/{path:path}", cloud.serve, methods=_VERBS),
    ]
    return Starlette(routes=routes)


class _Azure:
    def __init__(self) -> None:
        self.world = World(Store(), FaultBook())
        self.vault = Vault()
        self.bus = Bus()
        self.resets = 0

    async def health(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok", "resources": len(self.world.store.resources)})

    async def reset(self, _request: Request) -> Response:
        self.resets += 1
        self.world.store.reset()
        self.world.faults.clear()
        self.vault, self.bus = Vault(), Bus()
        return Response(status_code=204)

    async def faults(self, request: Request) -> Response:
        if request.method == "POST":
            try:
                self.world.faults.add(Fault.model_validate_json(await request.body()))
            except ValidationError as error:
                return JSONResponse({"error": error.errors(include_url=False, include_context=False)}, status_code=400)
        elif request.method == "DELETE":
            self.world.faults.clear()
        return JSONResponse([fault.model_dump(mode="json") for fault in self.world.faults.list()])

    async def token(self, request: Request) -> Response:
        """App Service's managed identity endpoint. The token says whose it is, and opens nothing but this emulator."""
        resource = request.query_params.get("resource", "")
        if not request.headers.get("x-identity-header") or not resource:
            return JSONResponse({"statusCode": 400, "message": "X-IDENTITY-HEADER and resource are needed."}, 400)
        ends = str(int(time.time()) + _TOKEN_SECONDS)
        client = request.query_params.get("client_id") or "own"
        token = {"access_token": f"local-{client}-{uuid.uuid4().hex}", "client_id": client, "expires_on": ends}
        return JSONResponse({**token, "resource": resource, "token_type": "Bearer"})

    async def words(self, request: Request) -> Response:
        """Service Bus."""
        if self.world.faults.take("cloud_down", operation=request.url.path):
            return Response(status_code=503)
        who = request.headers.get("authorization", "")
        status, body = self.bus.answer(request.method, request.url.path, who, await request.body())
        return Response(body, status)

    async def serve(self, request: Request) -> Response:
        try:
            reply = await self._answer(await _call(request))
        except Refusal as refusal:
            reply = Reply(refusal.status, refusal.envelope, refusal.headers)
        headers = {**reply.headers, "x-ms-request-id": str(uuid.uuid4())}
        if reply.body is None:
            return Response(status_code=reply.status, headers=headers)
        return JSONResponse(reply.body, reply.status, headers)

    async def _answer(self, call: Call) -> Reply:
        self.world.store.settle()
        resets = self.resets
        what = f"{call.method} {call.path}"
        secret = call.path.lower().startswith(("/secrets", "/deletedsecrets"))
        place = GROUP_LOCATION if secret else arm.place(self.world, call)
        if slow := self.world.faults.take("latency", region=place, operation=what):
            await asyncio.sleep(slow.latency_ms / 1000)
        overtaken = resets != self.resets
        if overtaken or self.world.faults.take("cloud_down", region=place, operation=what):
            raise Refusal(503, "ServiceUnavailable", "The service is unavailable.")
        if secret:
            arm.spoilt(self.world, place, what)
        reply = self.vault.answer(call) if secret else arm.answer(self.world, call)
        if self.world.faults.take("lost", region=place, operation=what):
            raise arm.internal()
        return reply


async def _call(request: Request) -> Call:
    raw = await request.body()
    try:
        body = json.loads(raw) if raw else {}
    except ValueError as error:
        raise invalid("The request content was invalid and could not be deserialized.", "InvalidRequestContent") from (
            error
        )
    if not isinstance(body, dict):
        raise invalid("The request content must be an object.", "InvalidRequestContent")
    headers = {name.lower(): value for name, value in request.headers.items()}
    base = f"{request.url.scheme}://{request.headers.get('host', request.url.netloc)}"
    return Call(request.method, request.url.path, dict(request.query_params), headers, body, base)
