"""A fresh process that starts one function and tells what that took: `python -m benchmarks.start <server>`.

Standard input has the call: cloud, tool, arguments, headers and body. `ours` is our endpoint, bound as each cloud's
entry binds it; `deployed` is AWS's entry as Lambda starts it, with Powertools; `official` and `fast` serve the same
handler. Two moments are told. `bound`: the function could take a call. `reached`: its first call is about to open a
connection to the cloud, and every client that the tool needs has been made, so that the cloud's SDK is loaded. Nothing
is sent there; identity, which the SDKs ask for first, is given out by the process that measures.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

Moment = dict[str, float]

LATER = {
    ("azure", "provision_compute"): ("compute", "virtual_machines"),
    ("azure", "launch_spot"): ("compute", "virtual_machines"),
    ("azure", "create_storage_bucket"): ("storage", "storage_accounts"),
}
"""Clients that a handler makes only after its first connection, which is to something else."""


class Reached(BaseException):
    """The handler is at the cloud's door. No SDK takes it for an error of the network."""


def moment() -> Moment:
    """CPU of this process so far in ms, and the most memory that it has had, in MB."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    with open("/proc/self/status") as file:
        peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
    return {"cpu_ms": (used.ru_utime + used.ru_stime) * 1e3, "rss_mb": peak / 1024}


def stop_at_the_door(identity: str) -> None:
    """Connections anywhere but to `identity` raise Reached."""
    import socket

    connect = socket.socket.connect

    def guarded(self: socket.socket, address: tuple[str, int], /) -> None:
        if f"{address[0]}:{address[1]}" != identity:
            raise Reached
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[assignment,method-assign]


Call = Callable[[], Any]
"""The first call of what has been bound."""


def ours(call: Any) -> Call:
    """The endpoint, as the entries in `functions` bind it."""
    import asyncio

    from functions.binding import bind

    endpoint = bind(call["cloud"], call["tool"], os.environ)
    return lambda: asyncio.run(endpoint.rpc(call["headers"], call["body"].encode()))


def deployed(call: Any) -> Call:
    """AWS's entry, called as Lambda does behind API Gateway."""
    os.environ["TOLLGATE_TOOL"] = call["tool"]
    from functions.aws import entry

    entry.endpoint()
    about = {"requestId": "1", "http": {"method": "POST", "path": f"/mcp/{call['tool']}"}}
    event = {"version": "2.0", "headers": call["headers"], "requestContext": about, "body": call["body"]}
    context = SimpleNamespace(
        function_name="f", memory_limit_in_mb=1024, invoked_function_arn="arn:aws:lambda:eu-west-1:1:function:f",
        aws_request_id="1", get_remaining_time_in_millis=lambda: 30_000,
    )  # fmt: skip
    return lambda: entry.handler(event, context)


def peer(server: str, call: Any) -> Call:
    """The same handler on another server: no tokens, no gate, no prices."""
    import asyncio

    from benchmarks import peers
    from functions.registry import contract, room

    tool, handler, client = call["tool"], room(call["cloud"], call["tool"]).call, room(call["cloud"], "client")
    made = getattr(peers, server)(contract(tool), lambda wanted: handler(wanted, client.connect(os.environ), "k" * 32))
    return lambda: asyncio.run(made.call_tool(tool, call["arguments"]))


OURS = {"ours": ours, "deployed": deployed}


def complete(cloud: str, tool: str) -> None:
    """Make what the handler would make later."""
    from functions.registry import room

    client, operations = LATER.get((cloud, tool), ("", ""))
    if client:
        getattr(getattr(room(cloud, "client").connect(os.environ), client), operations)


def main() -> None:
    """Start, tell, call, tell."""
    server, call = sys.argv[1], json.load(sys.stdin)
    at_start = moment()
    invoke = OURS[server](call) if server in OURS else peer(server, call)
    bound = moment()
    stop_at_the_door(os.environ["GCE_METADATA_HOST"])
    try:
        answer, reached = invoke(), None
    except Reached:
        complete(call["cloud"], call["tool"])
        answer, reached = None, moment()
    told = {"start": at_start, "bound": bound, "reached": reached, "sdk": sdk(call["cloud"])}
    print(json.dumps(told | {"answer": str(answer)[:2000]}), flush=True)
    os._exit(0)


def sdk(cloud: str) -> bool:
    """Whether the cloud's SDK is loaded."""
    needed = {"aws": "botocore.session", "azure": "azure.core.pipeline", "gcp": "google.auth.transport"}
    return needed[cloud] in sys.modules


if __name__ == "__main__":
    main()
