"""A web application on a free port of this machine, in this process."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp


@asynccontextmanager
async def listening(make: Callable[[int], ASGIApp]) -> AsyncIterator[str]:
    """Serve what `make` gives for the port found; the address, without a path."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen()
        port = bound.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(make(port), log_level="critical", lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[bound]))
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = server.force_exit = True
            await serving
