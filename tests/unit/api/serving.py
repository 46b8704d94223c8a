"""The API on a real port, in a thread with a loop of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from functions.api.mount import api_routes
from functions.api.stream import Pace
from tests.unit.api.house import ANA, api_house


@dataclass(frozen=True)
class Served:
    """Where it listens, a token of Ana's, and a run of hers that has ended."""

    url: str
    token: str
    run: str


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """The API, until the block ends."""
    ready, over = threading.Event(), threading.Event()
    found: list[Served] = []

    async def work() -> None:
        async with api_house(folder, pace=Pace(poll=0.01, longest=0.02)) as house:
            with socket.socket() as listening:
                listening.bind(("127.0.0.1", 0))
                config = uvicorn.Config(
                    Starlette(routes=api_routes(house.api)), log_level="warning", access_log=False, lifespan="off"
                )
                server = uvicorn.Server(config)
                serving = asyncio.create_task(server.serve([listening]))
                url = f"http://127.0.0.1:{listening.getsockname()[1]}"
                found.append(Served(url, house.token(ANA, minutes=600), await house.ended()))
                ready.set()
                await asyncio.to_thread(over.wait)
                server.should_exit = True
                await serving

    thread = threading.Thread(target=asyncio.run, args=(work(),), daemon=True)
    thread.start()
    try:
        assert ready.wait(120)
        yield found[0]
    finally:
        over.set()
        thread.join(60)
