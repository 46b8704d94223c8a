"""A request as what it would change: + create, ~ change, - destroy, with every argument. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from mcp_handlers.tools.contract import Created, Tool
from workflow.model.approval import ApprovalRequest
from workflow.model.base import Noun
from workflow.model.money import usd

Sign = Literal["+", "~", "-"]
WORDS: dict[Sign, str] = {"+": "create", "~": "change", "-": "destroy"}


class Change(Noun):
    """One thing that would be done. `details` are (field, value) pairs; `cost` is in US dollars."""

    sign: Sign
    title: str
    where: str
    cost: str
    details: tuple[tuple[str, str], ...]


def changes(request: ApprovalRequest, tools: Mapping[str, Tool]) -> tuple[Change, ...]:
    """What a yes would let happen, in order."""
    if request.lift is not None:
        until = "for one run, within" if request.lift.once else "for"
        title = f"lend {request.requester} the role {request.lift.role}"
        return (Change(sign="+", title=title, where=f"{until} {request.lift.hours:g} hours", cost=usd(0), details=()),)
    return tuple(
        Change(
            sign=sign_of(tools[step.tool]),
            title=step.tool,
            where=f"{step.cloud} {_region(step.arguments)}".strip(),
            cost=usd(step.cost_cents),
            details=tuple(_flat("", step.arguments)),
        )
        for step in request.steps
    )


def sign_of(tool: Tool) -> Sign:
    """How a tool's effect is marked."""
    if tool.risk == "destructive":
        return "-"
    return "+" if issubclass(tool.output, Created) else "~"


def _region(arguments: Mapping[str, Any]) -> str:
    resource = arguments.get("resource")
    return str(arguments.get("region") or (resource.get("region") if isinstance(resource, dict) else "") or "")


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """A value's leaves with their paths. What is empty is said, not left out: it is part of what is approved."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}" if name else str(key), inner)
    elif isinstance(value, list) and value:
        yield name, ", ".join(str(item) for item in value)
    else:
        yield (
            name,
            "-" if value in (None, "", [], {}) else str(value).lower() if isinstance(value, bool) else str(value),
        )
