"""Find by their tags the machines, disks, storage accounts and running jobs that Tollgate made in a region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.errors import translated
from mcp_handlers.azure.labels import KEY, PREFIX, ours
from mcp_handlers.azure.owned import ACCOUNT, DISK, JOB, WORKSPACE
from mcp_handlers.azure.removal import VM
from mcp_handlers.tools.list_resources import Input, Output, Owned
from workflow.model.base import Json
from workflow.model.resource import Resource, ResourceKind

PERMISSIONS = (
    "Microsoft.Compute/disks/read",
    "Microsoft.Compute/virtualMachines/read",
    "Microsoft.MachineLearningServices/workspaces/jobs/read",
    "Microsoft.MachineLearningServices/workspaces/read",
    "Microsoft.Storage/storageAccounts/read",
)
_ENDED = frozenset({"Canceled", "Completed", "Failed"})


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """What is there now, and ours, and the tenant's."""
    looks = (_machines, _disks, _accounts, _jobs)
    with translated(clients, wanted.region):
        return Output(resources=tuple(one for look in looks for one in look(wanted, clients)))


def _rows(wanted: Input, clients: Clients, kind: str) -> Iterator[Json]:
    for row in clients.arm.rows(clients.id(kind, "any").rpartition("/")[0]):
        if row["location"].replace(" ", "").lower() == wanted.region:
            yield row


def _owned(
    wanted: Input, kind: ResourceKind, name: str, tags: Mapping[str, str], created: str | None, **paid: object
) -> Owned:
    expires = tags.get(PREFIX + "expires-at")
    found = Owned(
        resource=Resource(cloud="azure", kind=kind, id=name, region=wanted.region),
        key=tags[KEY],
        run=tags.get(PREFIX + "run", ""),
        expires_at=datetime.fromisoformat(expires) if expires else None,
        created_at=datetime.fromisoformat(created) if created else None,
    )
    return found.model_copy(update=paid)


def _machines(wanted: Input, clients: Clients) -> Iterator[Owned]:
    for row in _rows(wanted, clients, VM):
        if ours(row.get("tags"), wanted.tenant):
            properties = row["properties"]
            spot = properties.get("priority") == "Spot"
            paid = {
                "machine": properties["hardwareProfile"]["vmSize"].removeprefix("Standard_"),
                "purchase": "spot" if spot else "on_demand",
            }
            yield _owned(wanted, "instance", row["name"], row["tags"], properties.get("timeCreated"), **paid)


def _disks(wanted: Input, clients: Clients) -> Iterator[Owned]:
    for row in _rows(wanted, clients, DISK):
        # A disk with an operating system on it is a machine's own, and goes with it.
        if ours(row.get("tags"), wanted.tenant) and not row["properties"].get("osType"):
            properties = row["properties"]
            size = float(properties.get("diskSizeGB", 0))
            yield _owned(wanted, "volume", row["name"], row["tags"], properties.get("timeCreated"), size_gib=size)


def _accounts(wanted: Input, clients: Clients) -> Iterator[Owned]:
    for row in _rows(wanted, clients, ACCOUNT):
        if ours(row.get("tags"), wanted.tenant):
            yield _owned(wanted, "bucket", row["name"], row["tags"], row["properties"].get("creationTime"))


def _jobs(wanted: Input, clients: Clients) -> Iterator[Owned]:
    for workspace in _rows(wanted, clients, WORKSPACE):
        for row in clients.arm.rows(clients.id(JOB, workspace["name"], "any").rpartition("/")[0]):
            properties = row["properties"]
            if properties.get("status") in _ENDED or not ours(properties.get("tags"), wanted.tenant):
                continue
            shape = properties.get("resources") or {}
            spot = (properties.get("queueSettings") or {}).get("jobTier") == "Spot"
            paid = {
                "machine": str(shape.get("instanceType", "")).removeprefix("Standard_"),
                "count": shape.get("instanceCount", 1),
                "purchase": "spot" if spot else "on_demand",
                "managed": True,
            }
            created = (row.get("systemData") or {}).get("createdAt")
            name = f"{workspace['name']}/{row['name']}"
            yield _owned(wanted, "job", name, properties["tags"], created, **paid)
