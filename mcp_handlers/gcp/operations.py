"""Vertex AI's long-running operations."""

from __future__ import annotations

import time
from contextlib import suppress

from mcp_handlers.gcp import errors
from mcp_handlers.gcp.client import OPERATION_SECONDS, Clients
from mcp_handlers.kernel import deadline
from workflow.model.base import Json
from workflow.model.errors import NotFound, OutcomeUnknown, Throttled

_POLL_SECONDS = (0.05, 5.0)


def finish(clients: Clients, operation: Json, region: str) -> Json:
    """Poll an operation until it is done. Raises its error; OutcomeUnknown where it takes too long."""
    operation = _done(clients, operation, region)
    if operation.get("error"):
        raise errors.from_status(operation["error"])
    return operation


def settle(clients: Clients, region: str, path: str) -> None:
    """Wait until nothing is under way with the resource, whoever began it and however it ends.

    Raises OutcomeUnknown where that takes too long.
    """
    with suppress(NotFound):
        told = clients.every(clients.vertex, f"{path}/operations", "operations", region=region)
        for operation in told:
            _done(clients, operation, region)


def _done(clients: Clients, operation: Json, region: str) -> Json:
    limit = deadline.wait(OPERATION_SECONDS)
    end, pause = time.monotonic() + limit, _POLL_SECONDS[0]
    path = str(operation["name"]).partition(f"/locations/{region}/")[2]
    while not operation.get("done"):
        if time.monotonic() > end:
            raise OutcomeUnknown(f"gcp: operation {path} was not done in {limit:.0f} s")
        time.sleep(pause)
        pause = min(pause * 1.6, _POLL_SECONDS[1])
        with suppress(Throttled):
            operation = clients.vertex("GET", path, region=region)
    return operation
