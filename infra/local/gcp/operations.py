"""Compute's long-running operations. One is done when it is first asked about, or after `SETTLES_AFTER` seconds."""

from __future__ import annotations

import time

from infra.local.gcp.wire import Call, Reply, invalid, not_found, page
from infra.local.gcp.world import Operation, Scope, World, now
from workflow.model.base import Json

SETTLES_AFTER = 0.2


def begin(
    world: World,
    call: Call,
    scope: Scope,
    kind: str,
    link: str,
    target: Json | None = None,
    *,
    outcome: str = "",
    error: Json | None = None,
) -> Reply:
    """Start an operation on the resource at `link`, and remember it under the call's requestId.

    When it is done, `target` takes the status `outcome`, or the operation shows `error` (code and message). A delete
    ends what was still under way with the same resource.
    """
    if kind == "delete":
        for earlier in world.operations.values():
            if earlier.view["targetLink"] == link:
                settle(earlier)
    number = world.new_id()
    base = f"{call.host}/compute/v1/projects/{scope[0]}/{scope[1]}"
    view: Json = {
        "kind": "compute#operation",
        "id": number,
        "name": f"operation-{number}",
        "operationType": kind,
        "targetLink": link,
        "targetId": (target or {}).get("id", number),
        "status": "RUNNING",
        "progress": 0,
        "user": "local@tollgate.test",
        "insertTime": now(),
        "startTime": now(),
        "selfLink": f"{base}/operations/operation-{number}",
    }
    if scope[1] != "global":
        view[scope[1].partition("/")[0].rstrip("s")] = base
    operation = Operation(view, scope, target, outcome, error, time.monotonic() + SETTLES_AFTER)
    world.operations[view["name"]] = operation
    if request := call.query.get("requestId"):
        world.requests[scope, request] = (call.operation, operation)
    return Reply(dict(view))


def repeated(world: World, call: Call, scope: Scope) -> Reply | None:
    """The operation that an earlier call with the same requestId began, or None."""
    request = call.query.get("requestId", "")
    asked, operation = world.requests.get((scope, request), ("", None))
    if not request or operation is None:
        return None
    if asked != call.operation:
        raise invalid(f"Invalid value for field 'requestId': '{request}'. It was used for another request.")
    settle_due(world)
    return Reply(operation.view)


def settle_due(world: World) -> None:
    """End every operation whose time has come."""
    for operation in world.operations.values():
        if time.monotonic() >= operation.settles_at:
            settle(operation)


def settle(operation: Operation) -> None:
    """End an operation, unless it has ended."""
    view, error = operation.view, operation.error
    if view["status"] == "DONE":
        return
    view |= {"status": "DONE", "progress": 100, "endTime": now()}
    if error:
        view |= {"error": {"errors": [error]}, "httpErrorStatusCode": 503, "httpErrorMessage": "SERVICE UNAVAILABLE"}
    elif operation.target is not None and operation.outcome:
        operation.target["status"] = operation.outcome


def answer(world: World, call: Call, scope: Scope, tail: tuple[str, ...]) -> Reply:
    """`operations`, `operations/NAME` and `operations/NAME/wait`; the number stands for the name too."""
    mine = [item for item in world.operations.values() if item.scope == scope]
    if len(tail) == 1:
        items, more = page([item.view for item in mine], call.query)
        return Reply({"kind": "compute#operationList", "items": items, **more})
    for item in mine:
        if tail[1] in (item.view["name"], item.view["id"]):
            settle(item)
            return Reply(item.view)
    raise not_found("/".join(("projects", *scope, *tail)))
