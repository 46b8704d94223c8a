"""First stage: read the words, fix what they left open."""

from __future__ import annotations

from workflow.deploy.brief import brief
from workflow.deploy.context import Context
from workflow.deploy.deadline import dated, told
from workflow.deploy.pause import defer
from workflow.deploy.state import State, Trouble, dump
from workflow.deploy.thin import check_priceable
from workflow.model.errors import BadRequest
from workflow.model.workload import Request, Workload


async def plan(context: Context, state: State) -> State:
    """Text → Workload → Brief. Coming back from a place that is down, the words are not read again."""
    request = Request.model_validate(state["request"])
    try:
        if state.get("workload"):
            workload = Workload.model_validate(state["workload"])
        else:
            reading = await context.language.read(request.text)
            workload, notes = reading.workload, (*reading.notes, *told(reading.workload, request.submitted_at))
            body = {"text": request.text, "workload": dump(workload), "reader": reading.reader, "notes": notes}
            await context.journal.write(request, "parsed", body)
        workload = dated(workload, request.submitted_at)
        check_priceable(workload)
        wanted = brief(workload)
        _check_clouds(wanted.clouds, context.clouds)
    except BadRequest as error:
        return {"trouble": dump(Trouble.of(error)), "next": "finisher"}
    body = {"workload": dump(workload), "brief": dump(wanted), "exclusions": state.get("exclusions", [])}
    await context.journal.write(request, "planned", body)
    return {"workload": dump(workload), "trouble": None, **await defer(context, request, workload, wanted, state)}


def _check_clouds(asked: tuple[str, ...], known: tuple[str, ...]) -> None:
    missing = [cloud for cloud in asked if cloud not in known]
    if missing:
        raise BadRequest(f"There are no tools for {', '.join(missing)}.", f"Choose among {', '.join(known)}.")
