"""`python -m infra.local.runtimes.aws --handler m.f --port P`: a Lambda function on AWS's own runtime client.

This process is to the runtime client what the Lambda service is: its Runtime API hands out one event at a time and
takes back the answer. And it is to callers what an HTTP API is: a request becomes an event of payload 2.0.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from infra.local.runtimes.aws_api import routes
from infra.local.runtimes.aws_queue import Queue
from infra.local.serving import serve


def application(handler: str, port: int) -> Starlette:
    """The function and its way in; the runtime client runs for as long as the application does."""

    @asynccontextmanager
    async def running(app: Starlette) -> AsyncIterator[None]:
        told = {**os.environ, **_environment(handler, port)}
        client = await asyncio.create_subprocess_exec(sys.executable, "-m", "awslambdaric", handler, env=told)
        try:
            yield
        finally:
            client.terminate()
            await client.wait()

    return Starlette(routes=routes(Queue()), lifespan=running)


def _environment(handler: str, port: int) -> dict[str, str]:
    """What Lambda tells a function's process."""
    return {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}",
        "AWS_LAMBDA_FUNCTION_NAME": "tollgate",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "_HANDLER": handler,
    }


def main() -> None:
    """Serve until a signal ends it."""
    parser = argparse.ArgumentParser(prog="infra.local.runtimes.aws", description=__doc__)
    parser.add_argument("--handler", required=True, help="the function, as module.function")
    parser.add_argument("--port", type=int, required=True)
    chosen = parser.parse_args()
    serve(application(chosen.handler, chosen.port), chosen.port)


if __name__ == "__main__":
    main()
