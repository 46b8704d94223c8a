"""Whose receipt a function's answer is: a function tells of its own effect, and of no other."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from policies.engine.question import Call
from workflow.model.base import digest
from workflow.model.errors import OutcomeUnknown
from workflow.model.resource import Receipt


def own_receipt(told: Any, call: Call, run: str, key: str) -> Receipt:
    """What a function tells, as the receipt of just this effect. Raises OutcomeUnknown for anything else: kept, it
    would stand for what somebody else asked."""
    try:
        receipt = Receipt.model_validate(told)
    except ValidationError:
        receipt = None
    named = receipt and (receipt.key, receipt.run, receipt.tool, receipt.cloud, receipt.arguments_digest)
    wanted = (key, run, call.tool, call.cloud, digest(call.arguments))
    if receipt is None or named != wanted or any(made.cloud != call.cloud for made in receipt.resources):
        raise OutcomeUnknown(f"The {call.cloud} function {call.tool} answered without a receipt of this call.")
    return receipt
