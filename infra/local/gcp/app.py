"""The local GCP as one ASGI app: which service answers a path, and what goes wrong on the way there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.local.gcp import compute, container, control, dns, identity, metadata, quota_infos, secrets, storage, vertex
from infra.local.gcp.places import region_in
from infra.local.gcp.wire import ApiError, Call, Reply
from infra.local.gcp.world import World

Service = Callable[[World, Call], Reply]
_CLOUD: tuple[tuple[str, Service], ...] = (
    ("/compute/v1/projects/", compute.answer),
    ("/dns/v1/projects/", dns.answer),
    ("/storage/v1/b", storage.answer),
    ("/upload/storage/v1/b/", storage.upload),
    ("/download/storage/v1/b/", storage.download),
)
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def build(world: World | None = None) -> Starlette:
    """The app, around a world of its own unless one is given."""
    remembered = world or World()

    async def endpoint(request: Request) -> Response:
        call = Call(
            method=request.method,
            host=f"{request.url.scheme}://{request.url.netloc}",
            raw_path=request.scope["raw_path"].decode(),
            query=dict(request.query_params),
            headers=request.headers,
            raw=await request.body(),
        )
        try:
            return _response(await _answer(remembered, call))
        except ApiError as refused:
            return JSONResponse(refused.body(), refused.code, refused.headers)

    return Starlette(routes=[Route("/{path:path}", endpoint, methods=_METHODS)])


def _response(reply: Reply) -> Response:
    headers = dict(reply.headers)
    if reply.code == 204:
        return Response(status_code=204, headers=headers)
    if reply.raw is not None:
        return Response(reply.raw, reply.code, headers, media_type=reply.content_type)
    return JSONResponse(reply.body, reply.code, headers)


async def _answer(world: World, call: Call) -> Reply:
    if call.segments[0] == "_tollgate":
        return control.answer(world, call)
    if call.segments[0] in ("", "computeMetadata"):
        return metadata.answer(world, call)
    if call.raw_path == identity.EXCHANGE:
        return identity.exchange(call)
    service = identity.impersonate if call.raw_path.endswith(identity.IMPERSONATE) else _service(call)
    if not metadata.authorized(call):
        raise ApiError(
            401, "required", "Request had invalid authentication credentials.", {"WWW-Authenticate": "Bearer"}
        )
    where = _where(world, call)
    await _go_wrong(world, call, where)
    reply = service(world, call)
    if world.faults.take("lost", **where):
        raise _internal()
    return reply


def _service(call: Call) -> Service:
    for prefix, service in _CLOUD:
        if call.raw_path.startswith(prefix):
            return service
    match call.segments:
        case ("v1", "projects", _, "locations", "global", "services", *_):
            return quota_infos.answer
        case ("v1", "projects", _, "secrets", *_):
            return secrets.answer
        case ("v1", "projects", _, "locations", _, "clusters", *_):
            return container.answer
        case ("v1", "projects", _, "locations", _, "operations", name) if name.startswith("operation-"):
            return container.answer
        case ("v1", "projects", _, "locations", _, _, *_):
            return vertex.answer
    raise ApiError(404, "notFound", f"The requested URL {call.raw_path} was not found on this server.")


def _where(world: World, call: Call) -> dict[str, str]:
    """What a fault's region and operation are compared with."""
    stored = call.segments[0] in ("storage", "upload", "download")
    region = storage.region_of(world, call) if stored else region_in(call.segments)
    return {"region": region, "operation": call.operation}


async def _go_wrong(world: World, call: Call, where: dict[str, str]) -> None:
    """Do what the faults say before the service is asked. A call that a reset overtakes finds its cloud gone.

    Raises ApiError.
    """
    resets = world.resets
    if slow := world.faults.take("latency", **where):
        await asyncio.sleep(slow.latency_ms / 1000)
    if (
        resets != world.resets
        or world.faults.take("cloud_down", **where)
        or (where["region"] and world.faults.take("region_down", **where))
    ):
        raise ApiError(503, "backendError", "The service is currently unavailable.")
    if world.faults.take("throttle", **where):
        message = "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute'."
        raise ApiError(429, "rateLimitExceeded", message, {"Retry-After": "1"})
    if world.faults.take("no_permission", **where):
        resource = call.raw_path.rpartition("/projects/")[2]
        raise ApiError(403, "forbidden", f"Required permission is missing for 'projects/{resource}' ({call.method})")
    if world.faults.take("error", **where):
        raise _internal()


def _internal() -> ApiError:
    return ApiError(500, "internalError", "Internal error. Please try again or contact Google Support.")
