"""A fresh process that starts one function and tells what that took: `python -m benchmarks.start <server>`.

Standard input has the call: cloud, tool, arguments, headers and body. `ours` is our function as a cloud starts it;
`official` and `fast` serve the same handler. Two moments are told. `bound`: the function could take a call. `reached`:
its first call is about to open a connection to the cloud, and every client that the tool needs has been made, so that
the cloud's SDK is loaded. Nothing is sent there; identity, which the SDKs ask for first, is given out by the process
that measures.
"""

from __future__ import annotations

import json
import os
import resource
import sys

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


def ours(cloud: str, tool: str) -> object:
    """The endpoint, as the entries in `functions` bind it."""
    from functions.binding import bind

    return bind(cloud, tool, os.environ)


def peer(server: str, cloud: str, tool: str) -> object:
    """The same handler on another server: no tokens, no gate, no prices."""
    from benchmarks import peers
    from functions.registry import contract, room

    handler, client = room(cloud, tool).call, room(cloud, "client")
    return getattr(peers, server)(contract(tool), lambda wanted: handler(wanted, client.connect(os.environ), "k" * 32))


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
    made = ours(call["cloud"], call["tool"]) if server == "ours" else peer(server, call["cloud"], call["tool"])
    bound = moment()
    stop_at_the_door(os.environ["GCE_METADATA_HOST"])
    import asyncio

    try:
        if server == "ours":
            answer = asyncio.run(made.rpc(call["headers"], call["body"].encode()))  # type: ignore[attr-defined]
        else:
            answer = asyncio.run(made.call_tool(call["tool"], call["arguments"]))  # type: ignore[attr-defined]
        reached = None
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
