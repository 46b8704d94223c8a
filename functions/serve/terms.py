"""What the operator set for approvals and budgets, from the policy bundle's data."""

from __future__ import annotations

import json

from pydantic import ValidationError

from policies.checks.tunables import Budgets
from policies.engine.bundle import BadBundle, load_bundle
from workflow.model.approval import Terms
from workflow.model.offpeak import Offpeak


def approval_terms() -> Terms:
    """`data.approving`. Raises BadBundle where it is missing or wrong: nothing starts on terms that nobody set."""
    try:
        return Terms.model_validate(json.loads(load_bundle().data).get("approving"))
    except ValidationError as error:
        raise BadBundle(f"data/approving: {error.errors(include_input=False, include_url=False)[0]['msg']}") from None


def budgets() -> Budgets:
    """`data.budgets`. Raises BadBundle where it is missing or wrong."""
    try:
        return Budgets.model_validate(json.loads(load_bundle().data).get("budgets"))
    except ValidationError as error:
        raise BadBundle(f"data/budgets: {error.errors(include_input=False, include_url=False)[0]['msg']}") from None


def offpeak() -> Offpeak:
    """`data.offpeak`. Raises BadBundle where it is missing or wrong."""
    try:
        return Offpeak.model_validate(json.loads(load_bundle().data).get("offpeak"))
    except ValidationError as error:
        raise BadBundle(f"data/offpeak: {error.errors(include_input=False, include_url=False)[0]['msg']}") from None
