"""Names and labels: how an effect's key becomes a resource's name, and our tags become Google's labels.

A label's value may hold a-z, 0-9, `_` and `-`, 63 characters at most. Every other character is written `_xx`, its code
in hexadecimal; a value that is then too long is cut and ends in `__` and a digest of the whole, so that two tenants
never share a label. Google's rules: https://cloud.google.com/compute/docs/labeling-resources#requirements
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping
from datetime import UTC

from mcp_handlers.tools.contract import Tags

_SPACE = uuid.UUID("6f1d6c52-9a4e-5d1c-8f6b-3a1f0f3f5a10")
_LONGEST = 63
_DIGEST = 24
TENANT, KEY = "tollgate-tenant", "tollgate-key"


def name(key: str, number: int = 0) -> str:
    """The name of the `number`-th resource of an effect: short and plain enough for instances, disks and buckets."""
    return f"tg-{uuid.uuid5(_SPACE, key).hex}" + (f"-{number}" if number else "")


def request_id(key: str, number: int, attempt: int) -> str:
    """The requestId of one attempt at one resource of an effect."""
    return str(uuid.uuid5(_SPACE, f"{key}/{number}/{attempt}"))


def label(value: str) -> str:
    """`value` in the alphabet of labels."""
    written = re.sub(r"[^a-z0-9-]", lambda found: f"_{ord(found.group()):02x}", value)
    if len(written) <= _LONGEST:
        return written
    proof = hashlib.sha256(value.encode()).hexdigest()[:_DIGEST]
    return f"{written[: _LONGEST - _DIGEST - 2]}__{proof}"


def spoken(written: str) -> str:
    """What `label` wrote, as it was; one that was cut is left as it is, for it cannot be known."""
    if "__" in written:
        return written
    return re.sub(r"_([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), written)


def labels(tags: Tags, key: str) -> dict[str, str]:
    """The labels that every resource of ours carries."""
    found = {
        TENANT: tags.tenant,
        "tollgate-project": tags.project,
        "tollgate-run": tags.run,
        "tollgate-owner": tags.owner,
        "tollgate-environment": tags.environment,
        KEY: key,
    }
    if tags.expires_at is not None:
        found["tollgate-expires-at"] = tags.expires_at.astimezone(UTC).strftime("%Y%m%dt%H%M%Sz")
    return {word: label(value) for word, value in found.items()}


def ours(found: Mapping[str, str] | None, tenant: str) -> bool:
    """True where a resource with these labels belongs to `tenant`."""
    return (found or {}).get(TENANT) == label(tenant)


def made_by(found: Mapping[str, str] | None, key: str, tenant: str) -> bool:
    """True where a resource with these labels is the effect `key` of `tenant`."""
    return ours(found, tenant) and (found or {}).get(KEY) == label(key)
