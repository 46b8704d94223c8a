"""Deciding again what a run decided, from what the ledger says it knew, and reporting every difference.

Reading by rules, planning, judging, choosing and pricing are derived again. A model's reading, a cloud's answer and a
person's word are taken as recorded: they are facts of that day. Under other policies than the run's, the difference
is reported as one of policy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mcp_handlers.tools.contract import Tool
from workflow.control.judging import judge
from workflow.deploy.brief import Brief, brief
from workflow.deploy.candidates import Candidate, choose
from workflow.deploy.draft import draft
from workflow.deploy.jury import Jury
from workflow.deploy.precedents import Precedents
from workflow.model.base import Json, Noun
from workflow.model.decision import Decision
from workflow.model.emergency import Freeze
from workflow.model.ports import Entry, Gate, Language, Spend
from workflow.model.run import Record
from workflow.model.workload import Request, Workload

Compared = list[tuple[str, Any, Any]]
"""(what, recorded, derived) for each thing that an entry decided."""


class Difference(Noun):
    """One thing that comes out otherwise now. `seq` is the ledger entry's number."""

    seq: int
    kind: str
    what: str
    recorded: str
    derived: str


class Replayed(Noun):
    """What a replay found. `decisions` counts the decisions that were derived again."""

    run: str
    decisions: int
    differences: tuple[Difference, ...]
    recorded_revision: str
    revision: str


@dataclass
class _Replay:
    language: Language
    gate: Gate
    contracts: Mapping[str, Tool]
    request: Request | None = None
    work: Json | None = None
    chosen: Json | None = None
    cost_cents: int = 0
    revision: str = ""

    async def again(self, kind: str, body: Json) -> Compared | None:
        """(what, recorded, derived) for one entry; None for an entry that decides nothing."""
        derivation = {
            "requested": self._requested,
            "parsed": self._parsed,
            "planned": self._planned,
            "allocated": self._allocated,
            "decided": self._decided,
            "call.decided": self._called,
            "approved": self._person,
            "refused": self._person,
            "rolled_back": self._other_brief,
            "started_afresh": self._other_brief,
            "finished": self._finished,
        }.get(kind)
        return None if derivation is None else await derivation(body)

    async def _requested(self, body: Json) -> Compared | None:
        self.request = Request.model_validate(body["request"])
        return None

    async def _planned(self, body: Json) -> Compared:
        self.work = body["brief"]
        derived, recorded = brief(Workload.model_validate(body["workload"])), Brief.model_validate(body["brief"])
        return [("brief", recorded.model_dump(mode="json"), derived.model_dump(mode="json"))]

    async def _other_brief(self, body: Json) -> Compared | None:
        self.work = body.get("brief", self.work)
        return None

    async def _called(self, body: Json) -> Compared:
        return await self._verdict([body["question"]], body["decision"])

    async def _parsed(self, body: Json) -> Compared | None:
        if body["reader"] != "rules":
            return None
        reading = await self.language.read(body["text"])
        return [("workload", body["workload"], reading.workload.model_dump(mode="json"))]

    async def _allocated(self, body: Json) -> Compared:
        recorded = [Candidate.model_validate(c) for c in body["candidates"]]
        quotas = {_name(c): c.quota for c in recorded}
        # Asked about every candidate, so that what only followed from other answers is proved as well.
        jury = Jury(
            self.gate,
            self.contracts,
            Precedents(),
            Request.model_validate(body["request"]),
            Brief.model_validate(body["brief"]),
            attempt=body["attempt"],
            spend=Spend.model_validate(body["spend"]),
            now=datetime.fromisoformat(body["now"]),
            freezes=[Freeze.model_validate(freeze) for freeze in body.get("freezes", [])],
        )
        fresh = await jury.thorough([c.priced for c in recorded])
        derived = choose([c.model_copy(update={"quota": quotas[_name(c)]}) for c in fresh])
        self.revision = body["revision"]
        self.chosen = None if derived.choice is None else derived.choice.model_dump(mode="json")
        return [
            ("chosen", _label(body["candidates"], body["chosen"]), _name(derived.choice) if derived.choice else None),
            ("verdicts", [_verdict(c) for c in recorded], [_verdict(c) for c in derived.candidates]),
            ("removed", body["removed"], derived.removed),
        ]

    async def _decided(self, body: Json) -> Compared:
        plan = body["plan"]
        found = await self._verdict(body["questions"], body["decision"])
        if self.chosen is None or self.request is None or self.work is None:
            return found
        choice = Candidate.model_validate(self.chosen).priced
        derived = draft(
            self.request, Brief.model_validate(self.work), choice.offer, choice.cost, attempt=plan["attempt"]
        )
        return [*found, ("plan digest", body["digest"], derived.digest)]

    async def _person(self, body: Json) -> Compared:
        decision = await judge(self.gate, body["questions"])
        recorded = Decision.model_validate(body["decision"])
        people = next((v.code for v in recorded.violations if v.code.startswith("APPROVAL_")), "")
        allowed = decision.allowed or (decision.verdict == "ask" and not people)
        return [("allowed", recorded.allowed, allowed and not people)]

    async def _verdict(self, questions: Sequence[Json], recorded: Json) -> Compared:
        derived = await judge(self.gate, questions) if len(questions) > 1 else await self.gate.decide(questions[0])
        was = Decision.model_validate(recorded)
        self.revision = was.revision
        return [("decision", _judgement(was), _judgement(derived))]

    async def _finished(self, body: Json) -> Compared:
        record = Record.model_validate(body["record"])
        if record.state != "succeeded" or self.chosen is None:
            return []
        choice = Candidate.model_validate(self.chosen).priced
        return [("cost_cents", record.cost_cents, -(-choice.cost.total // 10_000))]


async def replay(
    run: str, entries: Sequence[Entry], language: Language, gate: Gate, contracts: Mapping[str, Tool]
) -> Replayed:
    """Derive every decision of a run's ledger entries again. Effects are not performed."""
    state = _Replay(language, gate, contracts)
    differences: list[Difference] = []
    decisions = 0
    for entry in entries:
        body = entry.event.body
        compared = await state.again(entry.event.kind, body)
        decisions += compared is not None
        for what, recorded, derived in compared or []:
            if recorded != derived:
                shown = {"recorded": _short(recorded), "derived": _short(derived)}
                differences.append(Difference(seq=entry.seq, kind=entry.event.kind, what=what, **shown))
    return Replayed(
        run=run,
        decisions=decisions,
        differences=tuple(differences),
        recorded_revision=state.revision,
        revision=gate.revision,
    )


def _name(candidate: Candidate) -> str:
    offer = candidate.priced.offer
    return f"{offer.place} {offer.machine} {offer.purchase}"


def _label(candidates: Sequence[Json], index: int | None) -> str | None:
    return None if index is None else _name(Candidate.model_validate(candidates[index]))


def _verdict(candidate: Candidate) -> tuple[str, str, tuple[str, ...]]:
    return (_name(candidate), candidate.decision.verdict, tuple(v.code for v in candidate.decision.violations))


def _judgement(decision: Decision) -> Json:
    return decision.model_dump(mode="json", exclude={"revision", "input_digest"})


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 300 else f"{text[:300]}…"
