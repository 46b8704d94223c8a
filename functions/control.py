"""The control plane's web application as a function: `/mcp`, the way in from each cloud's catalog, its public keys, and
the pages where people decide."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack

import httpx

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.http import HttpPost
from functions.judges import bench
from functions.serve.asgi import routed
from functions.serve.callers import providers
from functions.serve.metadata import metadata_routes
from functions.serve.plane import approval_routes, control, control_endpoints
from functions.serve.settings import Settings
from functions.serve.wellknown import jwks_route, standing
from functions.web import Web
from mcp_handlers.kernel.clock import SystemClock
from workflow.store.store import Store, open_store


class ControlPlane:
    """Over its store, opened with the first request. What fails then is tried again with the next one.

    A cloud ends the process without a word: nothing is ever closed, and the store bears that.
    """

    _web: Web

    def __init__(self, told: Callable[[], Settings]) -> None:
        self._told = told
        self._turn = asyncio.Lock()
        self._held: AsyncExitStack | None = None
        """What is open. Somebody has to know of it, or it is closed as soon as the first request is answered."""

    async def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> httpx.Response:
        """One request. Raises TollgateError where the settings lack something, or the store or the vault is away."""
        async with self._turn:
            if self._held is None:
                async with AsyncExitStack() as stack:
                    told = self._told()
                    self._web = _application(told, await stack.enter_async_context(open_store(told.database)))
                    self._held = stack.pop_all()
        return await self._web.ask(method, path, headers, body)


def _application(told: Settings, store: Store) -> Web:
    post = HttpPost()
    judgement = control(told, store, post, bench(store, SystemClock()).gate)
    described = metadata_routes(told.control_url, providers(told.oidc))
    more = [jwks_route(standing(told, store)), *described, *approval_routes(told, judgement)]
    return Web(routed(control_endpoints(told, judgement, post), "control", more))
