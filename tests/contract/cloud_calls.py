"""Calls tools of the cloud that its argument names, in whatever copy of the house it is started.

It is a process of its own, reads the calls from its input (arguments by tool) and prints what came of them.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import mcp_handlers
from functions.binding import bind, gate
from functions.registry import cloud_names, contract, tool_names
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.grant import Grant
from workflow.control.sign import Signer
from workflow.model.base import Json, digest
from workflow.model.plan import effect_key
from workflow.model.principal import Principal

ROOT = Principal(id="ada", tenant="acme", roles=("admin",), channel="mcp")
CLOUD = sys.argv[1]
SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(b"\1" * 32), SystemClock())


def leave(tool: str, arguments: Json) -> str:
    """A signed Grant for exactly this call."""
    exact = contract(tool).input.model_validate(arguments).model_dump(mode="json")
    grant = Grant(
        tool=tool,
        cloud=CLOUD,
        arguments_digest=digest(exact),
        principal=ROOT,
        run="r1",
        step="0",
        key=effect_key("acme", "r1", "0", tool, CLOUD, exact),
        decision="d" * 64,
        revision=gate().revision,
    )
    return SIGNER.grant(grant)


def state() -> Json:
    """What there is on the moon, where there is one."""
    file = Path(os.environ["TOLLGATE_MOON"])
    return dict(json.loads(file.read_text())) if file.exists() else {}


async def ask(endpoint: Endpoint, method: str, params: Json, **headers: str) -> Json:
    """The answer's HTTP status, and its result or error."""
    known = {"authorization": f"Bearer {SIGNER.token(ROOT, CLOUD)}", **headers}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    response = await endpoint.rpc(known, body)
    answer = json.loads(response.body)
    return {"status": response.status, **answer.get("result", answer.get("error"))}


async def exercise(tool: str, arguments: Json) -> Json:
    """Everything that is asked of one tool."""
    endpoint = bind(CLOUD, tool, {"TOLLGATE_JWKS": json.dumps(SIGNER.jwks()), "TOLLGATE_LOCAL": "1", **os.environ})
    granted = {} if contract(tool).risk == "read" else {"tollgate-grant": leave(tool, arguments)}
    odd = {name: {**arguments, name: [[]]} for name in arguments} | {"colour": {**arguments, "colour": "red"}}
    return {
        "listed": [one["name"] for one in (await ask(endpoint, "tools/list", {}))["tools"]],
        "odd": {
            name: await ask(endpoint, "tools/call", {"name": tool, "arguments": wrong}, **granted)
            for name, wrong in odd.items()
        },
        "without_grant": await ask(endpoint, "tools/call", {"name": tool, "arguments": arguments}),
        "state_before": state(),
        "answer": await ask(endpoint, "tools/call", {"name": tool, "arguments": arguments}, **granted),
        "state_after": state(),
    }


async def main() -> None:
    """Print the report."""
    calls = json.load(sys.stdin)
    report = {
        "house": str(Path(mcp_handlers.__file__).parents[1]),
        "clouds": cloud_names(),
        "tools": tool_names(),
        "calls": {tool: await exercise(tool, arguments) for tool, arguments in calls.items()},
    }
    print(json.dumps(report))


if __name__ == "__main__":
    asyncio.run(main())
