"""The one AWS endpoint of the local cloud: who answers which call, and the faults that befall it on the way.

EC2, Route 53 and SageMaker are moto's (which tells spot from on-demand), with what moto lacks added here, and so are
EKS and Auto Scaling; Service Quotas, training jobs and endpoints are our own; the rest is ministack's. Nothing is
authenticated: bind it to loopback.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import httpx
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from infra.local.aws import dns, mishaps, quotas
from infra.local.aws.call import Call, read_call, scope
from infra.local.aws.ec2 import Launcher
from infra.local.aws.endpoints import Endpoints
from infra.local.aws.refusal import Refusal, response
from infra.local.aws.secrets import Tokens
from infra.local.aws.training import Jobs
from infra.local.aws.upstream import Emulators
from infra.local.aws.volumes import OPERATIONS, Volumes
from infra.local.faults import Fault, FaultBook

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_MOTO = ("ec2", "sagemaker", "eks", "autoscaling")


class Front:
    """The front's state, and its answers."""

    def __init__(self, ministack: str, moto: str) -> None:
        self.faults, self.jobs, self.endpoints = FaultBook(), Jobs(), Endpoints()
        self.emulators = Emulators(ministack, moto)
        self.launcher = Launcher(self.emulators, self.faults)
        self.volumes = Volumes(self.emulators)
        self.tokens, self.batches = Tokens(), dns.Batches()
        self.resets = 0

    async def answer(self, request: Request) -> Response:
        """Answer any AWS call."""
        headers, query = request.headers, request.query_params
        body = None if scope(headers, query)[0] == "s3" else await request.body()
        target = request.scope["raw_path"].decode() + (f"?{request.url.query}" if request.url.query else "")
        call = read_call(request.method, target, headers, query, body or b"")
        try:
            await self._wait(call)
            mishaps.befall(call, self.faults)
            done = await self._dispatch(call, request, body)
            return await _lost(done, call) if mishaps.loses(call, self.faults) else done
        except Refusal as refusal:
            return response(refusal, call.protocol)
        except httpx.TransportError as error:
            return response(Refusal("ServiceUnavailable", f"The emulator does not answer: {error}", 503), call.protocol)

    async def _wait(self, call: Call) -> None:
        """Be as late as the faults say. A call that a reset has overtaken belongs to a cloud that is no more."""
        resets = self.resets
        await asyncio.sleep(mishaps.delay(call, self.faults))
        if resets != self.resets:
            raise Refusal("ServiceUnavailable", "The local cloud was reset.", 503)

    async def _dispatch(self, call: Call, request: Request, body: bytes | None) -> Response:
        if call.service == "servicequotas":
            return _amz_json(quotas.answer(call, self.faults))
        if call.service == "sagemaker" and self.jobs.serves(call):
            return _amz_json(self.jobs.answer(call, self.faults))
        if call.service == "sagemaker" and self.endpoints.serves(call):
            return _amz_json(self.endpoints.answer(call, self.faults))
        if call.operation == "RunInstances":
            return await self.launcher.run(call, lambda: self.emulators.launch(request, body))
        if call.service == "route53":
            return await self._names(call, request, body)
        if call.operation == "PutSecretValue":
            return await self.tokens.put(call, lambda: self.emulators.whole(self.emulators.ministack, request, body))
        if call.service == "ec2" and call.operation in OPERATIONS:
            return await self.volumes.answer(call, lambda: self.emulators.launch(request, body))
        return await self.emulators.forward(self._upstream(call), request, body)

    async def _names(self, call: Call, request: Request, body: bytes | None) -> Response:
        if dns.is_sick(call, self.faults):
            return dns.sick()
        moto = self.emulators.moto
        if dns.changes(call) and body is not None:
            listed = partial(self.emulators.look, moto, request)
            return await self.batches.answer(body, listed, partial(self.emulators.whole, moto, request))
        return await self.emulators.forward(moto, request, body)

    def _upstream(self, call: Call) -> str:
        public = call.service == "ssm" and "/aws/service/" in json.dumps(call.parameters)
        return self.emulators.moto if public or call.service in _MOTO else self.emulators.ministack

    async def list_faults(self, _: Request) -> Response:
        """The faults in force."""
        return JSONResponse([fault.model_dump() for fault in self.faults.list()])

    async def add_fault(self, request: Request) -> Response:
        """Put a fault in force."""
        try:
            self.faults.add(Fault.model_validate_json(await request.body()))
        except ValidationError as error:
            return JSONResponse({"error": str(error)}, 400)
        return await self.list_faults(request)

    async def clear_faults(self, request: Request) -> Response:
        """Take all faults away."""
        self.faults.clear()
        return await self.list_faults(request)

    async def health(self, _: Request) -> Response:
        """200 when both emulators answer, else 503."""
        ready = await self.emulators.ready()
        return JSONResponse({"status": "ok" if ready else "starting"}, 200 if ready else 503)

    async def reset(self, _: Request) -> Response:
        """Empty the whole AWS cloud and take all faults away."""
        self.resets += 1
        await self.emulators.reset()
        self.faults.clear()
        self.launcher.clear()
        self.volumes.clear()
        self.jobs.jobs.clear()
        self.endpoints.things.clear()
        self.tokens.clear()
        return Response(status_code=204)


async def _lost(done: Response, call: Call) -> Response:
    """An error in the place of an answer, which is read to its end all the same."""
    if isinstance(done, StreamingResponse):
        async for _ in done.body_iterator:
            pass
    return response(mishaps.internal(call), call.protocol)


def _amz_json(value: dict[str, object]) -> Response:
    return Response(json.dumps(value), media_type="application/x-amz-json-1.1")


def application(ministack: str, moto: str) -> Starlette:
    """The ASGI app before the emulators at these two base URLs."""
    front = Front(ministack, moto)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await front.emulators.close()

    return Starlette(
        routes=[
            Route("/_tollgate/faults", front.list_faults, methods=["GET"]),
            Route("/_tollgate/faults", front.add_fault, methods=["POST"]),
            Route("/_tollgate/faults", front.clear_faults, methods=["DELETE"]),
            Route("/_tollgate/health", front.health),
            Route("/_tollgate/reset", front.reset, methods=["POST"]),
            Route("/{path:path}", front.answer, methods=_METHODS),
        ],
        lifespan=lifespan,
    )
