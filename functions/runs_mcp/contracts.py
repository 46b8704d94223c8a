"""The tools by which an agent asks for outcomes: what each takes, gives, and may change."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mcp_handlers.tools.contract import Tool
from workflow.model.approval import MAX_REASON
from workflow.model.base import Noun
from workflow.model.decision import Verdict
from workflow.model.resource import Resource
from workflow.model.run import State
from workflow.model.submission import MAX_KEY
from workflow.model.workload import MAX_TEXT

LONGEST_WAIT = 25.0
"""Seconds that a call waits for news at most: less than clients and gateways wait for an answer."""
MOST_NEWS = 100
RunName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$", description="The run's id.")]
Words = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]


class StartInput(Noun):
    """A demand in plain words."""

    text: Words = Field(description="The outcome that is wanted, in plain words: what runs, how big, where, how cheap.")
    project: str = Field(default="default", pattern=r"^[a-z0-9][a-z0-9._@-]{0,62}$", description="Whose budget.")
    environment: Literal["development", "staging", "production"] = "development"
    key: str = Field(
        default="", max_length=MAX_KEY, pattern=r"^[\x20-\x7e]*$",
        description="Your own name for this demand: the same key again is the same run, never a second one.",
    )  # fmt: skip


class AnswerInput(Noun):
    """The answer to the question that a run ended with."""

    run: RunName
    answer: Words


class NamedInput(Noun):
    """A run."""

    run: RunName


class FollowInput(NamedInput):
    """A run, and what is known of it already."""

    after: int = Field(default=0, ge=0, lt=2**63, description="`last` of the call before; 0 for everything.")
    wait_seconds: float = Field(default=0, ge=0, le=LONGEST_WAIT, description="How long to wait for news.")


class CancelInput(NamedInput):
    """A run that is to end."""

    reason: str = Field(default="", max_length=MAX_REASON, description="Why. Kept in the ledger.")


class ListInput(Noun):
    """Which runs."""

    state: State | None = None
    limit: int = Field(default=20, ge=1, le=100)


class RunOutput(Noun):
    """How a run stands. `next_step` says what can be done now; `question` must be answered before it can be priced;
    `approval_url` is where a person decides. Money is in cents."""

    run: str
    state: State
    text: str
    waits_for: str = ""
    question: str = ""
    approval_url: str = ""
    code: str = ""
    reason: str = ""
    remedy: str = ""
    place: str = ""
    cost_cents: int | None = None
    next_step: str


class News(Noun):
    """One thing that happened: its number, kind and time, and what it says in a sentence."""

    number: int
    kind: str
    at: str
    says: str


class FollowOutput(RunOutput):
    """How it stands, and what happened since. `last` is where to go on from."""

    news: tuple[News, ...]
    last: int


class Lost(Noun):
    """A candidate that was not taken, and why."""

    place: str
    machine: str
    purchase: str
    total_cents: int
    verdict: Verdict
    why: str


class Why(Noun):
    """One rule's objection."""

    code: str
    message: str
    remedy: str


class ExplainOutput(RunOutput):
    """Why it came to this: what was understood and assumed, which offer was taken, what lost against it (the best
    few), what the gate said, and what was made. `compared` counts all candidates."""

    understood: dict[str, str]
    assumed: tuple[str, ...]
    compared: int
    lost: tuple[Lost, ...]
    verdict: Verdict | Literal[""]
    violations: tuple[Why, ...]
    resources: tuple[Resource, ...]


class ApprovalOutput(RunOutput):
    """What the run waits for a person to decide. You cannot decide it: hand the link to somebody who may."""

    approval: str = ""
    expires_at: str = ""
    would_do: tuple[str, ...] = ()
    asked_because: tuple[Why, ...] = ()


class RunList(Noun):
    """Runs, newest first."""

    runs: tuple[RunOutput, ...]


def _tool(
    name: str, summary: str, takes: type[Noun], gives: type[Noun], risk: Literal["read", "write", "destructive"]
) -> Tool:
    # Without a key, each start is a demand of its own.
    hints = {"idempotentHint": False} if name == "start_run" else {}
    return Tool(name=name, summary=summary, risk=risk, input=takes, output=gives, annotations=hints)


TOOLS = {
    tool.name: tool
    for tool in (
        _tool("start_run", "Ask for a cloud outcome in plain words. It is placed on the cheapest compliant cloud; "
              "policy decides what may be done. Follow it with follow_run.", StartInput, RunOutput, "write"),
        _tool("follow_run", "How a run stands, and what happened since you last asked; waits for news if you like.",
              FollowInput, FollowOutput, "read"),
        _tool("answer_run", "Answer the question that a run ended with. A new run begins.", AnswerInput, RunOutput,
              "write"),
        _tool("request_approval", "The link where a person decides on what a run waits for, and exactly what a yes "
              "would let happen.", NamedInput, ApprovalOutput, "read"),
        _tool("cancel_run", "End a run and undo what it did.", CancelInput, RunOutput, "destructive"),
        _tool("explain_run", "Why a run came to where it is: what was understood, compared, refused, made.", NamedInput,
              ExplainOutput, "read"),
        _tool("list_runs", "Your tenant's runs, newest first.", ListInput, RunList, "read"),
    )
}  # fmt: skip
