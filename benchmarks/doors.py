"""A front door under load: 200 signed webhooks in ten seconds over loopback, beside a Starlette that keeps nothing."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import math
import os
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from benchmarks.measure import Row, Target, quantile
from functions.webhooks.local import hook_routes
from workflow.store.store import open_store

COUNT, SECONDS, PATIENCE = 200, 10.0, 3.0
"""Webhooks, the time that they are spread over, and how long a sender waits."""
SECRET = "whsec_" + base64.b64encode(b"0" * 24).decode()
_PEOPLE = {"unknown": {"signed": {"tenant": "acme", "project": "inbox", "roles": ["developer"]}}}


def doors() -> Sequence[Row]:
    """How long senders wait for their answer, and how many runs there are then."""
    os.environ["TOLLGATE_PEOPLE"] = json.dumps(_PEOPLE)
    os.environ["TOLLGATE_DOOR_SIGNED_SECRETS"] = json.dumps({"load": SECRET})
    with TemporaryDirectory() as folder:
        return asyncio.run(_measured(Path(folder)))


async def _measured(folder: Path) -> list[Row]:
    async def bare(request: Request) -> Response:
        return JSONResponse({"length": len(await request.body())})

    async with open_store(folder / "store.db") as store:
        ours = await _load(Starlette(routes=hook_routes(store)), "/hooks/signed")
        runs = await store.list_runs(limit=10 * COUNT)
    theirs = await _load(Starlette(routes=[Route("/bare", bare, methods=["POST"])]), "/bare")
    note = f"{len(runs)} runs of {COUNT}; {sum(t <= PATIENCE for t in ours)} answered within {PATIENCE:g} s"
    beside = [
        Row("door", f"webhook answered, {name}", "ms", 1000 * quantile(ours, share), "bare Starlette",
            1000 * quantile(theirs, share), note=note)
        for name, share in (("p50", 0.5), ("p95", 0.95))
    ]  # fmt: skip
    patience = 1000 * PATIENCE
    slowest = 1000 * max(ours) if len(runs) == COUNT else math.inf
    what, wanted = "webhook answered, slowest", Target(1, "at_most")
    return [*beside, Row("door", what, "ms", slowest, "the sender's patience", patience, wanted, note)]


async def _load(app: Starlette, path: str) -> list[float]:
    """Seconds that each of the webhooks took, sent at an even pace whatever the answers do."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient(timeout=60) as client:
        try:
            return await asyncio.gather(
                *(_one(client, f"http://127.0.0.1:{port}{path}", number) for number in range(COUNT))
            )
        finally:
            server.should_exit = True
            await serving


async def _one(client: httpx.AsyncClient, url: str, number: int) -> float:
    await asyncio.sleep(number * SECONDS / COUNT)
    body = json.dumps({"sender": "load", "text": f"bucket number {number} in Ireland"}).encode()
    now = str(int(time.time()))
    mac = hmac.new(b"0" * 24, f"m{number}.{now}.".encode() + body, hashlib.sha256).digest()
    headers = {
        "webhook-id": f"m{number}", "webhook-timestamp": now,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }  # fmt: skip
    start = time.perf_counter()
    (await client.post(url, headers=headers, content=body)).raise_for_status()
    return time.perf_counter() - start
