"""What is idle: past its time, left behind, or nobody's; and what is not to be touched."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from mcp_handlers.tools.list_resources import Owned
from tests.fakes.offers import NOW, a_request
from tests.fakes.saga import BUCKET, RECEIPTS
from workflow.clean.judge import idle
from workflow.model.resource import Receipt
from workflow.model.run import Record, Remnant, Run

OLD = NOW - timedelta(hours=2)
RECEIPT = RECEIPTS[0]
LEFT = Remnant(resource=BUCKET, cloud="aws", region=BUCKET.region)


def owned(**changes: Any) -> Owned:
    """A bucket of run r1, two hours old."""
    return Owned.model_validate({"resource": BUCKET, "key": "k", "run": "r1", "created_at": OLD} | changes)


def a_run(**ended: Any) -> Run:
    """Run r1: on its way, or ended with such a record."""
    request = a_request(id="r1")
    fields = {"run": "r1", "request": request, "workload": None, "reason": "r", "started_at": OLD, "finished_at": OLD}
    record = Record.model_validate(fields | ended) if ended else None
    state = record.state if record else "running"
    return Run(
        id="r1", tenant="acme", state=state, request=request, record=record, created_at=OLD, updated_at=OLD
    )  # fmt: skip


def test_what_a_run_made_late_has_its_whole_time_from_then_on() -> None:
    request = a_request(id="r1").model_copy(update={"submitted_at": at(-30)})
    late = RECEIPT.model_copy(update={"finished_at": at(-2)})
    run = a_run(state="succeeded", resources=(BUCKET,)).model_copy(update={"request": request})
    assert idle(owned(expires_at=at(-27)), late, run, NOW) == ""
    assert idle(owned(expires_at=at(-27)), late, run, at(1)) == "its time was over at 2026-11-20 13:00 UTC"


def at(hours: float) -> datetime:
    """So many hours from now."""
    return NOW + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("tags", "receipt", "run", "why"),
    [
        ({"expires_at": at(-1)}, RECEIPT, a_run(), "its time was over at 2026-11-20 11:00 UTC"),
        ({"expires_at": at(1)}, RECEIPT, a_run(state="succeeded", resources=(BUCKET,)), ""),
        ({}, RECEIPT, a_run(), ""),
        ({}, None, a_run(), ""),
        ({}, RECEIPT, a_run(state="succeeded", resources=(BUCKET,)), ""),
        ({}, RECEIPT, a_run(state="failed", left_behind=(LEFT,)), "run r1 could not take it back"),
        ({}, RECEIPT, a_run(state="succeeded", left_behind=(LEFT,)), "run r1 could not take it back"),
        ({}, None, a_run(state="failed"), "run r1 ended (failed) without it"),
        ({}, RECEIPT.model_copy(update={"run": "mcp-1"}), None, ""),
        ({}, RECEIPT, None, "run r1, which made it, is not known any more"),
        ({}, None, None, "no run and no receipt knows of it"),
        ({"created_at": at(-0.9)}, None, None, ""),
        ({"created_at": None}, None, None, ""),
    ],
    ids=[
        "past its time", "in its time", "in a live run", "being made", "deployed", "left by a failure",
        "left by an attempt", "never known of", "somebody's own", "its run forgotten", "nobody's", "young", "of no age",
    ],
)  # fmt: skip
def test_a_resource_is_idle_for_a_reason_or_left_alone(
    tags: dict[str, Any], receipt: Receipt | None, run: Run | None, why: str
) -> None:
    assert idle(owned(**tags), receipt, run, NOW) == why
