"""The tool's identity in Google Cloud: its own service account, impersonated from whatever the function runs as.

That is the metadata server's account on Google Cloud, or, elsewhere, workload identity federation: google-auth reads
an external-account file that GOOGLE_APPLICATION_CREDENTIALS names, and holds no key. The token is got when a client
first needs one and ends by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mcp_handlers.gcp.client import Clients, connect
from mcp_handlers.kernel.acting import Roles, Work
from workflow.model.errors import NoPermission

SETTING = "TOLLGATE_GCP_TOOL_ACCOUNT"
"""The address of the service account; `{tool}` in it stands for the tool, with `-` for `_`. Without it the function's
own account is used."""
_ADDRESS = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]@[a-z0-9.-]{1,100}")


@dataclass(frozen=True)
class ToolAccount:
    """One tool's service account. Principal, run and arguments make no difference to it."""

    connected: Clients

    def clients(self, work: Work) -> Clients:
        """Clients that act as the tool's service account."""
        return self.connected


def roles(env: Mapping[str, str], tool: str, permissions: Iterable[str]) -> Roles | None:
    """The tool's service account, as `env` names it; None where it names none. Raises NoPermission for what is no
    address. `permissions` are for its custom role."""
    setting = env.get(SETTING, "")
    if not setting:
        return None
    address = setting.replace("{tool}", tool.replace("_", "-"))
    if not _ADDRESS.fullmatch(address):
        raise NoPermission(f"{SETTING} is no service account's address.", "Set it to <name>@<project>.iam….")
    return ToolAccount(connect(env, account=address))
