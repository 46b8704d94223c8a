"""Decisions as OPA's decision log tells them, masked: what reads OPA's logs reads ours.

The fields are those of OPA's decision log event (its documentation, "Decision Logs"). `custom` says where in the ledger
the decision lies; the ledger's own entry has the question unmasked, because a replay must ask it again.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from policies.engine.masking import masked
from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.ports import Entry

PATH = "gate/decision"
BUNDLE = "tollgate"


@dataclass(frozen=True)
class Past:
    """A decision that was made: the questions that were judged together, and what was said to them."""

    entry: Entry
    questions: tuple[Json, ...]
    decision: Decision

    @property
    def tools(self) -> str:
        """The tools that were asked for, in order."""
        return ", ".join(str(question["action"]["tool"]) for question in self.questions)


def past_of(entry: Entry) -> Past | None:
    """The decision that a ledger entry tells of: on a plan or on one call; None for other entries."""
    body = entry.event.body
    if entry.event.kind == "call.decided":
        questions: Sequence[Json] = [body["question"]]
    elif entry.event.kind == "decided":
        questions = body["questions"]
    else:
        return None
    return Past(entry, tuple(questions), Decision.model_validate(body["decision"]))


def logged(past: Past, salt: bytes) -> Json:
    """The decision as OPA's log has it. A plan's input is the list of its questions. `salt` is for `masked`."""
    entry, decision = past.entry, past.decision
    asked: Json = {"input": past.questions[0] if len(past.questions) == 1 else {"questions": list(past.questions)}}
    said = masked(asked | {"result": _result(decision)}, salt)
    at = entry.event.at.astimezone(UTC)
    found: Json = {
        "labels": {"id": "tollgate", "app": "tollgate"},
        "decision_id": str(uuid.UUID(entry.hash[:32])),
        "bundles": {BUNDLE: {"revision": decision.revision}},
        "path": PATH,
        "input": said.document["input"],
        "result": said.document["result"],
        "timestamp": _rfc3339(at),
        "custom": {
            "seq": entry.seq,
            "run": entry.event.run,
            "tenant": entry.event.tenant,
            "kind": entry.event.kind,
            "input_digest": decision.input_digest,
        },
    }
    listed = {"erased": list(said.erased), "masked": list(said.masked)}
    return found | {name: pointers for name, pointers in listed.items() if pointers}


def _result(decision: Decision) -> Json:
    return decision.model_dump(mode="json", include={"verdict", "violations", "obligations"})


def _rfc3339(at: datetime) -> str:
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")
