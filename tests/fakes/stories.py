"""A run's story at three moments: under way, asking people, and done with their yes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.contract.stores import a_record, a_run
from workflow.answers.story import Question, Row, Stage, Story
from workflow.control.approvals.diff import Change
from workflow.model.approval import Approval, Requirement
from workflow.model.decision import Violation
from workflow.model.resource import Resource

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NAME, SUBJECT = "a261120-0123456789abcdef", "5ab1ec7" * 9 + "5"
HOSTILE = "a bucket | ``` @everyone <!channel> <b>x</b> *bold* [l](http://e) {code} &amp; \u202e"
"""Words that mean something in every service's markup."""


def under_way(**changes: Any) -> Story:
    """Taken in, and priced."""
    fields: dict[str, Any] = {
        "run": "r261120120000-0a1b2c3d", "tenant": "acme", "requester": "ada@example.com", "text": HOSTILE,
        "state": "running",
        "stages": (Stage(mark="done", what="Taken in"), Stage(mark="done", what="3 candidates priced")),
        "rows": (
            Row(
                place="gcp/europe-west4", machine="n2-standard-8", purchase="on-demand", cost="$1.20", verdict="ask",
                why="",
            ),
            Row(
                place="aws/us-east-1", machine="m7i.2xlarge", purchase="spot", cost="~$0.90", verdict="deny",
                why="RESIDENCY",
            ),
        ),
    }  # fmt: skip
    return Story(**{**fields, **changes})


def question(state: str = "open", *, approved: bool = True) -> Question:
    """One that is open, or was decided by Grace."""
    word = Approval(
        request=NAME, subject=SUBJECT, approver="grace@example.com", roles=("operator",), approved=approved,
        reason="ok", decided_at=NOW,
    )  # fmt: skip
    need = Requirement(code="BUDGET_SOFT", roles=("operator",), people=1, own=False, hours=72)
    spoken = state in ("approved", "used", "denied")
    change = Change(
        sign="+", title="create_storage_bucket", where="gcp europe-west4", cost="$1.20",
        details=(("region", "europe-west4"),),
    )  # fmt: skip
    return Question(
        id=NAME, subject=SUBJECT, state=state, requester="ada@example.com", changes=(change,), cost="$1.20",
        tolerance_percent=10, reasons=(Violation(code="BUDGET_SOFT", message="Over the soft budget.", remedy="Ask."),),
        missing=() if spoken else (need,),
        until=NOW + timedelta(hours=72), words=(word,) if spoken else (),
    )  # fmt: skip


def asking() -> Story:
    """Waiting for people."""
    return under_way(state="waiting", verdict="ask", plan=SUBJECT, cost="$1.20", questions=(question(),))


def done() -> Story:
    """Ended well, after a yes."""
    made = Resource(cloud="gcp", kind="bucket", id="tg-1", region="europe-west4")
    record = a_record(a_run(), cost_cents=120, resources=(made,))
    return asking().model_copy(
        update={"state": "succeeded", "verdict": "allow", "questions": (question("used"),), "record": record}
    )


def denied() -> Story:
    """Ended because nobody answered."""
    record = a_record(a_run(), state="denied", code="APPROVAL_EXPIRED", reason="Nobody answered.", remedy="Ask again.")
    return asking().model_copy(
        update={"state": "denied", "verdict": "deny", "questions": (question("expired"),), "record": record}
    )
