"""`python -m functions.serve`: the control plane on TOLLGATE_PORT (8000) and each cloud on the ports after it."""

from __future__ import annotations

import asyncio
import os
from dataclasses import asdict

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.api.mount import api_routes
from functions.binding import bind, breakers
from functions.http import HttpPost
from functions.judges import bench, live
from functions.pages.session import FromCookie
from functions.registry import cloud_names, tool_names
from functions.serve.api import api
from functions.serve.asgi import app, sse_routes
from functions.serve.callers import providers
from functions.serve.metadata import metadata_routes
from functions.serve.plane import approval_routes, catalog_endpoint, control, control_endpoints, page_routes
from functions.serve.runs_mcp import RUNS, runs_endpoint
from functions.serve.settings import Settings, settings
from functions.serve.wellknown import emergency, jwks_route
from functions.webhooks.local import hook_routes
from mcp_handlers.kernel import log, otel
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.kernel.forward import Post
from workflow.model.base import Json
from workflow.store.store import open_store

KEEP_ALIVE_SECONDS = 75
"""How long an idle connection is kept: longer than clients keep theirs (ours: `functions.http`), so that it is they who
close it, and none sends a call into one that is just being closed."""


def cloud_app(told: Settings, cloud: str, post: Post) -> Starlette:
    """One cloud's web application: its catalog at `/mcp` (old clients: `/sse`), every function at `/mcp/{tool}`."""
    environment = told.environment()
    functions = {f"/mcp/{tool}": bind(cloud, tool, environment, live()) for tool in tool_names()}
    catalog = catalog_endpoint(told, cloud, post)
    endpoints = {"/mcp": catalog, **functions}
    return app(endpoints, cloud, sse_routes(catalog.service), standing=lambda: {"circuits": circuits(cloud)})


def circuits(cloud: str) -> list[Json]:
    """The circuit breakers of the cloud's functions in this process that are not closed."""
    now = SystemClock().now()
    return [
        {"tool": tool, **asdict(each)} for tool, held in sorted(breakers(cloud).items()) for each in held.standing(now)
    ]


async def serve(told: Settings) -> None:
    """Listen until told to stop."""
    post = HttpPost()
    told.home.mkdir(parents=True, exist_ok=True)
    async with open_store(told.database) as store:
        judges = bench(store, SystemClock())
        judgement, hand = control(told, store, post, judges.gate), emergency(told, store)
        await hand.publish()
        known = providers(told.oidc)
        described = metadata_routes(told.control_url, known)
        more = [jwks_route(hand), *described, *approval_routes(told, judgement)]
        more += [
            *api_routes(api(told, store, judgement, judges), [Middleware(FromCookie)]),
            *metadata_routes(told.control_url, known, RUNS),
        ]
        # What is under no other address is a page.
        more += [*hook_routes(store), *page_routes(told, judgement)]
        doors = control_endpoints(told, judgement, post) | {RUNS: runs_endpoint(told, store, judgement)}
        apps = {told.port: app(doors, "control", more)}
        apps |= {told.cloud_port(cloud): cloud_app(told, cloud, post) for cloud in cloud_names()}
        servers = [_server(each, port) for port, each in apps.items()]
        await asyncio.gather(*(server.serve() for server in servers))
        await judges.close()
    await post.close()


def _server(application: Starlette, port: int) -> uvicorn.Server:
    config = uvicorn.Config(
        application,
        host="127.0.0.1",
        port=port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    return uvicorn.Server(config)


if __name__ == "__main__":
    log.install()
    otel.start(os.environ, "tollgate")
    asyncio.run(serve(settings()))
