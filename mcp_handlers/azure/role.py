"""The tool's identity in Azure: the managed identity of its own, whose token every client of the tool works with.

Azure has no session policy. What the identity may do is its custom role on one resource group; its token is got when a
client first needs one, and kept by the SDK until it is about to end.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mcp_handlers.azure.client import Clients
from mcp_handlers.kernel.acting import Roles, Work
from workflow.model.errors import NoPermission

SETTING = "TOLLGATE_AZURE_IDENTITIES"
"""The client id of each tool's managed identity: JSON, by tool. Without it the function's own identity is used."""


@dataclass(frozen=True)
class ToolIdentity:
    """One tool's managed identity. Principal, run and arguments make no difference to it."""

    connected: Clients

    def clients(self, work: Work) -> Clients:
        """Clients that act as the tool's identity."""
        return self.connected


def roles(env: Mapping[str, str], tool: str, permissions: Iterable[str]) -> Roles | None:
    """The tool's identity, as `env` names it; None where it names none. Raises NoPermission where it names others'
    only, or no client id. `permissions` are for its role definition."""
    setting = env.get(SETTING, "")
    if not setting:
        return None
    try:
        client_id = str(uuid.UUID(json.loads(setting)[tool]))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NoPermission(
            f"{SETTING} has no client id for {tool}.", "Set it to a JSON object of one per tool."
        ) from None
    return ToolIdentity(Clients(env, client_id=client_id))
