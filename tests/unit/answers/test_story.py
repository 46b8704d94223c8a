"""What a run has to tell follows from its ledger and its questions."""

from __future__ import annotations

from functions.registry import contracts
from tests.contract.stores import NOW, a_record, a_run, an_event, later
from workflow.answers.story import Stage, tell
from workflow.model.approval import Approval, ApprovalRequest, Asked, Requirement
from workflow.model.ports import Entry, Event

NEED = Requirement(code="BUDGET_SOFT", roles=("operator",), people=1, own=False, hours=72)
REQUEST = ApprovalRequest(
    id="a261120-0123456789abcdef", kind="plan", tenant="acme", run="run-1", requester="ana", subject="5" * 64,
    revision="r", cost_cents=120, requirements=(NEED,), asked_at=NOW, expires_at=later(72 * 3600),
)  # fmt: skip


def entries(*events: Event) -> list[Entry]:
    """As the ledger has them."""
    return [Entry(seq=n, event=event, previous="", hash="") for n, event in enumerate(events, 1)]


def test_a_run_whose_question_is_open_waits_even_before_it_is_put_down() -> None:
    told = tell(a_run(), entries(an_event(kind="requested")), [Asked(request=REQUEST)], contracts(), NOW)
    assert (told.state, told.questions[0].state, told.questions[0].cost) == ("waiting", "open", "$1.20")
    assert told.questions[0].missing == (NEED,)


def test_what_nobody_answered_in_time_is_told_as_expired_and_a_no_names_who_said_it() -> None:
    word = Approval(
        request=REQUEST.id, subject=REQUEST.subject, approver="grace", roles=("operator",), approved=False,
        decided_at=NOW,
    )  # fmt: skip
    asked = [Asked(request=REQUEST), Asked(request=REQUEST, words=(word,))]
    told = tell(a_run(), [], asked, contracts(), later(72 * 3600))
    assert [question.state for question in told.questions] == ["expired", "denied"]
    assert told.state == "running"


def test_stages_are_the_events_that_say_something_to_people() -> None:
    events = [
        an_event(kind="requested"),
        an_event(kind="gate.returned", seconds=1),
        an_event(kind="parsed", reader="rules"),
    ]
    told = tell(a_run(), entries(*events), [], contracts(), NOW)
    assert told.stages == (Stage(mark="done", what="Taken in"), Stage(mark="done", what="Read by rules"))


def test_an_ended_run_is_what_its_record_says() -> None:
    run = a_run().model_copy(update={"record": a_record(a_run(), state="denied"), "state": "denied"})
    told = tell(run, [], [], contracts(), NOW)
    assert (told.state, told.ended) == ("denied", True)
