"""What a tool may do in Google Cloud: named once in its file, and written as the custom role of its service account."""

from __future__ import annotations

from collections.abc import Iterable

from workflow.model.base import Json


def custom_role(tool: str, permissions: Iterable[str]) -> Json:
    """The custom role of the tool, to be created in the project and bound to the tool's service account alone."""
    return {
        "roleId": f"tollgate_{tool}",
        "title": f"Tollgate {tool}",
        "description": f"What Tollgate's tool {tool} needs.",
        "includedPermissions": sorted(permissions),
        "stage": "GA",
    }
