"""The tags on every resource, and what every handler insists on before it creates one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypedDict

from mcp_handlers.tools.contract import Placed, Tags
from workflow.model.errors import Rejected

PREFIX = "tollgate:"
KEY = PREFIX + "key"
TENANT = PREFIX + "tenant"


class Label(TypedDict):
    """A tag as AWS writes it."""

    Key: str
    Value: str


def labels(tags: Tags, key: str) -> list[Label]:
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
    return [Label(Key=PREFIX + name, Value=value) for name, value in named.items()]


def by_name(listed: Iterable[Mapping[str, object]]) -> dict[str, str]:
    """AWS's list of tags as a mapping."""
    return {str(label["Key"]): str(label["Value"]) for label in listed}


def ours(tags: Mapping[str, str], tenant: str) -> bool:
    """True if Tollgate made the resource, for `tenant`."""
    return KEY in tags and tags.get(TENANT) == tenant


def insist(wanted: Placed) -> None:
    """Raise Rejected for a resource that would be unencrypted or public: none is ever made."""
    if not wanted.encrypted:
        raise Rejected("Unencrypted resources are not created.", "Ask for an encrypted one.")
    if wanted.public:
        raise Rejected("Publicly reachable resources are not created.", "Ask for a private one.")
