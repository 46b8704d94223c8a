"""Decisions in OPA's log format: whole, masked, and of the same persons under the same other names."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from policies.engine.decision_log import logged, past_of
from policies.engine.embedded import Embedded
from policies.engine.masking import masked
from tests.contract.gates import changed, training
from workflow.model.base import Json
from workflow.model.ports import Entry, Event

SALT = b"s" * 16
AT = datetime(2026, 11, 20, 10, 30, 1, 500, tzinfo=UTC)


def entry(kind: str, body: Json) -> Entry:
    event = Event(run="r1", tenant="acme", kind=kind, body=body, at=AT)
    return Entry(seq=7, event=event, previous="0" * 64, hash="ab" * 32)


def called(question: Json) -> Entry:
    decision = Embedded().judge(question).model_dump(mode="json")
    return entry("call.decided", {"question": question, "decision": decision})


def test_a_call_is_logged_as_opa_logs_it() -> None:
    question = training()
    past = past_of(called(question))
    assert past is not None
    event = logged(past, SALT)
    person = event["input"]["principal"].pop("id")
    assert person.startswith("person-")
    assert event["input"]["resource"]["tags"].pop("owner") == person
    del question["principal"]["id"], question["resource"]["tags"]["owner"]
    assert event == {
        "labels": {"id": "tollgate", "app": "tollgate"},
        "decision_id": "abababab-abab-abab-abab-abababababab",
        "bundles": {"tollgate": {"revision": past.decision.revision}},
        "path": "gate/decision",
        "input": question,
        "result": {"verdict": "allow", "violations": [], "obligations": {}},
        "timestamp": "2026-11-20T10:30:01.000500Z",
        "custom": {
            "seq": 7,
            "run": "r1",
            "tenant": "acme",
            "kind": "call.decided",
            "input_digest": past.decision.input_digest,
        },
        "masked": ["/input/principal/id", "/input/resource/tags/owner"],
    }


def test_a_plan_is_one_event_with_all_its_questions() -> None:
    decision = Embedded().judge(training()).model_dump(mode="json")
    past = past_of(entry("decided", {"questions": [training(), training()], "decision": decision}))
    assert past is not None
    event = logged(past, SALT)
    assert len(event["input"]["questions"]) == 2
    assert past.tools == "provision_compute, provision_compute"
    assert "mia@acme" not in str(event)


def test_what_decides_nothing_is_not_logged() -> None:
    assert past_of(entry("verified", {})) is None


def test_secrets_and_free_text_are_taken_out_and_said_to_be() -> None:
    question = changed(training(), "resource.env", {"PASSWORD": "hunter2"})
    question = changed(
        question, "resource.db", {"connection": "x", "admin_password": "hunter2", "a/b~token": "hunter2"}
    )
    past = past_of(called(question))
    assert past is not None
    event = logged(past, SALT)
    assert "hunter2" not in str(event)
    assert event["erased"] == [
        "/input/resource/env",
        "/input/resource/db/admin_password",
        "/input/resource/db/a~1b~0token",
    ]


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["secret", "owner", "text", "region", "a"]), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_nothing_secret_is_left_however_deep_it_lies(inner: object) -> None:
    def names(value: object) -> set[str]:
        if isinstance(value, dict):
            return {name for name, held in value.items() if held not in (None, "")}.union(*map(names, value.values()))
        return set().union(*map(names, value)) if isinstance(value, list) else set()

    said = masked({"input": inner}, SALT)
    assert not names(said.document) & {"secret", "text"}
    assert masked({"input": inner}, SALT) == said
