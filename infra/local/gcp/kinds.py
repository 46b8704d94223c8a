"""What a kind of compute resource may do that is its own: how it is born, read, acted on and removed."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from infra.local.gcp.wire import ApiError, Call, invalid
from infra.local.gcp.world import Scope, World
from workflow.model.base import Json


@dataclass(frozen=True)
class Born:
    """A new resource. With `error` it never comes to be; else it takes the status `outcome` when it is done."""

    view: Json
    outcome: str = ""
    error: Json | None = None


_LABEL_KEY = re.compile(r"^[a-z][a-z0-9_-]{0,62}$")
_LABEL_VALUE = re.compile(r"^[a-z0-9_-]{0,63}$")
Action = Callable[[Json, Json], str]
"""Changes a resource by a request's body, and says the status it shall end in (empty: as it is)."""
Reach = Callable[[World, Call, Scope, Json], None]
"""An action that changes other resources, too, or is told by the call's query. May raise ApiError."""


def _born_as_asked(world: World, host: str, scope: Scope, view: Json) -> Born:
    return Born({"status": "READY", **view})


def _seen_as_it_is(world: World, scope: Scope, view: Json) -> Json | None:
    return view


def _leaves_nothing(world: World, scope: Scope, view: Json) -> None:
    return None


@dataclass(frozen=True)
class Kind:
    """The defaults store and return what was sent. `seen` may answer None: the resource has gone meanwhile."""

    born: Callable[[World, str, Scope, Json], Born] = _born_as_asked
    seen: Callable[[World, Scope, Json], Json | None] = _seen_as_it_is
    removed: Callable[[World, Scope, Json], None] = _leaves_nothing
    actions: Mapping[str, Action] = field(default_factory=dict)
    reaches: Mapping[str, Reach] = field(default_factory=dict)


def fingerprint(value: object) -> str:
    """The token that a later change must show, so that it cannot undo another's."""
    return base64.b64encode(hashlib.sha256(repr(value).encode()).digest()[:8]).decode()


def check_labels(labels: Json) -> None:
    """Raise ApiError for a label that Google's rules refuse."""
    for key, value in labels.items():
        if not _LABEL_KEY.match(key) or not _LABEL_VALUE.match(str(value)):
            raise invalid(
                f"Invalid value for field 'resource.labels': '{key}={value}'. Labels break the charset rules."
            )


def set_labels(view: Json, body: Json) -> str:
    """The `setLabels` action. Raises ApiError 412 for an old fingerprint."""
    if body.get("labelFingerprint") != view.get("labelFingerprint"):
        raise ApiError(412, "conditionNotMet", "Labels fingerprint either invalid or resource labels have changed")
    view["labels"] = body.get("labels", {})
    view["labelFingerprint"] = fingerprint(view["labels"])
    return ""


PLAIN = Kind(actions={"setLabels": set_labels})
