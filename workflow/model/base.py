"""What every noun shares: frozen, closed to unknown fields, and digested the same way everywhere."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Cloud = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{1,15}$")]
"""A cloud's short name: the name of its folder in `mcp_handlers` (aws, azure, gcp)."""

Purchase = Literal["on_demand", "spot"]
Risk = Literal["read", "write", "destructive"]
Json = dict[str, Any]


# Made once: json.dumps makes an encoder for every value.
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
_COMPACT = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


class Noun(BaseModel):
    """A frozen value. Unknown fields are refused, so that a misspelt one is never lost in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def canonical(value: Any) -> bytes:
    """The one byte form of a JSON value: sorted keys, no spaces, UTF-8, no NaN.

    Raises ValueError for what JSON cannot carry.
    """
    return _CANONICAL(value).encode()


def compact(value: Any) -> str:
    """JSON without spaces, keys as they come. Raises ValueError for what JSON cannot carry."""
    return _COMPACT(value)


def digest(value: Any) -> str:
    """SHA-256 of the canonical form, as 64 hex digits."""
    return hashlib.sha256(canonical(value)).hexdigest()
