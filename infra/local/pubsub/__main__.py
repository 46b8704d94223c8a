"""`python -m infra.local.pubsub --port PORT --control PORT`: the local Pub/Sub on 127.0.0.1, until it is stopped.

The first port speaks gRPC. The second speaks HTTP, for health and faults. One topic with one subscription is there.
"""

from __future__ import annotations

import argparse

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.local import serving
from infra.local.faults import Fault, FaultBook
from infra.local.gcp.metadata import PROJECT
from infra.local.pubsub.broker import Broker
from infra.local.pubsub.service import LEAST_ACK_SECONDS, serve

NAME = "tollgate-wake"


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.pubsub", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--control", type=int, required=True)
    arguments = parser.parse_args()
    broker, faults = Broker(), FaultBook()
    topic = f"projects/{PROJECT}/topics/{NAME}"
    broker.create_topic(topic)
    broker.create_subscription(f"projects/{PROJECT}/subscriptions/{NAME}", topic, LEAST_ACK_SECONDS)
    server, _ = serve(arguments.port, broker, faults)
    try:
        serving.serve(control(faults), arguments.control)
    finally:
        server.stop(None).wait()


def control(faults: FaultBook) -> Starlette:
    """What every emulator of ours has under `/_tollgate`."""

    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def book(request: Request) -> Response:
        if request.method == "DELETE":
            faults.clear()
        if request.method == "POST":
            try:
                faults.add(Fault.model_validate_json(await request.body()))
            except ValidationError as error:
                return JSONResponse({"error": error.errors(include_url=False, include_context=False)}, 400)
        return JSONResponse([fault.model_dump(mode="json") for fault in faults.list()])

    return Starlette(
        routes=[
            Route("/_tollgate/health", health),
            Route("/_tollgate/faults", book, methods=["GET", "POST", "DELETE"]),
        ]
    )


if __name__ == "__main__":
    main()
