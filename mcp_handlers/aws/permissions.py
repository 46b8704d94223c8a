"""What a tool may do in AWS: said once in its file, and written as its role's policy and as the policy of one call.

A `{name}` in a resource or condition stands for an argument of the call (`{resource.id}`; `{resource.id/0}` is the
part before the first slash), for its `{tenant}` and `{region}`, or for the `{account}`. In the role's policy it is `*`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mcp_handlers.kernel.acting import Work
from workflow.model.base import Json
from workflow.model.errors import Rejected

ANY = ("*",)
"""For actions that AWS lets nobody scope to a resource (Service Authorization Reference); a region always can be."""
HERE = {"aws:RequestedRegion": "{region}"}
OWN = {"aws:ResourceTag/tollgate:tenant": "{tenant}"}
LONGEST = 2048
"""Characters of a session policy (IAM and AWS STS quotas)."""
_BLANK = re.compile(r"\{([a-z_.]+)(?:/(\d))?\}")
_READ_AS_MORE = re.compile(r"[*?$\"\\]|[^ -~]")
"""What IAM would not take for itself, and what has no place in an ARN."""


@dataclass(frozen=True)
class Allow:
    """Leave to do `actions` on `resources` while the keys of `where` have these values. `kind`: of `resource` alone."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    where: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""


def role_policy(permissions: Iterable[Allow], account: str) -> Json:
    """The policy of a tool's role, in every region of `account`. A tool without permissions is denied everything."""
    return _document(permissions, {"account": account})


def session_policy(permissions: Iterable[Allow], work: Work, account: str) -> Json:
    """The policy of one call: the role's, narrowed to the call's region, resources and tenant. Raises Rejected.

    An argument that the call leaves out narrows nothing.
    """
    wanted = work.arguments.get("resource")
    kind = str(wanted.get("kind", "")) if isinstance(wanted, dict) else ""
    told = {"account": account, "tenant": work.tenant, "region": work.region}
    return _document((one for one in permissions if one.kind in ("", kind)), {**_flat(work.arguments), **told})


def compact(document: Json) -> str:
    """The policy as STS takes it. Raises Rejected for one that is too long."""
    text = json.dumps(document, separators=(",", ":"))
    if len(text) > LONGEST:
        raise Rejected(
            f"The policy for this call has {len(text)} characters; AWS takes {LONGEST}.", "Use shorter names."
        )
    return text


def _document(permissions: Iterable[Allow], told: Mapping[str, str]) -> Json:
    statements = [_statement(one, told) for one in permissions]
    nothing: dict[str, Any] = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": statements or [nothing]}


def _statement(one: Allow, told: Mapping[str, str]) -> dict[str, Any]:
    where = {key: _filled(value, told) for key, value in one.where.items()}
    said: dict[str, Any] = {"Effect": "Allow", "Action": list(one.actions)}
    said["Resource"] = [_filled(resource, told) for resource in one.resources]
    return {**said, "Condition": {"StringLike": where}} if where else said


def _filled(template: str, told: Mapping[str, str]) -> str:
    return _BLANK.sub(lambda blank: _value(blank[1], blank[2], told), template)


def _value(name: str, part: str | None, told: Mapping[str, str]) -> str:
    value = told.get(name, "")
    if _READ_AS_MORE.search(value):
        raise Rejected(f"{name} has a character that IAM reads as more than itself.", "Use letters, digits, - and /.")
    parts = value.split("/")
    return (value if part is None else parts[int(part)] if int(part) < len(parts) else "") or "*"


def _flat(arguments: Json, before: str = "") -> dict[str, str]:
    """Every text among the arguments, by its path."""
    found: dict[str, str] = {}
    for name, value in arguments.items():
        if isinstance(value, str):
            found[before + name] = value
        elif isinstance(value, dict):
            found |= _flat(value, f"{before}{name}.")
    return found
