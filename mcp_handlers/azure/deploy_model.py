"""Serve a model on an Azure Machine Learning online endpoint."""

from __future__ import annotations

from collections.abc import Callable

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.endpoints import BEFORE, move, noted
from mcp_handlers.azure.errors import translated
from mcp_handlers.azure.labels import insist, labels, name, ours
from mcp_handlers.azure.owned import ENDPOINT, find
from mcp_handlers.azure.serving import put_variant, remove_variant
from mcp_handlers.azure.workspace import ensure_workspace, workspace_name
from mcp_handlers.tools.deploy_model import Input, Output, joined, moved
from workflow.model.base import Json
from workflow.model.errors import NotFound, OutcomeUnknown, Rejected, TollgateError
from workflow.model.resource import Resource
from workflow.model.share import Shares, read

PERMISSIONS = (
    "Microsoft.Insights/autoscaleSettings/delete",
    "Microsoft.Insights/autoscaleSettings/read",
    "Microsoft.Insights/autoscaleSettings/write",
    "Microsoft.KeyVault/vaults/read",
    "Microsoft.KeyVault/vaults/write",
    "Microsoft.MachineLearningServices/locations/mfeOperationResults/read",
    "Microsoft.MachineLearningServices/locations/mfeOperationsStatus/read",
    "Microsoft.MachineLearningServices/workspaces/datastores/delete",
    "Microsoft.MachineLearningServices/workspaces/datastores/read",
    "Microsoft.MachineLearningServices/workspaces/datastores/write",
    "Microsoft.MachineLearningServices/workspaces/environments/delete",
    "Microsoft.MachineLearningServices/workspaces/environments/versions/delete",
    "Microsoft.MachineLearningServices/workspaces/environments/versions/read",
    "Microsoft.MachineLearningServices/workspaces/environments/versions/write",
    "Microsoft.MachineLearningServices/workspaces/models/delete",
    "Microsoft.MachineLearningServices/workspaces/models/versions/delete",
    "Microsoft.MachineLearningServices/workspaces/models/versions/read",
    "Microsoft.MachineLearningServices/workspaces/models/versions/write",
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/delete",
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments/delete",
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments/read",
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments/write",
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/read",
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/write",
    "Microsoft.MachineLearningServices/workspaces/read",
    "Microsoft.MachineLearningServices/workspaces/write",
    "Microsoft.Storage/storageAccounts/read",
    "Microsoft.Storage/storageAccounts/write",
)
_ENDPOINT = {"authMode": "AADToken", "publicNetworkAccess": "Disabled", "traffic": {}}


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """Do what `action` says, once per key. A resource's id is `workspace/endpoint`, or `workspace/endpoint/variant`.

    A variant gets traffic only when its container runs; OutcomeUnknown where that takes longer than a call may wait.
    Only Entra identities with a role, from the workspace's private network, reach an endpoint.
    """
    insist(wanted)
    workspace = workspace_name(wanted.tags.tenant, wanted.region)
    whole = Resource(cloud="azure", kind="endpoint", id=f"{workspace}/{wanted.endpoint}", region=wanted.region)
    path = clients.id(ENDPOINT, workspace, wanted.endpoint)
    if wanted.action != "deploy":
        with translated(clients, wanted.region, writes=True):
            if find(clients, whole, wanted.tags.tenant) is None:
                raise NotFound(f"There is no endpoint {wanted.endpoint} of tenant {wanted.tags.tenant}.")
            before = _shift(clients, path, name(key), lambda now: moved(wanted, now))
        return Output(endpoint=whole, before=before, after=moved(wanted, before))
    before = _deploy(wanted, clients, path, workspace, key)
    made = whole.model_copy(update={"id": f"{whole.id}/{name(key)}"})
    after = joined(before, name(key), wanted.canary_percent)
    return Output(resources=(made,), endpoint=whole, before=before, after=after)


def _shift(clients: Clients, path: str, effect: str, plan: Callable[[Shares], Shares]) -> Shares:
    """Move the traffic as `plan` says. The shares before, whichever call of this effect moved it."""
    seen: list[Shares] = []

    def change(now: Shares, tags: dict[str, str]) -> tuple[Shares, dict[str, str]] | None:
        told = tags.get(BEFORE + effect)
        seen.append(now if told is None else read(told))
        after = plan(seen[-1])
        return (after, noted(tags, effect, now, after)) if told is None else None

    move(clients, path, change)
    return seen[-1]


def _deploy(wanted: Input, clients: Clients, path: str, workspace: str, key: str) -> Shares:
    bucket = Resource(cloud="azure", kind="bucket", id=wanted.bucket or "", region=wanted.region)
    tags, made = labels(wanted.tags, key), False
    try:
        with translated(clients, wanted.region, writes=True):
            if find(clients, bucket, wanted.tags.tenant) is None:
                raise NotFound(f"There is no bucket {wanted.bucket}.")
            ensure_workspace(clients, wanted.tags.tenant, wanted.region)
            made = clients.arm.ensure(path, _endpoint(wanted, tags))
            found = clients.arm.settled(path) or {}
            if not ours(found.get("tags"), wanted.tags.tenant):
                raise Rejected(f"The endpoint name {wanted.endpoint} is taken.", "Ask for another name.")
            if BEFORE + name(key) not in found["tags"]:
                put_variant(clients, workspace, name(key), wanted, tags)
            before = _shift(clients, path, name(key), lambda now: joined(now, name(key), wanted.canary_percent))
            after = joined(before, name(key), wanted.canary_percent)
            for dropped in {one.variant for one in before} - {one.variant for one in after}:
                remove_variant(clients, workspace, wanted.endpoint, dropped)
    except OutcomeUnknown:
        raise
    except TollgateError as error:
        _undo(wanted, clients, path, workspace, key, error, made=made)
        raise
    return before


def _endpoint(wanted: Input, tags: dict[str, str]) -> Json:
    return {
        "location": wanted.region, "tags": tags, "identity": {"type": "SystemAssigned"}, "properties": _ENDPOINT
    }  # fmt: skip


def _undo(
    wanted: Input, clients: Clients, path: str, workspace: str, key: str, cause: TollgateError, *, made: bool
) -> None:
    """Leave nothing of a variant that has no share, nor of an endpoint that was made for it."""
    try:
        with translated(clients, wanted.region, writes=True):
            found = clients.arm.find(path)
            if found is None or BEFORE + name(key) in found["tags"]:
                return
            remove_variant(clients, workspace, wanted.endpoint, name(key))
            if made and not found["properties"].get("traffic"):
                clients.arm.delete(path)
    except TollgateError:
        cause.remedy += f" Parts of {wanted.endpoint}/{name(key)} may be left in {wanted.region}."
