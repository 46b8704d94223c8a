"""The versions of a secret in Key Vault, and the tags that say what each is for.

A version carries the key of the effect that made it, the version that it replaced and until when that one may be used:
all of it is there from the version's first moment. The replaced version gets the time as `expires_on`, too, which Key
Vault shows but does not enforce.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.labels import PREFIX, TENANT
from workflow.model.errors import NotFound
from workflow.model.resource import Resource

if TYPE_CHECKING:
    from azure.keyvault.secrets import KeyVaultSecret, SecretProperties

Standing = tuple[Literal["healthy", "unhealthy", "gone"], str]
ROTATION, PREVIOUS = PREFIX + "rotation", PREFIX + "previous"
UNTIL = PREFIX + "previous-until"
_OURS = frozenset({ROTATION, PREVIOUS, UNTIL})
_NAME = re.compile(r"[0-9A-Za-z-]{1,127}")


def current(clients: Clients, secret: str, tenant: str, region: str) -> KeyVaultSecret:
    """The version in use, value included: keep it inside the function. Raises NotFound where it is not `tenant`'s."""
    if _NAME.fullmatch(secret):
        found = clients.secrets.get_secret(secret)
        if (found.properties.tags or {}).get(TENANT) == tenant:
            return found
    raise NotFound(f"There is no secret {secret} of tenant {tenant} in {region}.")


def versions(clients: Clients, secret: str) -> list[SecretProperties]:
    """Every version without its value, the oldest first."""
    found = clients.secrets.list_properties_of_secret_versions(secret)
    return sorted(found, key=lambda one: (one.created_on, one.version))


def secret_standing(clients: Clients, resource: Resource, tenant: str) -> Standing:
    """How a secret stands, and why, in a few words; no value is read. Raises NotFound where it is not `tenant`'s."""
    from azure.core.exceptions import ResourceNotFoundError

    try:
        found = versions(clients, resource.id) if _NAME.fullmatch(resource.id) else []
    except ResourceNotFoundError:
        found = []
    if not found:
        return "gone", "Azure knows nothing of it."
    # Times are whole seconds. Of several versions of one second, the current one is none that was replaced, and since
    # rotate_secret never disables the current one, an enabled one rather than a disabled one.
    ends = deadlines(found)
    last = [one for one in found if one.version not in ends] or found[-1:]
    now = max(last, key=lambda one: (one.created_on, one.enabled, one.version))
    if (now.tags or {}).get(TENANT) != tenant:
        raise NotFound(f"There is no secret {resource.id} of tenant {tenant} in {resource.region}.")
    usable = [one for one in found if one.enabled]
    if not now.enabled:
        return "unhealthy", f"Version {now.version} is the newest and is disabled."
    return "healthy", f"Version {now.version} is current; {len(usable) - 1} earlier ones may be used."


def made_by(found: Sequence[SecretProperties], key: str) -> list[SecretProperties]:
    """The versions that the effect `key` made."""
    return [one for one in found if (one.tags or {}).get(ROTATION) == key]


def standing_of(found: Sequence[SecretProperties], key: str, now: SecretProperties) -> SecretProperties:
    """Of the versions that `key` made, the one that stands: `now`, the current one, if it is among them.

    Where another effect has made a later one, it is the one that this effect has replaced, or else the newest.
    """
    twins, ends = made_by([*found, now], key), deadlines(found)
    return max(twins, key=lambda one: (one.version == now.version, one.version in ends, one.created_on, one.version))


def kept(tags: Mapping[str, str] | None) -> dict[str, str]:
    """The tags that a new version takes over from the one before."""
    return {name: value for name, value in (tags or {}).items() if name not in _OURS}


def deadlines(found: Sequence[SecretProperties]) -> dict[str, datetime]:
    """Until when each replaced version may be used, by its id: as long as any that replaced it has promised."""
    ends: dict[str, datetime] = {}
    for tags in (one.tags for one in found if one.tags and ROTATION in one.tags):
        until = datetime.fromisoformat(tags[UNTIL])
        ends[tags[PREVIOUS]] = max(until, ends.get(tags[PREVIOUS], until))
    return ends


def overtaken(found: Sequence[SecretProperties]) -> dict[str, datetime]:
    """Until when each version may be used that another overtook without knowing of it: for its own effect's grace."""
    return {
        str(one.version): datetime.fromisoformat(one.tags[UNTIL]) for one in found if one.tags and UNTIL in one.tags
    }
