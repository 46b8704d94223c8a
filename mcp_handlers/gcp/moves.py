"""What a route's weights were before each of its latest moves: a TXT record beside it, which changes with the weights.

A change of Cloud DNS is carried out whole or not at all, so that a move that is told of has been made.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from mcp_handlers.gcp.client import Clients
from mcp_handlers.tools.failover_route import Input, note_name
from workflow.model.base import Json
from workflow.model.errors import NotFound, Rejected

_KEPT: Final = 20
"""How many of a route's latest moves are remembered."""
_LONGEST: Final = 255
"""Characters in one string of a TXT record."""
_SECONDS: Final = 300
_LINE: Final = re.compile(r'"(\d+) ([0-9a-f]{16})((?: [0-9.e+-]+)+)"')
"""The move's turn, the digest of its key, and the weights that were before it. Other lines are passed over."""


def read(clients: Clients, wanted: Input, zone: Json) -> Json | None:
    """The TXT record as Cloud DNS has it; None where there is none yet."""
    path = f"{wanted.zone}/rrsets/{_name(wanted, zone)}/TXT"
    try:
        return clients.dns("GET", path, region=wanted.region)
    except NotFound:
        return None


def recalled(found: Json | None, wanted: Input, key: str) -> dict[str, float] | None:
    """The weights that were before the move of this same call; None where it has not been made."""
    for line in map(_LINE.fullmatch, (found or {}).get("rrdatas", [])):
        if line is not None and line[2] == _mark(key) and len(line[3].split()) == len(wanted.touched):
            return dict(zip(wanted.touched, map(float, line[3].split()), strict=True))
    return None


def told(found: Json | None, wanted: Input, zone: Json, before: dict[str, float], key: str) -> Json:
    """The TXT record with this move added, and the oldest forgotten.

    Raises Rejected for more targets than a line holds.
    """
    lines = sorted((found or {}).get("rrdatas", []), key=_turn)
    turn = max(map(_turn, lines), default=0) + 1
    line = " ".join([str(turn), _mark(key), *(f"{before[name]!r}" for name in wanted.touched)])
    if len(line) > _LONGEST:
        raise Rejected("More targets change at once than can be remembered.", "Change fewer at once.")
    kept = [*lines, f'"{line}"'][-_KEPT:]
    return {"name": _name(wanted, zone), "type": "TXT", "ttl": _SECONDS, "rrdatas": kept}


def _name(wanted: Input, zone: Json) -> str:
    return f"_tollgate-{note_name(wanted)}.{zone['dnsName']}"


def _turn(line: str) -> int:
    parsed = _LINE.fullmatch(line)
    return int(parsed[1]) if parsed else 0


def _mark(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]
