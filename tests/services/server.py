"""A small service of ours on a free port of this machine: what it answers, and what it was asked."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """The address at which the application answers for as long as this lasts."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        # The socket listens already: whoever comes before the server is ready waits in its queue.
        listening.listen(128)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        # Whoever keeps a connection open for later is not waited for.
        server.should_exit = server.force_exit = True
        thread.join(10)
        listening.close()
