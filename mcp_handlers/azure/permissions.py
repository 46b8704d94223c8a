"""What a tool may do in Azure: named once in its file, and written as the custom role of its managed identity.

Azure narrows by scope, not by call: the role is assigned on the resource group that `TOLLGATE_AZURE_RESOURCE_GROUP`
names, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable

from workflow.model.base import Json

_DATA = "Microsoft.KeyVault/vaults/secrets/"
POLLED = {
    "Microsoft.Compute": ("Microsoft.Compute/locations/operations/read",),
    "Microsoft.ContainerService": ("Microsoft.ContainerService/locations/operations/read",),
    "Microsoft.MachineLearningServices": (
        "Microsoft.MachineLearningServices/locations/mfeOperationResults/read",
        "Microsoft.MachineLearningServices/locations/mfeOperationsStatus/read",
    ),
    "Microsoft.Network": ("Microsoft.Network/locations/operations/read",),
}
"""What asking after a long-running operation needs, by provider."""


def role_definition(tool: str, permissions: Iterable[str], scope: str) -> Json:
    """The custom role of the tool, assignable at `scope` (the id of a resource group). Data actions are kept apart."""
    named = sorted(permissions)
    return {
        "Name": f"tollgate-{tool}",
        "IsCustom": True,
        "Description": f"What Tollgate's tool {tool} needs.",
        "Actions": [name for name in named if not name.startswith(_DATA)],
        "DataActions": [name for name in named if name.startswith(_DATA)],
        "AssignableScopes": [scope],
    }
