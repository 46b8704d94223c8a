"""Operations on runs."""

from __future__ import annotations

import re
from datetime import datetime

from functions.api.around import Answered, Around
from functions.api.call import Call
from functions.api.common import LedgerEntry, LedgerPage
from functions.api.cursor import cursor, place_of
from functions.api.operation import ROOT
from functions.api.run_shapes import RunDetail, RunPage, RunSummary
from workflow.intake.intake import Submitted
from workflow.model.errors import BadRequest
from workflow.model.lease import Place
from workflow.model.listing import RunFilter, RunPlace
from workflow.model.ports import Entry
from workflow.model.run import Run
from workflow.model.submission import MAX_KEY

_KEY = re.compile(rf"[!-~]{{1,{MAX_KEY}}}")


async def list_runs(around: Around, call: Call) -> RunPage:
    """A page of the tenant's runs."""
    asked = call.query
    wanted = RunFilter(
        state=asked.state, project=asked.project, requester=asked.requester, channel=asked.channel
    )  # fmt: skip
    found = await around.store.page_runs(
        call.principal.tenant, wanted, before=_run_place(asked.cursor), limit=asked.limit + 1
    )
    shown = found[: asked.limit]
    last = cursor(shown[-1].created_at.isoformat(), shown[-1].id) if len(found) > len(shown) else ""
    return RunPage(items=tuple(RunSummary(**summary(run)) for run in shown), next=last)


async def start(around: Around, call: Call) -> Answered:
    """A run for these words."""
    key, asked = _key(call), call.body
    came = await around.intake.submit(
        call.principal,
        asked.text,
        channel="api",
        key=key,
        project=asked.project,
        environment=asked.environment,
        until=asked.until,
    )
    return await _begun(around, came)


async def answer(around: Around, call: Call) -> Answered:
    """A new run, with the answer to the question that this one ended with."""
    (name,) = call.names
    came = await around.intake.answer(call.principal, name, call.body.text, channel="api", key=_key(call))
    return await _begun(around, came)


async def get(around: Around, call: Call) -> RunDetail:
    """One run."""
    (name,) = call.names
    return await detail(around, await around.intake.find(call.principal, name))


async def cancel(around: Around, call: Call) -> RunDetail:
    """A wish that it end, kept."""
    (name,) = call.names
    await around.intake.cancel(call.principal, name, call.body.reason)
    return await detail(around, await around.intake.find(call.principal, name))


async def list_events(around: Around, call: Call) -> LedgerPage:
    """A page of the run's entries, oldest first."""
    (name,) = call.names
    await around.intake.find(call.principal, name)
    place = place_of(call.query.cursor, int)
    after = place[0] if place else 0
    found = await around.store.entries(run=name, after=after, limit=call.query.limit + 1)
    shown = found[: call.query.limit]
    more = cursor(shown[-1].seq) if len(found) > len(shown) else ""
    return LedgerPage(items=tuple(map(ledger_entry, shown)), next=more)


async def detail(around: Around, run: Run) -> RunDetail:
    """The run with what only the store knows of it."""
    place, record = await around.store.get_place(run.id), run.record
    return RunDetail(
        **summary(run),
        approval=_approval(place),
        question=record.remedy if record is not None and record.code == "UNCLEAR" else "",
        cancel=place.cancel if place is not None else None,
        record=record,
    )


def summary(run: Run) -> dict[str, object]:
    """A run's row."""
    request, record = run.request, run.record
    return {
        "id": run.id, "state": run.state, "text": request.text, "requester": request.principal.id,
        "channel": request.principal.channel, "project": request.project, "environment": request.environment,
        "created_at": run.created_at, "updated_at": run.updated_at, "waits_for": run.waits_for,
        "place": record.offer.place if record and record.offer else "",
        "cost_cents": record.cost_cents if record else None,
        "code": record.code if record else "", "reason": record.reason if record else "",
    }  # fmt: skip


def ledger_entry(entry: Entry) -> LedgerEntry:
    """As the API tells it."""
    event = entry.event
    return LedgerEntry(
        seq=entry.seq, run=event.run, kind=event.kind, at=event.at, body=event.body, previous=entry.previous,
        hash=entry.hash,
    )  # fmt: skip


async def _begun(around: Around, came: Submitted) -> Answered:
    where = {"location": f"{ROOT}/runs/{came.run.id}"}
    return Answered(await detail(around, came.run), 201 if came.fresh else 200, where)


def _approval(place: Place | None) -> str:
    return place.wait.subject if place and place.wait and place.wait.kind == "approval" else ""


def _key(call: Call) -> str:
    key = call.headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        raise BadRequest(
            f"Idempotency-Key: 1 to {MAX_KEY} printable ASCII characters are wanted, and no spaces.",
            "Send another key, or none.",
        )
    return key or ""


def _run_place(text: str) -> RunPlace | None:
    place = place_of(text, str, str)
    if place is None:
        return None
    try:
        at = datetime.fromisoformat(place[0])
    except ValueError:
        raise BadRequest("The cursor is none of ours.", "Begin without a cursor.") from None
    if at.tzinfo is None:
        raise BadRequest("The cursor is none of ours.", "Begin without a cursor.")
    return RunPlace(at, place[1])
