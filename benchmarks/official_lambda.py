"""A tool's handler on the official SDK's server, as a Lambda function: what `make deploy-local` measures ours beside.

No token, no gate: the peer is given the easier case. The SDK's session manager is entered once and kept running.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from typing import Any

from benchmarks.peers import official
from functions.aws.web import through
from functions.registry import contract, room
from functions.web import Web

runner = asyncio.Runner()
"""One event loop for as long as the process lives."""
opened: list[Web] = []
kept = AsyncExitStack()
"""What nobody held would be closed as soon as it is collected."""


async def _answer(event: dict[str, Any]) -> dict[str, Any]:
    if not opened:
        tool = os.environ["TOLLGATE_TOOL"]
        handler, client = room("aws", tool).call, room("aws", "client")
        server = official(contract(tool), lambda wanted: handler(wanted, client.connect(os.environ), "k" * 32))
        application = server.streamable_http_app(stateless_http=True, json_response=True)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(application.router.lifespan_context(application))
            await kept.enter_async_context(stack.pop_all())
        opened.append(Web(application))
    return await through(opened[0].ask, event)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """API Gateway's event → the SDK's application → API Gateway's answer."""
    return runner.run(_answer(event))
