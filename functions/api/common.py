"""Shapes that several operations share."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from workflow.model.base import Json, Noun
from workflow.model.principal import Channel

Next = Annotated[str, Field(description="The `cursor` of the page that follows; empty where this is the last.")]


class Problem(Noun):
    """What went wrong (RFC 9457). `code` is stable, `detail` says what was wrong, `remedy` what to do about it."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    remedy: str
    retryable: bool


class Caller(Noun):
    """Who is calling, as the token says. `may_decide`: has a role at all, and so may have a say in approvals."""

    id: str
    tenant: str
    roles: tuple[str, ...]
    channel: Channel
    may_decide: bool


class Health(Noun):
    """Whether the API answers, and its store with it. `degraded`: reads are answered, but no verdict is to be had, so
    that nothing is written. `revision` is that of the policies in force."""

    status: Literal["ok", "degraded"]
    version: str
    revision: str


class LedgerEntry(Noun):
    """One entry of the ledger. `seq` counts over all tenants, so there are gaps; `hash` is chained to `previous`."""

    seq: int
    run: str
    kind: str
    at: datetime
    body: Json
    previous: str
    hash: str


class LedgerPage(Noun):
    """Entries, and where the next ones are."""

    items: tuple[LedgerEntry, ...]
    next: Next
