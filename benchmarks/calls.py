"""Warm calls in one process: ours through the gate, and the same tool on other servers without one.

Every server gets the same request, one after the other on one event loop: a modern `tools/call` of `get_health`, a
read, or `create_storage_bucket`, a write. Handlers answer from memory. Ours is driven twice: by `rpc`, as the clouds'
entries do, and as an ASGI application on Starlette; the official SDK's MCPServer, fastmcp and bare Starlette as ASGI
applications, stateless and with JSON answers; the Lambda handler by its event. Nobody logs.
"""

from __future__ import annotations

import asyncio
import json
import logging
import statistics
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from benchmarks import peers
from benchmarks.measure import Row, Target, quiet_heap
from benchmarks.samples import Sample, environment, sample
from functions.binding import bind
from functions.registry import contract
from functions.serve.asgi import app as served
from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.function import Function
from mcp_handlers.tools import create_storage_bucket, get_health
from workflow.model.base import Json, Noun
from workflow.model.decision import Decision
from workflow.model.resource import Health, Resource

CLOUD = "aws"
READ, WRITE = "get_health", "create_storage_bucket"
BATCH = 50
"""Calls in a row. Short, so that on a busy machine some batches of everybody are left in peace: the best one counts."""
GATED, OPEN = Target(2, "at_least"), Target(4, "at_least")
NOW = datetime(2026, 11, 20, tzinfo=UTC)

Serve = Callable[[], Awaitable[Any]]
"""One call, from request to answer. The answer holds the word `structuredContent` or `content`."""


@dataclass(frozen=True)
class OpenGate:
    """Lets everything through: what the rest of the kernel costs. Benchmarks only."""

    revision: str

    async def decide(self, question: Json) -> Decision:
        """Yes."""
        return Decision(verdict="allow", violations=(), revision=self.revision, input_digest="")


def handler(wanted: Any, clients: Any, key: str, /) -> Noun:
    """An answer at once."""
    if isinstance(wanted, get_health.Input):
        health = Health(resource=wanted.resource, status="healthy", detail="running", checked_at=NOW)
        return get_health.Output(health=health)
    made = Resource(cloud=CLOUD, kind="bucket", id=wanted.name, region=wanted.region)
    return create_storage_bucket.Output(resources=(made,), url=f"s3://{wanted.name}")


def function(tool: str, *, gated: bool) -> Endpoint:
    """The deployed wiring with the handler above in place of the cloud's."""
    endpoint = bind(CLOUD, tool, environment("127.0.0.1:9"))
    return replace(endpoint, service=rewired(endpoint.service, gated=gated))


def rewired(service: Any, *, gated: bool) -> Any:
    """The function inside, and everything around it as it was."""
    if not isinstance(service, Function):
        return replace(service, service=rewired(service.service, gated=gated))
    gate = service.gate if gated else OpenGate(service.gate.revision)
    return replace(service, handler=handler, clients=lambda: None, gate=gate)


def rpc(endpoint: Endpoint, call: Sample) -> Serve:
    """Straight to the kernel."""

    async def serve() -> bytes:
        return (await endpoint.rpc(call.headers, call.body)).body

    return serve


def asgi(app: Any, path: str, call: Sample) -> Serve:
    """A request as a web server hands it over."""
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(b"host", b"127.0.0.1:8000"), *((k.encode(), v.encode()) for k, v in call.headers.items())],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000),
    }  # fmt: skip

    async def serve() -> bytes:
        answer = bytearray()
        given = asyncio.Event()

        async def receive() -> dict[str, Any]:
            if given.is_set():
                await asyncio.Event().wait()
            given.set()
            return {"type": "http.request", "body": call.body, "more_body": False}

        async def send(message: Mapping[str, Any]) -> None:
            answer.extend(message.get("body", b""))

        await app({**scope, "state": {}}, receive, send)
        return bytes(answer)

    return serve


