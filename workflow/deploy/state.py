"""What a run carries from stage to stage: plain JSON in the checkpoints, nouns in the code."""

from __future__ import annotations

from typing import Any, TypedDict

from workflow.model.base import Json, Noun
from workflow.model.errors import TollgateError


class State(TypedDict, total=False):
    """A checkpoint. Every value is JSON: a checkpoint must be readable by a later version of the code."""

    request: Json
    started_at: str
    workload: Json | None
    brief: Json | None
    choice: Json | None
    savings: Json | None
    plan: Json | None
    decision: Json | None
    receipts: list[Json]
    health: list[Json]
    exclusions: list[Json]
    left_behind: list[Json]
    unknown: Json | None
    undoing: list[Json] | None
    passes: int
    kept: list[Json]
    losses: list[Json]
    attempt: int
    trouble: Json | None
    deferred: str
    """Why it starts later; empty where it was decided that it does not."""
    start_at: str
    watched_since: str
    """When the job was first seen to run that the run looks after to its end; empty where there is none."""
    next: str


class Trouble(Noun):
    """Why an attempt ended: an error's code, words and reach."""

    code: str
    message: str
    remedy: str
    scope: str

    @classmethod
    def of(cls, error: TollgateError) -> Trouble:
        """From an error."""
        return cls(code=error.code, message=error.message, remedy=error.remedy, scope=error.scope)


def dump(noun: Noun | None) -> Any:
    """A noun as JSON."""
    return None if noun is None else noun.model_dump(mode="json")
