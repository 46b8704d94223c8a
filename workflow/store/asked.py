"""The tables of requests for approval and of what people said to them. One request is used once.

The functions expect to be in the caller's transaction; one that writes, alone with the request. `open_key` is what may
be open once only: the database itself refuses a second open request for the same thing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from workflow.model.approval import Approval, ApprovalRequest, Asked, Closing
from workflow.model.base import digest
from workflow.model.errors import BadRequest, NotFound
from workflow.store.database import Transaction
from workflow.store.ledger import utc_text

_COLUMNS = "id, body, closed, used_by"


async def ask(transaction: Transaction, request: ApprovalRequest) -> tuple[Asked, bool]:
    """Keep the request, or find the open one of the same requester for the same subject: (it, whether it is new)."""
    key = digest([request.tenant, request.requester, request.kind, request.subject])
    await transaction.rows(
        "UPDATE approvals SET closed = 'expired', open_key = NULL WHERE open_key = ? AND expires_at <= ?",
        (key, utc_text(request.asked_at)),
    )
    rows = await transaction.rows(
        """INSERT INTO approvals (id, tenant, requester, subject, run, expires_at, body, open_key, closed, used_by)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '') ON CONFLICT (open_key) DO NOTHING RETURNING id""",
        (
            request.id, request.tenant, request.requester, request.subject, request.run,
            utc_text(request.expires_at), request.model_dump_json(), key,
        ),
    )  # fmt: skip
    if rows:
        return Asked(request=request), True
    ((found,),) = await transaction.rows("SELECT id FROM approvals WHERE open_key = ?", (key,))
    return await get(transaction, found), False


async def find(transaction: Transaction, name: str) -> Asked | None:
    """A request with its words, or None."""
    rows = await transaction.rows(f"SELECT {_COLUMNS} FROM approvals WHERE id = ?", (name,))  # noqa: S608
    return next(iter(await _asked(transaction, rows)), None)


async def get(transaction: Transaction, name: str) -> Asked:
    """A request with its words. Raises NotFound."""
    found = await find(transaction, name)
    if found is None:
        raise NotFound(f"There is no approval {name}.", "List them with `tollgate approvals list`.")
    return found


async def latest(transaction: Transaction, tenant: str, requester: str, subject: str) -> Asked | None:
    """The newest request of this person for this subject, or None."""
    rows = await transaction.rows(
        f"""SELECT {_COLUMNS} FROM approvals WHERE tenant = ? AND requester = ? AND subject = ?
            ORDER BY rowid DESC LIMIT 1""",  # noqa: S608
        (tenant, requester, subject),
    )
    return next(iter(await _asked(transaction, rows)), None)


async def listed(transaction: Transaction, tenant: str | None, unclosed: bool, limit: int) -> list[Asked]:
    """Newest first; of one tenant, or of all; `unclosed` leaves out those that were closed."""
    wanted = ("1 = 1",) if tenant is None else ("tenant = ?",)
    where = " AND ".join([*wanted, *(["closed = ''"] if unclosed else [])])
    rows = await transaction.rows(
        f"SELECT {_COLUMNS} FROM approvals WHERE {where} ORDER BY rowid DESC LIMIT ?",  # noqa: S608
        (*(() if tenant is None else (tenant,)), max(limit, 0)),
    )
    return await _asked(transaction, rows)


async def say(transaction: Transaction, word: Approval, now: datetime) -> tuple[Asked, bool]:
    """Keep a person's word: (the request with it, whether it is new). The same word twice is one.

    Raises NotFound, and BadRequest where the request is no longer open, is about something else, or the person said
    otherwise before.
    """
    asked = await get(transaction, word.request)
    before = next((w for w in asked.words if w.approver == word.approver), None)
    if before is not None and before.approved == word.approved:
        return asked, False
    if (state := asked.state(now)) != "open":
        raise BadRequest(f"The request {word.request} is {state}; nothing can be said to it any more.")
    if before is not None:
        raise BadRequest(f"{word.approver} has already approved {word.request}.", "Revoke it instead.")
    if word.subject != asked.request.subject:
        raise BadRequest(f"The word is on something else than {word.request} asks about.")
    await transaction.rows(
        "INSERT INTO approval_words (request, approver, body) VALUES (?, ?, ?)",
        (word.request, word.approver, word.model_dump_json()),
    )
    said = asked.model_copy(update={"words": (*asked.words, word)})
    if said.state(now) == "denied":
        await _close(transaction, word.request, "denied", "")
        return said.model_copy(update={"closed": "denied"}), True
    return said, True


async def close(transaction: Transaction, name: str, how: Closing, now: datetime) -> bool:
    """Close a request that is still open or approved, or whose time is over. False where it was closed before."""
    asked = await get(transaction, name)
    if asked.closed or (how == "expired" and now < asked.request.expires_at):
        return False
    await _close(transaction, name, how, "")
    return True


async def use(transaction: Transaction, name: str, by: str, now: datetime) -> bool:
    """Use an approved request up. True also for the use that has it already: `by` names one use."""
    asked = await get(transaction, name)
    if asked.closed == "used":
        return asked.used_by == by
    if asked.state(now) != "approved":
        return False
    await _close(transaction, name, "used", by)
    return True


async def issue(
    transaction: Transaction, nonce: str, request: str, person: str, now: datetime, expires: datetime
) -> None:
    """Remember a form's nonce, as its digest: it is good once, for this person and request. Forget those too old."""
    await transaction.rows("DELETE FROM approval_forms WHERE expires_at <= ?", (utc_text(now),))
    await transaction.rows(
        "INSERT INTO approval_forms (nonce, request, person, expires_at) VALUES (?, ?, ?, ?)",
        (_hashed(nonce), request, person, utc_text(expires)),
    )


async def redeem(transaction: Transaction, nonce: str, request: str, person: str, now: datetime) -> bool:
    """Use a form's nonce up. False where it is not there for this person and request, or too old."""
    rows = await transaction.rows(
        "DELETE FROM approval_forms WHERE nonce = ? AND request = ? AND person = ? RETURNING expires_at",
        (_hashed(nonce), request, person),
    )
    return any(utc_text(now) < expires for (expires,) in rows)


async def _close(transaction: Transaction, name: str, how: Closing, by: str) -> None:
    await transaction.rows(
        "UPDATE approvals SET closed = ?, used_by = ?, open_key = NULL WHERE id = ?", (how, by, name)
    )


async def _asked(transaction: Transaction, rows: Sequence[Sequence[str]]) -> list[Asked]:
    found = []
    for name, body, closed, used_by in rows:
        words = await transaction.rows("SELECT body FROM approval_words WHERE request = ? ORDER BY rowid", (name,))
        found.append(
            Asked(
                request=ApprovalRequest.model_validate_json(body),
                words=tuple(Approval.model_validate_json(word) for (word,) in words),
                closed=closed,
                used_by=used_by,
            )
        )
    return found


def _hashed(nonce: str) -> str:
    return hashlib.sha256(nonce.encode()).hexdigest()
