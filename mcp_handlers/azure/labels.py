"""Tags and names, and what every handler insists on before it creates anything."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from mcp_handlers.tools.contract import Placed, Tags
from workflow.model.errors import Rejected

PREFIX = "tollgate-"
KEY = PREFIX + "key"
TENANT = PREFIX + "tenant"


def labels(tags: Tags, key: str) -> dict[str, str]:
    """Whose the resource is, and which effect made it."""
    named = {
        "tenant": tags.tenant,
        "project": tags.project,
        "run": tags.run,
        "owner": tags.owner,
        "environment": tags.environment,
        "key": key,
    }
    if tags.expires_at is not None:
        named["expires-at"] = tags.expires_at.isoformat()
    return {PREFIX + name: value for name, value in named.items()}


def ours(tags: Mapping[str, str] | None, tenant: str) -> bool:
    """True if Tollgate made the resource, for `tenant`."""
    return tags is not None and KEY in tags and tags.get(TENANT) == tenant


def insist(wanted: Placed) -> None:
    """Raise Rejected for a resource that would be unencrypted or public: none is ever made."""
    if not wanted.encrypted:
        raise Rejected("Unencrypted resources are not created.", "Ask for an encrypted one.")
    if wanted.public:
        raise Rejected("Publicly reachable resources are not created.", "Ask for a private one.")


def name(key: str) -> str:
    """The name of what `key` makes: `tg` and 20 hex digits. It fits every name rule of Azure, storage accounts' too."""
    return "tg" + hashlib.sha256(key.encode()).hexdigest()[:20]
