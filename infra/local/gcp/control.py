"""The local cloud's own switchboard: health, faults and reset, below `/_tollgate`."""

from __future__ import annotations

from pydantic import ValidationError

from infra.local.faults import Fault
from infra.local.gcp.wire import ApiError, Call, Reply, invalid
from infra.local.gcp.world import World


def answer(world: World, call: Call) -> Reply:
    """Answer one call below `/_tollgate`. Raises ApiError."""
    match call.method, call.segments[1:]:
        case "GET", ("health",):
            return Reply({"status": "ok", "cloud": "gcp"})
        case "GET", ("faults",):
            return Reply([fault.model_dump(mode="json") for fault in world.faults.list()])
        case "POST", ("faults",):
            return _add(world, call)
        case "DELETE", ("faults",):
            world.faults.clear()
            return Reply(code=204)
        case "POST", ("reset",):
            world.reset()
            return Reply(code=204)
    raise ApiError(404, "notFound", f"No such control: {call.operation}")


def _add(world: World, call: Call) -> Reply:
    try:
        fault = Fault.model_validate(call.body)
    except ValidationError as problem:
        raise invalid(str(problem)) from None
    world.faults.add(fault)
    return Reply(fault.model_dump(mode="json"), code=201)
