"""Shapes about runs and plans."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from functions.api.common import Next
from functions.api.operation import Paged
from workflow.deploy.brief import Brief
from workflow.language.explain import Evidence
from workflow.model.approval import MAX_REASON
from workflow.model.base import Noun, Purchase
from workflow.model.decision import Verdict, Violation
from workflow.model.lease import Cancel
from workflow.model.principal import Channel
from workflow.model.run import Record, State
from workflow.model.workload import MAX_TEXT, Until, Workload


class RunQuery(Paged):
    """Which runs, newest first."""

    state: State | None = Field(default=None, description="Only those in this state.")
    project: str = Field(default="", max_length=63, description="Only those of this project.")
    requester: str = Field(default="", max_length=63, description="Only those that this principal asked for.")
    channel: Channel | None = Field(default=None, description="Only those that came through this channel.")


class RunSummary(Noun):
    """A run in a list. Money is in cents; it and `place` are known once it has ended. `waits_for` says what a waiting
    run waits for where that is no person."""

    id: str
    state: State
    text: str
    requester: str
    channel: Channel
    project: str
    environment: str
    created_at: datetime
    updated_at: datetime
    waits_for: str
    place: str
    cost_cents: int | None
    code: str
    reason: str


class RunPage(Noun):
    """Runs, newest first."""

    items: tuple[RunSummary, ...]
    next: Next


class RunDetail(RunSummary):
    """One run. `approval` is the id of what it waits for people to decide; `question` is what must be answered before
    it can be priced (answer it, and a new run begins); `cancel` is somebody's wish that it end."""

    approval: str
    question: str
    cancel: Cancel | None
    record: Record | None


class Wish(Noun):
    """A demand in plain words."""

    text: str = Field(min_length=1, max_length=MAX_TEXT, description="What is wanted, in plain words.")
    project: str = Field(
        default="default", pattern=r"^[a-z0-9][a-z0-9._@-]{0,62}$", description="Whose budget within the tenant."
    )
    environment: Literal["development", "staging", "production"] = "development"


class NewRun(Wish):
    """A demand, and how long its run looks after it."""

    until: Until = Field(default="running", description="End when the job runs, or look after it until it has ended.")


class Answer(Noun):
    """The answer to a run's question."""

    text: str = Field(min_length=1, max_length=MAX_TEXT)


class Reason(Noun):
    """Why. Kept in the ledger."""

    reason: str = Field(default="", max_length=MAX_REASON)


class CandidateQuery(Noun):
    """Which candidates."""

    verdict: Verdict | None = Field(default=None, description="Only those that the gate judged so.")
    limit: int = Field(default=200, ge=1, le=1000, description="How many at most, best first.")


class CandidateRow(Noun):
    """One offer with the gate's verdict. `usd_micros_hour` is microdollars per machine and hour; `total_cents` the
    expected bill, `ranked_cents` that and the expected rework, by which offers are compared. `estimate`: the price is
    reckoned, not published. `interruption_pct`: chance within a month, upper end; None where nothing is published."""

    chosen: bool
    cloud: str
    region: str
    zone: str
    machine: str
    purchase: Purchase
    usd_micros_hour: int
    total_cents: int
    ranked_cents: int
    hours: float
    estimate: bool
    interruption_pct: int | None
    jurisdictions: tuple[str, ...]
    verdict: Verdict
    violations: tuple[Violation, ...]
    quota: str
    why_lost: str


class Compared(Noun):
    """What was compared, best first. `removed` counts the candidates that each rule's code stood against; `total`
    counts all, whatever was asked for. Empty where nothing was compared."""

    total: int
    items: tuple[CandidateRow, ...]
    removed: dict[str, int]
    snapshots: tuple[str, ...]


class Candidates(Compared):
    """What was compared in the run's last attempt."""

    run: str
    attempt: int


class NewPlan(Wish):
    """Words to be read and priced, without doing anything."""

    limit: int = Field(default=20, ge=0, le=200, description="How many candidates at most, best first.")


class PlanPreview(Noun):
    """How the words are read by rules, the words behind each field and those that changed nothing, and what would be
    asked for with what is assumed on top. `candidates` are what is on sale for it by the price files here, judged by
    the gate as things stand; the one that is `chosen` a run would take if its quota suffices, which nobody was asked.
    Nothing is done, kept or reserved. `question` must be answered before it can be priced; empty where none is open."""

    workload: Workload
    brief: Brief
    evidence: tuple[Evidence, ...]
    ignored: tuple[str, ...]
    question: str
    candidates: Compared
