"""Which effect a call is: for a run's call what the run says, and outside any run what is asked, of what, by whom.

A call outside a run has no name of its own, so it is told by itself whether it is sent again or meant again. What makes
something is meant once: the same call, whenever it comes, is about the thing that it made. What changes something is
meant again when somebody else's change, or the caller's own other one, has come between, or when it comes later than
`AGAIN` after it was done: a secret is rotated every month by the same call. Until then it is sent again, because an
answer was lost, and repeats nothing. Whoever knows better says so in `_meta`: `tollgate/step` names the occasion, and
`tollgate/since` (milliseconds since 1970, UTC) says when the call was first sent, as tasks do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mcp_handlers.kernel.intake import Taken
from workflow.model.base import Json, Risk, digest
from workflow.model.errors import BadRequest
from workflow.model.ports import Receipts
from workflow.model.principal import Principal
from workflow.model.resource import Receipt

RUN = "tollgate/run"
STEP = "tollgate/step"
SINCE = "tollgate/since"
DIRECT = "mcp-"
"""What the id of a call outside any run begins with."""
LATEST = 253_402_300_799_000
"""The end of the year 9999, in milliseconds."""
AGAIN: Mapping[Risk, timedelta] = {
    "read": timedelta(0),
    "write": timedelta(minutes=5),
    "destructive": timedelta(minutes=1),
}
"""How long after it was done the same change is taken for the same call: clients have given up repeating it by then.
Shorter for what takes away, because something of the same name may be there again, and twice is no more than once."""


@dataclass(frozen=True)
class Occasion:
    """The run and step whose effect a call is. `alone`: the run is none, and its money is this call's only."""

    run: str
    step: str
    alone: bool = False


async def occasion(
    receipts: Receipts, meta: Json, principal: Principal, cloud: str, taken: Taken, now: datetime
) -> Occasion:
    """What the call is part of. Raises BadRequest for a run or step that is none."""
    run, step = meta.get(RUN, ""), meta.get(STEP, "")
    named = isinstance(run, str) and isinstance(step, str) and max(len(run), len(step)) <= 64
    if not named or run.startswith(DIRECT):
        raise BadRequest(f"_meta {RUN} and {STEP} are short texts.", "Leave them out, or send the run's own id.")
    if run:
        return Occasion(run, step or "call")
    tool = taken.tool
    if step or not tool.subject:
        return Occasion(_direct([principal.id, tool.name, cloud, taken.sent]), step or "call", alone=True)
    place = _direct([principal.tenant, tool.name, cloud, {name: taken.exact.get(name) for name in tool.subject}])
    since, done = _since(meta), await receipts.list_receipts(place)
    if since is not None:
        done = [receipt for receipt in done if receipt.finished_at < since]
    who = digest([principal.id, taken.sent])[:12]
    return Occasion(place, _step(done, who, (since or now) - AGAIN[tool.risk]), alone=True)


def _since(meta: Json) -> datetime | None:
    said = meta.get(SINCE)
    if said is None:
        return None
    if not isinstance(said, int) or isinstance(said, bool) or not 0 < said <= LATEST:
        raise BadRequest(f"_meta {SINCE} is not a time.", "Send milliseconds since 1970 (UTC), or leave it out.")
    return datetime.fromtimestamp(said / 1000, UTC)


def _step(done: Sequence[Receipt], who: str, since: datetime) -> str:
    """The last change's step where that was this very call, since then; the next one otherwise. Of what made something
    it does not matter when."""
    if done:
        last, same = done[-1], f"{len(done)}-{who}"
        if last.step == same and (last.resources or last.finished_at > since):
            return same
    return f"{len(done) + 1}-{who}"


def _direct(what: object) -> str:
    return f"{DIRECT}{digest(what)[:12]}"
