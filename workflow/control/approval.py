"""Whether a person's yes stands for what is about to be done."""

from __future__ import annotations

from datetime import datetime

from workflow.model.decision import Approval


def objection(approval: Approval, plan_digest: str, now: datetime) -> str:
    """Why the approval does not carry this plan; empty where it does."""
    if not approval.approved:
        return f"{approval.approver} said no{': ' + approval.reason if approval.reason else ''}."
    if approval.plan_digest != plan_digest:
        return "The approval was given for another plan."
    if now >= approval.expires_at:
        return f"The approval expired at {approval.expires_at:%Y-%m-%d %H:%M} UTC."
    return ""