@asynccontextmanager
async def servers(tool: str) -> AsyncIterator[dict[str, Serve]]:
    """Every way to serve `tool`, ready."""
    call, offered = sample(CLOUD, tool), contract(tool)

    def perform(wanted: Any) -> Noun:
        return handler(wanted, None, "k" * 32)

    gated, ungated = function(tool, gated=True), function(tool, gated=False)
    official = peers.official(offered, perform).streamable_http_app(stateless_http=True, json_response=True)
    fast = peers.fast(offered, perform).http_app(path="/mcp", stateless_http=True, json_response=True)
    threaded = peers.fast(offered, perform, blocking=True)
    slow = threaded.http_app(path="/mcp", stateless_http=True, json_response=True)
    lambdas = peers.lambda_handler(offered, perform)
    event = {"httpMethod": "POST", "headers": call.headers, "body": call.body.decode()}

    async def invoke() -> bytes:
        return str(lambdas.handle_request(event, None)["body"]).encode()

    async with AsyncExitStack() as stack:
        for web in (official, fast, slow):
            await stack.enter_async_context(web.router.lifespan_context(web))
        yield {
            "tollgate, gated": rpc(gated, call),
            "tollgate, gate off": rpc(ungated, call),
            "tollgate, gated, on Starlette": asgi(served({"/mcp": gated}, "bench"), "/mcp", call),
            "MCPServer": asgi(official, "/mcp", call),
            "fastmcp": asgi(fast, "/mcp", call),
            "fastmcp, on a thread": asgi(slow, "/mcp", call),
            "awslabs": invoke,
            "bare Starlette": asgi(peers.bare(offered, perform), "/mcp", call),
        }


async def batch(serve: Serve) -> list[float]:
    """Milliseconds of each of a batch of calls."""
    times = []
    for _ in range(BATCH):
        begun = perf_counter()
        await serve()
        times.append((perf_counter() - begun) * 1e3)
    return times


async def check(name: str, serve: Serve) -> None:
    """Raises RuntimeError where the answer is not the tool's."""
    answer = json.loads(await serve())
    result = answer.get("result", {})
    if result.get("isError") or not result.get("content"):
        raise RuntimeError(f"{name} did not answer: {str(answer)[:500]}")


async def measure(tool: str, rounds: int) -> dict[str, list[list[float]]]:
    """Batches of every server, in turns, so that a busy moment of the machine meets all of them."""
    found: dict[str, list[list[float]]] = {}
    async with servers(tool) as ready:
        for name, serve in ready.items():
            await check(name, serve)
            await batch(serve)
        with quiet_heap():
            for _ in range(rounds):
                for name, serve in ready.items():
                    found.setdefault(name, []).append(await batch(serve))
    return found


def rows(tool: str, found: Mapping[str, list[list[float]]]) -> Iterator[Row]:
    """Throughput (the best batch) and p50 (the best batch's) against every peer."""
    rate = {name: max(BATCH / sum(times) * 1e3 for times in batches) for name, batches in found.items()}
    middle = {name: min(statistics.median(times) for times in batches) for name, batches in found.items()}
    for mine in (name for name in found if name.startswith("tollgate")):
        for peer in (name for name in found if not name.startswith("tollgate")):
            bound = {"tollgate, gated": GATED, "tollgate, gate off": OPEN}.get(mine) if peer == "fastmcp" else None
            yield Row("call", f"{tool}, {mine}", "calls/s", round(rate[mine]), peer, round(rate[peer]), bound)
            yield Row("call", f"{tool}, {mine}, p50", "ms", round(middle[mine], 4), peer, round(middle[peer], 4))


def calls(rounds: int) -> list[Row]:
    """A read and a write."""
    # Two of the peers put a handler on the root logger when they are made, which then prints everybody's lines.
    logging.disable(logging.INFO)
    return [row for tool in (READ, WRITE) for row in rows(tool, asyncio.run(measure(tool, rounds)))]
