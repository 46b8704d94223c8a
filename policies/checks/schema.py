"""The question's JSON schema, by which `opa check --schema` finds a field that a rule misspells.

python -m policies.checks.schema > question.json
"""

from __future__ import annotations

import json
from typing import Any, Literal

from policies.engine.question import MachineFacts, Price
from workflow.model.base import Json, Noun, Risk
from workflow.model.ports import Spend
from workflow.model.principal import Channel


class Who(Noun):
    """The principal, as far as the rules may go by it."""

    id: str
    tenant: str
    roles: tuple[str, ...]
    channel: Channel


class Action(Noun):
    """What is to be done, and where."""

    tool: str
    risk: Risk
    cloud: str
    region: str | None


class Spent(Spend):
    """What was spent, the call's own run included."""

    run_cents: int


class Frozen(Noun):
    """One freeze."""

    scope: Literal["global", "tenant", "cloud"]
    name: str
    reason: str


class Context(Noun):
    """What the plane that asks knows beside the call."""

    plane: Literal["control", "function"]
    now: str
    spend: Spent | None
    freeze: tuple[Frozen, ...] | None
    undo: bool


class DataClass(Noun):
    """What is known of the data."""

    residency: tuple[str, ...]
    personal: bool


class Said(Noun):
    """What the arguments say, as `policies.engine.said` derives it."""

    encrypted: tuple[Any, ...]
    public: tuple[Any, ...]
    regions: tuple[Any, ...]
    tenants: tuple[Any, ...]
    words: tuple[str, ...]


class Question(Noun):
    """The gate's whole input. `resource` is whatever the tool's Input has."""

    principal: Who
    action: Action
    resource: Json
    machine: MachineFacts | None
    cost: Price | None
    data: DataClass
    said: Said
    context: Context


def schema() -> Json:
    """The question's JSON schema, without references."""
    document = Question.model_json_schema()
    kinds = document.pop("$defs")
    resolved: Json = _resolved(document, kinds)
    return resolved


def _resolved(part: Any, kinds: Json) -> Any:
    if isinstance(part, list):
        return [_resolved(item, kinds) for item in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _resolved(kinds[part["$ref"].rpartition("/")[2]], kinds)
    return {name: _resolved(inner, kinds) for name, inner in part.items()}


if __name__ == "__main__":
    print(json.dumps(schema(), indent=2))
