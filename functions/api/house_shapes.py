"""Shapes about money, policies, tools and clouds."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from functions.api.common import Next
from functions.api.operation import Paged
from workflow.control.showback import Line
from workflow.model.base import Json, Noun, Risk
from workflow.model.decision import Verdict, Violation
from workflow.model.deployment import Saving
from workflow.model.outage import Degraded
from workflow.model.spending import By
from workflow.reevaluate.scorecard import Score


class CostQuery(Noun):
    """Which month's costs, and one line for each of what."""

    by: By = Field(default="project", description="One line for each of these.")
    month: str = Field(default="", pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$", description="`2026-11`, UTC; empty: this.")


class Alert(Noun):
    """An unusual day of spend. Cents."""

    at: datetime
    day: str
    scope: str
    name: str
    cents: int
    most_cents: int
    median_cents: int
    run: str


class Costs(Noun):
    """A month's costs against its limits, the largest first; cents. `elapsed_percent` is how much of the month is
    over."""

    month: str
    by: By
    elapsed_percent: int
    lines: tuple[Line, ...]
    alerts: tuple[Alert, ...]


class SavingsView(Noun):
    """What re-evaluation found for the tenant: the score, and each saving, newest first."""

    scores: tuple[Score, ...]
    savings: tuple[Saving, ...]


class RuleText(Noun):
    """One reason to object, as its METADATA says it. `where` is `path:line` below the policies' folder, and `text` the
    Rego that stands there."""

    code: str
    rule: str
    title: str
    severity: str
    remedy: str
    where: str
    text: str


class Policies(Noun):
    """The policies in force: their revision, who judges (`in process`, or an OPA server) and whether verdicts come from
    there now, whether a shadow is watched beside, and every reason to object."""

    revision: str
    engine: str
    judging: bool
    shadow: bool
    rules: tuple[RuleText, ...]


class DenialQuery(Paged):
    """Which decisions, newest first."""

    code: str = Field(default="", max_length=64, description="Only those with this reason.")
    verdict: Verdict = Field(default="deny", description="Only those with this verdict.")


class Judged(Noun):
    """A decision on a plan or on one call."""

    seq: int
    run: str
    at: datetime
    tools: tuple[str, ...]
    verdict: Verdict
    violations: tuple[Violation, ...]
    revision: str


class JudgedPage(Noun):
    """Decisions, newest first."""

    items: tuple[Judged, ...]
    next: Next


class Judgement(Noun):
    """What of a decision counts."""

    verdict: Verdict
    codes: tuple[str, ...]
    obligations: Json
    revision: str


class ShadowDifference(Noun):
    """Where the watched policies would have decided otherwise."""

    seq: int
    run: str
    at: datetime
    tool: str
    live: Judgement
    shadow: Judgement


class ShadowPage(Noun):
    """Differences, newest first."""

    items: tuple[ShadowDifference, ...]
    next: Next


class ToolContract(Noun):
    """A tool: what it takes and gives, as JSON Schema, and what may undo it."""

    name: str
    summary: str
    risk: Risk
    undoable: bool
    annotations: dict[str, bool]
    roles: tuple[str, ...]
    input: Json
    output: Json


class Tools(Noun):
    """All tools, by name."""

    items: tuple[ToolContract, ...]


class Circuit(Noun):
    """A circuit breaker that is not closed: calls of the tool in the region are refused for `seconds` after `failures`
    in a row; then one is let through to see."""

    tool: str
    region: str
    phase: Literal["half_open", "open"]
    failures: int
    seconds: float


class Probed(Noun):
    """What a cloud's functions said when they were asked how they are. `circuits` None: they do not say."""

    milliseconds: float
    circuits: tuple[Circuit, ...] | None = None


class CloudView(Noun):
    """A cloud. `status` is `up` where its functions answer, `down` where not, `degraded` where no run uses it for now;
    `milliseconds` is how long they took to answer, `circuits` the circuit breakers there that are not closed (None: the
    functions do not say). `regions` are those that the policies allow."""

    name: str
    status: str
    milliseconds: float | None
    circuits: tuple[Circuit, ...] | None
    regions: tuple[str, ...]
    tools: tuple[str, ...]
    degraded: Degraded | None
    prices_observed: str
    offers: int


class Clouds(Noun):
    """All clouds, by name."""

    items: tuple[CloudView, ...]
