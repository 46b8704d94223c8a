"""Calls the control plane of whatever copy of the house it is started in, over a store of its own.

It reads the calls from its input, a list of tool and arguments, and prints the answers. Every cloud's functions are in
this process too, so that nothing listens anywhere.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping

from functions.binding import bind
from functions.registry import cloud_names
from functions.serve.plane import control, control_endpoints
from functions.serve.settings import settings
from mcp_handlers.kernel.clock import SystemClock
from workflow.control.signing import local_signer
from workflow.model.principal import Principal
from workflow.store.store import open_store

ADA = Principal(id="ada", tenant="acme", roles=("admin",), channel="mcp")
TOLD = settings()


async def post(url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
    """Hand a forwarded call to its function."""
    base, _, tool = url.rpartition("/mcp/")
    (cloud,) = [name for name in cloud_names() if TOLD.cloud_url(name) == base]
    endpoint = bind(cloud, tool, {**os.environ, **TOLD.environment()})
    response = await endpoint.rpc({name.lower(): value for name, value in headers.items()}, body)
    return response.status, response.body


async def main() -> None:
    """Print the answers, in order."""
    token = local_signer(TOLD.keys, SystemClock()).token(ADA, "control")
    async with open_store(TOLD.database) as store:
        plane = control_endpoints(TOLD, control(TOLD, store, post), post)["/mcp"]
        answers = []
        for tool, arguments in json.load(sys.stdin):
            params = {"name": tool, "arguments": arguments}
            body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode()
            response = await plane.rpc({"authorization": f"Bearer {token}"}, body)
            answers.append(json.loads(response.body))
    print(json.dumps(answers))


if __name__ == "__main__":
    asyncio.run(main())
