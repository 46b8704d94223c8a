"""Vertex AI's models: the one behind a variant, found and taken away."""

from __future__ import annotations

from contextlib import suppress

from mcp_handlers.gcp import operations
from mcp_handlers.gcp.client import Clients
from workflow.model.base import Json
from workflow.model.errors import NotFound


def model_id(endpoint: str, variant: str) -> str:
    """The model behind a variant."""
    return f"{endpoint}-{variant}"


def find(clients: Clients, region: str, model: str) -> Json | None:
    """The model, whoever's it is."""
    try:
        return clients.vertex("GET", f"models/{model}", region=region)
    except NotFound:
        return None


def delete(clients: Clients, region: str, model: str) -> None:
    """Delete the model, if it is there."""
    with suppress(NotFound):
        operations.finish(clients, clients.vertex("DELETE", f"models/{model}", region=region), region)
