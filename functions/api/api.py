"""The whole API: one HTTP request in, one answer out. Whether a web server or a function serves it is all the same."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from functions.api import approvals, course, house, judged, runs
from functions.api.around import Answered, Around
from functions.api.call import Call, Web, body_of, names_in, query_of
from functions.api.etag import etag, unchanged
from functions.api.operation import Operation
from functions.api.operations import OPERATIONS
from functions.api.problem import NoMethod, problem
from functions.api.stream import Pace, after_of, stream
from mcp_handlers.kernel import faults
from mcp_handlers.kernel.identity import Identity
from mcp_handlers.kernel.response import Response, json_response
from workflow.control.rate import Buckets, Effort, Limits
from workflow.model.base import Noun
from workflow.model.errors import NotFound, Overloaded, TollgateError
from workflow.model.principal import Principal

Handler = Callable[[Around, Call], Awaitable[Noun | Answered]]
HANDLERS: dict[str, Handler] = {
    "getHealth": house.health, "getCaller": house.caller, "listRuns": runs.list_runs, "startRun": runs.start,
    "getRun": runs.get, "listRunEvents": runs.list_events, "getCandidates": course.candidates,
    "replayRun": course.replay, "cancelRun": runs.cancel, "answerRun": runs.answer, "previewPlan": course.preview,
    "listApprovals": approvals.list_approvals, "getApproval": approvals.get, "decideApproval": approvals.decide,
    "getCosts": house.costs, "getSavings": house.savings, "getPolicies": house.policies,
    "listDenials": judged.denials, "listShadowDifferences": judged.shadow, "listLedger": house.ledger,
    "verifyLedger": house.verify, "listTools": house.tools, "getTool": house.tool, "listClouds": house.clouds,
}  # fmt: skip
HEAVY = frozenset({"replayRun", "verifyLedger", "previewPlan"})
"""What takes long, or goes through much of the store."""
STREAMS = 20
"""Streams that one principal may hold open in one process."""
SECURE = {"x-content-type-options": "nosniff"}
_NOBODY = Principal(id="nobody", tenant="nobody", roles=())

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Api:
    """`metadata` is the address that tells a client where to sign in (RFC 9728), if people can."""

    around: Around
    identity: Identity
    limits: Limits
    buckets: Buckets
    metadata: str = ""
    pace: Pace = field(default_factory=Pace)
    _streams: dict[tuple[str, str], int] = field(default_factory=dict)

    async def answer(self, web: Web) -> Response | AsyncIterator[str]:
        """The answer to a request, or the events of a stream. Never raises."""
        try:
            call = await self._call(web)
            found = await self._stream(call) if call.operation.answer is None else await self._answered(call)
        except TollgateError as error:
            found = problem(error, self.metadata)
            if isinstance(error, NoMethod):
                found.headers["allow"] = error.remedy.removeprefix("Send ").rstrip(".")
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer
            log.error("unexpected %s in the API", faults.told(error))
            found = problem(TollgateError("Something went wrong here, and was written down.", "Report it."))
        if isinstance(found, Response):
            found.headers.update(SECURE)
        return found

    async def _call(self, web: Web) -> Call:
        operation, names = _found(web.method, web.path)
        principal = _NOBODY
        if not operation.anyone:
            principal = await self.identity.authenticate(web.headers, writes=operation.writes)
            self._paced(operation, principal)
        return Call(
            operation, principal, names, query_of(operation, web.query), body_of(operation, web.headers, web.body),
            web.headers,
        )  # fmt: skip

    def _paced(self, operation: Operation, principal: Principal) -> None:
        effort: Effort = "heavy" if operation.name in HEAVY else "write" if operation.writes else "read"
        limit = self.limits.api[effort]
        said = f"{principal.id} asks more often than it may."
        self.buckets.take((principal.tenant, principal.id, f"api {effort}"), limit, said)

    async def _answered(self, call: Call) -> Response:
        found = await HANDLERS[call.operation.name](self.around, call)
        whole = found if isinstance(found, Answered) else Answered(found)
        headers, body = dict(whole.headers or {}), whole.body.model_dump(mode="json")
        if call.operation.tagged or call.operation.matched:
            headers["etag"] = etag(body)
            # To be asked about each time, and kept by the asker only.
            headers["cache-control"] = "private, no-cache"
            if call.operation.tagged and unchanged(call.headers, headers["etag"]):
                return Response(304, headers=headers)
        return json_response(whole.status or call.operation.status, body, headers)

    async def _stream(self, call: Call) -> AsyncIterator[str]:
        (name,), after = call.names, after_of(call.headers)
        run = await self.around.intake.find(call.principal, name)
        return self._counted((call.principal.tenant, call.principal.id), stream(self.around, run, after, self.pace))

    def _counted(self, who: tuple[str, str], events: AsyncIterator[str]) -> AsyncIterator[str]:
        if self._streams.get(who, 0) >= STREAMS:
            raise Overloaded(f"{who[1]} follows {STREAMS} runs already.", "Close one first.", 5.0)

        async def counted() -> AsyncIterator[str]:
            self._streams[who] = self._streams.get(who, 0) + 1
            try:
                async for event in events:
                    yield event
            except TollgateError as error:
                # The reader comes again after the last entry that it has.
                log.warning("a stream broke off", extra={"code": error.code})
            finally:
                self._streams[who] -= 1

        return counted()


def _found(method: str, path: str) -> tuple[Operation, tuple[str, ...]]:
    """The operation that is asked for. Raises NotFound, NoMethod."""
    methods = []
    for operation in OPERATIONS:
        names = names_in(path, operation.path)
        if names is None:
            continue
        if operation.method == method or (operation.method == "GET" and method == "HEAD" and operation.answer):
            return operation, names
        methods.append(operation.method)
    if methods:
        raise NoMethod(f"{method[:16]} is not for this address.", f"Send {', '.join(methods)}.")
    raise NotFound("There is nothing at this address.", "docs/openapi.json lists what there is.")
