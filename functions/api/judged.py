"""Operations on decisions that were made: refusals, and where the watched policies would have decided otherwise."""

from __future__ import annotations

from functions.api.around import Around
from functions.api.call import Call
from functions.api.cursor import cursor, place_of
from functions.api.house_shapes import Judged, JudgedPage, Judgement, ShadowDifference, ShadowPage
from policies.engine.decision_log import past_of
from policies.engine.shadow import SHADOW
from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.listing import NEWEST
from workflow.model.ports import Entry

LOOKED_AT = 2_000
"""Entries that one page looks through at most; where it ends early, the next goes on from there."""
CHUNK = 200
KINDS = ("decided", "call.decided", "finished")


async def denials(around: Around, call: Call) -> JudgedPage:
    """A page of decisions with this verdict, and this reason if one was named."""
    asked = call.query
    found: list[Judged] = []
    last = _before(asked.cursor)
    for _ in range(LOOKED_AT // CHUNK):
        page = await around.store.page_entries(call.principal.tenant, kinds=KINDS, before=last, limit=CHUNK)
        for entry in page:
            last, said = entry.seq, _said(entry)
            if said and said.verdict == asked.verdict and _has(said, asked.code):
                found.append(said)
            if len(found) == asked.limit:
                return JudgedPage(items=tuple(found), next=cursor(last))
        if len(page) < CHUNK:
            return JudgedPage(items=tuple(found), next="")
    return JudgedPage(items=tuple(found), next=cursor(last))


async def shadow(around: Around, call: Call) -> ShadowPage:
    """A page of differences."""
    before, most = _before(call.query.cursor), call.query.limit
    found = await around.store.page_entries(call.principal.tenant, kinds=(SHADOW,), before=before, limit=most + 1)
    shown = found[:most]
    more = cursor(shown[-1].seq) if len(found) > len(shown) else ""
    return ShadowPage(items=tuple(map(_difference, shown)), next=more)


def _before(text: str) -> int:
    place = place_of(text, int)
    return int(place[0]) if place else NEWEST


def _has(said: Judged, code: str) -> bool:
    return not code or any(each.code == code for each in said.violations)


def _said(entry: Entry) -> Judged | None:
    """What a decision said. Where every offer was refused no plan was judged: the run's record has the refusal."""
    past = past_of(entry)
    if past is not None:
        tools = tuple(dict.fromkeys(str(asked["action"]["tool"]) for asked in past.questions))
        return _judged(entry, past.decision, tools)
    record: Json = entry.event.body.get("record") or {}
    if entry.event.kind != "finished" or not record.get("decision") or record.get("plan_digest"):
        return None
    return _judged(entry, Decision.model_validate(record["decision"]), ())


def _judged(entry: Entry, decision: Decision, tools: tuple[str, ...]) -> Judged:
    return Judged(
        seq=entry.seq, run=entry.event.run, at=entry.event.at, tools=tools,
        verdict=decision.verdict, violations=decision.violations, revision=decision.revision,
    )  # fmt: skip


def _difference(entry: Entry) -> ShadowDifference:
    body: Json = entry.event.body
    live, other = (
        Judgement(
            verdict=told["verdict"], codes=tuple(told["codes"]), obligations=told["obligations"],
            revision=told["revision"],
        )
        for told in (body["live"], body["shadow"])
    )  # fmt: skip
    tool = str((body["input"].get("action") or {}).get("tool", ""))
    return ShadowDifference(seq=entry.seq, run=entry.event.run, at=entry.event.at, tool=tool, live=live, shadow=other)
