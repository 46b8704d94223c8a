"""List filters: `field = value` clauses joined by AND, quoted or not, as compute and Vertex write them."""

from __future__ import annotations

import re
from typing import Any

from infra.local.gcp.wire import invalid
from workflow.model.base import Json

_CLAUSE = re.compile(r"""^\(?\s*([\w.-]+)\s*(!=|=|\beq\b|\bne\b)\s*["']?([^"']*?)["']?\s*\)?$""")


def matches(view: Json, wanted: str) -> bool:
    """True where `view` satisfies every clause. Raises ApiError for a filter that is not understood."""
    return not wanted or all(_holds(view, clause) for clause in re.split(r"\s+AND\s+|\)\s*\(", wanted))


def _holds(view: Json, clause: str) -> bool:
    parsed = _CLAUSE.match(clause.strip())
    if parsed is None:
        raise invalid(f"Invalid value for field 'filter': '{clause}'. Invalid list filter expression.")
    path, sign, value = parsed.groups()
    found: Any = view
    for part in path.split(".", 1):
        found = found.get(_camel(part), found.get(part)) if isinstance(found, dict) else None
    return (str(found) == value) == (sign in ("=", "eq"))


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
