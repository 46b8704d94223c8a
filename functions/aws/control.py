"""AWS Lambda behind API Gateway: the control plane's `/mcp`, the way in from each cloud's catalog, its public keys, and
the pages where people decide."""

from __future__ import annotations

from contextlib import AsyncExitStack

from aws_lambda_powertools.utilities.typing import LambdaContext

import functions.start  # noqa: F401 - before anything imports pydantic
from functions.aws import wire
from functions.aws.held import settings
from functions.aws.loop import run
from functions.aws.telling import log, told
from functions.aws.web import Web
from functions.http import HttpPost
from functions.judges import bench
from functions.serve.asgi import routed
from functions.serve.callers import providers
from functions.serve.metadata import metadata_routes
from functions.serve.plane import approval_routes, control, control_endpoints
from functions.serve.wellknown import jwks_route, standing
from mcp_handlers.kernel import deadline
from mcp_handlers.kernel.clock import SystemClock
from workflow.store.store import open_store

opened: list[Web] = []
kept = AsyncExitStack()
"""What has been opened. Lambda ends the process without a word, so that none of it is closed, and the store bears that;
but what nobody held would be closed as soon as it is collected."""


async def opening() -> Web:
    """The control plane over its store, opened once. What fails is tried again with the next request."""
    if not opened:
        found = settings()
        async with AsyncExitStack() as stack:
            store = await stack.enter_async_context(open_store(found.database))
            post = HttpPost()
            judgement = control(found, store, post, bench(store, SystemClock()).gate)
            described = metadata_routes(found.control_url, providers(found.oidc))
            more = [jwks_route(standing(found, store)), *described, *approval_routes(found, judgement)]
            opened.append(Web(routed(control_endpoints(found, judgement, post), "control", more)))
            await kept.enter_async_context(stack.pop_all())
    return opened[0]


async def _answer(event: wire.Event) -> wire.Event:
    return await (await opening()).answer(event)


@told("requestContext.requestId")
def handler(event: wire.Event, context: LambdaContext) -> wire.Event:
    """API Gateway's event → the web application → API Gateway's answer."""
    with deadline.within(context.get_remaining_time_in_millis()):
        answer = run(_answer(event))
    log.info("answered", extra={"status": answer["statusCode"]})
    return answer
