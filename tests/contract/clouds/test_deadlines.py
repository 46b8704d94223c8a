"""A cloud that hangs is waited for no longer than the call's deadline allows, by each cloud's own SDK."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest

from functions.registry import contract
from mcp_handlers.kernel import deadline
from tests.contract.clouds.aws_cloud import LocalAws
from tests.contract.clouds.azure_cloud import LocalAzure, azure, server
from tests.contract.clouds.gcp_cloud import LocalGcp, gcp, running_gcp
from tests.fakes.offers import ADA
from workflow.model.base import Json
from workflow.model.errors import CloudDown, OutcomeUnknown, RegionDown

__all__ = ["azure", "gcp", "running_gcp", "server"]

HANGS_MS = 3_000
LEFT = timedelta(milliseconds=800)
TAGS = {"tenant": "acme", "project": "vision", "run": "r1", "owner": ADA.id, "environment": "development"}
PLACES = {"aws": "eu-west-1", "azure": "westeurope", "gcp": "europe-west4"}
MACHINES = {"aws": "m7i.large", "azure": "Standard_D2s_v5", "gcp": "n2-standard-2"}

WRITES = {
    "aws": ("provision_compute", "RunInstances", {"machine": "m7i.large"}),
    "azure": ("create_storage_bucket", "PUT", {}),
    "gcp": ("create_storage_bucket", "POST", {}),
}
"""A write, the operation of the cloud that it comes to as the faults name it, and its arguments."""

Hang = Callable[[str], None]


@pytest.fixture(params=sorted(PLACES))
def slow(request: pytest.FixtureRequest) -> tuple[str, Any, Hang]:
    """A cloud, its clients, and what makes an operation of it, or all, hang from now on."""
    name: str = request.param
    cloud: Any = request.getfixturevalue(name)

    def hang(operation: str) -> None:
        cloud.fault("latency", operation=operation, latency_ms=HANGS_MS)

    return name, clients(cloud), hang


def clients(cloud: LocalAws | LocalAzure | LocalGcp) -> Any:
    """The handlers' clients, as a function would get them."""
    if isinstance(cloud, LocalAzure):
        from mcp_handlers.azure.client import connect

        return connect(cloud.environment)
    return cloud.clients() if isinstance(cloud, LocalAws) else cloud.connect()


def perform(cloud: str, clients: Any, tool: str, arguments: Json, key: str = "a") -> object:
    """The tool's handler, without the kernel's own clock around it."""
    wanted = contract(tool).input.model_validate(arguments)
    return import_module(f"mcp_handlers.{cloud}.{tool}").call(wanted, clients, key * 40)


def quotas(cloud: str) -> Json:
    """A read."""
    return {"region": PLACES[cloud], "machine": MACHINES[cloud]}


def test_a_read_that_hangs_ends_with_the_deadline(slow: tuple[str, Any, Hang]) -> None:
    cloud, way, hang = slow
    perform(cloud, way, "get_quotas", quotas(cloud))
    hang("")
    with pytest.raises((RegionDown, CloudDown)), deadline.kept(datetime.now(UTC) + LEFT, datetime.now(UTC)):
        perform(cloud, way, "get_quotas", quotas(cloud))


def test_a_write_that_hangs_ends_with_the_deadline_and_its_outcome_is_unknown(slow: tuple[str, Any, Hang]) -> None:
    cloud, way, hang = slow
    tool, operation, more = WRITES[cloud]
    arguments = {"region": PLACES[cloud], "tags": TAGS, **more}
    perform(cloud, way, tool, arguments, "b")
    hang(operation)
    with pytest.raises(OutcomeUnknown), deadline.kept(datetime.now(UTC) + LEFT, datetime.now(UTC)):
        perform(cloud, way, tool, arguments)
