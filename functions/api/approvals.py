"""Operations on what people are asked."""

from __future__ import annotations

from functions.api.approval_shapes import ApprovalDetail, ApprovalPage, ApprovalSummary, Word
from functions.api.around import Around
from functions.api.call import Call
from functions.api.cursor import cursor, place_of
from functions.api.etag import etag, insist
from workflow.control.approvals.diff import changes
from workflow.model.approval import Asked, lacking, unentitled
from workflow.model.errors import BadRequest, Conflict
from workflow.model.listing import NEWEST
from workflow.model.principal import Principal


async def list_approvals(around: Around, call: Call) -> ApprovalPage:
    """A page of the tenant's requests."""
    now, only_open = around.clock.now(), call.query.state == "open"
    place = place_of(call.query.cursor, int)
    found = await around.store.page_approvals(
        call.principal.tenant,
        waiting_at=now if only_open else None,
        before=place[0] if place else NEWEST,
        limit=call.query.limit + 1,
    )
    shown = found[: call.query.limit]
    # What has its yes already, and waits for its run to use it, is not closed, but nobody is asked any more.
    items = [each.asked for each in shown if not only_open or each.asked.state(now) == "open"]
    more = cursor(shown[-1].number) if len(found) > len(shown) else ""
    return ApprovalPage(items=tuple(ApprovalSummary(**_summary(around, asked)) for asked in items), next=more)


async def get(around: Around, call: Call) -> ApprovalDetail:
    """Exactly what a yes would let happen."""
    (name,) = call.names
    return _detail(around, call.principal, await around.desk.show(call.principal, name))


async def decide(around: Around, call: Call) -> ApprovalDetail:
    """A person's yes or no to what they were shown."""
    (name,) = call.names
    asked = await around.desk.show(call.principal, name)
    insist(call.headers, etag(_detail(around, call.principal, asked).model_dump(mode="json")))
    word = call.body
    if word.subject != asked.request.subject:
        raise Conflict(f"The word is on something else than {name} asks about.", "Read the request again.")
    try:
        said = await around.desk.say(call.principal, name, approved=word.approved, reason=word.reason)
    except BadRequest as error:
        raise Conflict(error.message, error.remedy) from None
    return _detail(around, call.principal, said)


def _summary(around: Around, asked: Asked) -> dict[str, object]:
    request = asked.request
    return {
        "id": request.id, "state": asked.state(around.clock.now()), "kind": request.kind, "run": request.run,
        "requester": request.requester, "what": ", ".join(each.title for each in changes(request, around.tools)),
        "cost_cents": request.cost_cents, "asked_at": request.asked_at, "expires_at": request.expires_at,
    }  # fmt: skip


def _detail(around: Around, person: Principal, asked: Asked) -> ApprovalDetail:
    request = asked.request
    words = tuple(
        Word(approver=word.approver, approved=word.approved, reason=word.reason, decided_at=word.decided_at)
        for word in asked.words
    )
    return ApprovalDetail(
        **_summary(around, asked), subject=request.subject, revision=request.revision,
        priced_cents=request.priced_cents, tolerance_percent=request.tolerance_percent, reason=request.reason,
        changes=changes(request, around.tools), violations=request.violations, requirements=request.requirements,
        missing=tuple(lacking(request, asked.words)), words=words, why_not=_why_not(around, person, asked),
    )  # fmt: skip


def _why_not(around: Around, person: Principal, asked: Asked) -> str:
    state = asked.state(around.clock.now())
    if state != "open":
        return f"It is {state}."
    if any(word.approver == person.id for word in asked.words):
        return "You have said yes. Somebody else has to as well."
    return unentitled(asked.request, person)
