"""What a schedule starts: one look at everything that lives, and the next step of what was found before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import groupby

from functions.cli.workbench import workbench
from functions.reevaluate.terms import reevaluation_terms
from functions.serve.settings import Settings
from mcp_handlers.kernel.clock import SystemClock
from workflow.deploy.conduct import resume, start
from workflow.deploy.context import Context
from workflow.deploy.graph import Graph
from workflow.model.base import Json, Noun
from workflow.model.deployment import Deployment, Saving
from workflow.model.errors import ControlDown, TollgateError
from workflow.model.ports import Event, Reading
from workflow.model.reevaluation import Reevaluation
from workflow.model.run import Run
from workflow.model.workload import Request, Workload
from workflow.reevaluate.carry import Conduct
from workflow.reevaluate.everything import close_gone, deployments
from workflow.reevaluate.look import Looked, look
from workflow.reevaluate.moves import mover
from workflow.store.store import open_store


class Line(Noun):
    """One deployment: what a look at it came to, or why it could not be looked at."""

    deployment: str
    looked: Looked | None = None
    error: str = ""


class Ticked(Noun):
    """A whole round. `ended` are savings whose deployment is gone."""

    lines: tuple[Line, ...]
    ended: tuple[Saving, ...] = ()

    def summary(self) -> Json:
        """How many deployments were looked at, why some could not be, and how many savings ended."""
        failed = {line.deployment: line.error for line in self.lines if line.error}
        return {"looked": len(self.lines) - len(failed), "failed": failed, "ended": len(self.ended)}


async def tick(told: Settings, *, dry_run: bool, observer: Callable[[Event], None] = lambda event: None) -> Ticked:
    """Look at every live deployment. One that cannot be looked at keeps no other from it."""
    terms = reevaluation_terms()
    async with open_store(told.database) as store:
        live = await deployments(store)
        ended = () if dry_run else tuple(await close_gone(store, live, SystemClock().now()))
    lines: list[Line] = []
    for _, theirs in groupby(sorted(live, key=_owner), key=_owner):
        lines += await _of_owner(told, list(theirs), terms, observer, dry_run=dry_run)
    return Ticked(lines=tuple(sorted(lines, key=lambda line: line.deployment)), ended=ended)


async def _of_owner(
    told: Settings, theirs: list[Deployment], terms: Reevaluation, observer: Callable[[Event], None], *, dry_run: bool
) -> list[Line]:
    who = mover(theirs[0].record.request.principal, terms)
    async with workbench(told, who, observer, lambda tool, cloud, seconds: None) as (context, graph):
        conducts = _conduct(context, graph)
        return [await _line(context, conducts, each, terms, dry_run=dry_run) for each in theirs]


async def _line(
    context: Context, conducts: Conduct, deployment: Deployment, terms: Reevaluation, *, dry_run: bool
) -> Line:
    try:
        looked = await look(context, conducts, deployment, terms, dry_run=dry_run)
    except ControlDown:
        raise
    except TollgateError as error:
        return Line(deployment=deployment.run, error=f"{error.code}: {error.message}")
    return Line(deployment=deployment.run, looked=looked)


class _Known:
    """The Language port for words whose meaning is known."""

    def __init__(self, work: Workload) -> None:
        self._work = work

    async def read(self, text: str) -> Reading:
        """What the words meant when they were read first, in the place that was found."""
        return Reading(workload=self._work, reader="record", notes=("Read when it was first asked for.",))


def _conduct(context: Context, graph: Graph) -> Conduct:
    async def conduct(request: Request, work: Workload) -> Run:
        # One attempt: what fails leaves the old place as it is, and is looked at again in the next round.
        mine = replace(context, language=_Known(work), max_attempts=1)
        begun = await context.store.get_run(request.id)
        return await (start(mine, graph, request) if begun is None else resume(mine, graph, request.id))

    return conduct


def _owner(deployment: Deployment) -> str:
    return deployment.record.request.principal.model_dump_json()
