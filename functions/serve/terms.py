"""What the operator set for approvals and budgets, from the data of the policies in force."""

from __future__ import annotations

import json
import os

from pydantic import ValidationError

from policies.checks.tunables import Budgets
from policies.engine.archive import assembled
from policies.engine.bundle import BadBundle
from policies.engine.source import in_force
from workflow.model.approval import Terms
from workflow.model.base import Json
from workflow.model.offpeak import Offpeak


def approval_terms() -> Terms:
    """`data.approving`. Raises BadBundle where it is missing or wrong: nothing starts on terms that nobody set."""
    try:
        return Terms.model_validate(_data().get("approving"))
    except ValidationError as error:
        raise BadBundle(f"data/approving: {error.errors(include_input=False, include_url=False)[0]['msg']}") from None


def budgets() -> Budgets:
    """`data.budgets`. Raises BadBundle where it is missing or wrong."""
    try:
        return Budgets.model_validate(_data().get("budgets"))
    except ValidationError as error:
        raise BadBundle(f"data/budgets: {error.errors(include_input=False, include_url=False)[0]['msg']}") from None


def offpeak() -> Offpeak:
    """`data.offpeak`. Raises BadBundle where it is missing or wrong."""
    try:
        return Offpeak.model_validate(_data().get("offpeak"))
    except ValidationError as error:
        raise BadBundle(f"data/offpeak: {error.errors(include_input=False, include_url=False)[0]['msg']}") from None


def roles_of_tools() -> dict[str, tuple[str, ...]]:
    """Which roles may call each tool, somewhere."""
    found: dict[str, set[str]] = {}
    for role, parts in _data().get("roles", {}).items():
        for tool in (tool for part in parts for tool in part["tools"]):
            found.setdefault(tool, set()).add(role)
    return {tool: tuple(sorted(roles)) for tool, roles in found.items()}


def regions() -> dict[str, list[str]]:
    """The regions that are allowed, by cloud."""
    found: dict[str, list[str]] = _data().get("regions", {})
    return found


def _data() -> Json:
    source = in_force(os.environ)
    found: Json = json.loads(assembled(source.read(), source.path.name).data)
    return found
