"""A move as values: who does it, what is asked for, what a yes is to, what comes after the new place is up. Pure."""

from __future__ import annotations

from datetime import datetime

from mcp_handlers.tools import failover_route, release_resource
from mcp_handlers.tools.contract import Tool
from workflow.deploy.draft import draft
from workflow.deploy.state import dump
from workflow.model.base import Cloud, Noun, digest
from workflow.model.deployment import Deployment, Saving
from workflow.model.plan import Plan, Step, effect_key
from workflow.model.principal import Principal
from workflow.model.reevaluation import Reevaluation
from workflow.model.workload import Request, Workload
from workflow.reevaluate.standing import Standing
from workflow.reevaluate.verdict import route_of


def mover(owner: Principal, terms: Reevaluation) -> Principal:
    """Who moves what `owner` asked for: the same person by the schedule, with what policy lets the schedule do."""
    return owner.model_copy(update={"channel": "schedule", "roles": tuple(sorted({*owner.roles, *terms.roles}))})


def request_of(deployment: Deployment, name: str, terms: Reevaluation, now: datetime) -> Request:
    """The same work asked for once more. The last line says why; no reader takes a wish from it."""
    asked = deployment.record.request
    text = f"{asked.text}\n(Scheduled: the same for less than run {deployment.run}.)"
    changes = {"id": name, "text": text, "principal": mover(asked.principal, terms), "submitted_at": now}
    return asked.model_copy(update=changes)


def pinned(work: Workload, saving: Saving) -> Workload:
    """What is needed, in the place that was found for it and no other."""
    place = {"clouds": (saving.offer.cloud,), "regions": (saving.offer.region,), "purchase": saving.offer.purchase}
    return work.model_copy(update=place)


class Move(Noun):
    """`plan` is all that a yes is to: the new place, then `after`, which is done once the new place is well."""

    plan: Plan
    after: tuple[Step, ...]


def move_of(standing: Standing, saving: Saving, terms: Reevaluation) -> Move:
    """Exactly what would be done. The new place is drafted as its run will draft it."""
    request = request_of(standing.deployment, saving.id, terms, saving.found_at)
    new = draft(request, standing.brief, saving.offer, saving.cost, attempt=0)
    after = cutover(standing, saving, terms)
    return Move(plan=new.model_copy(update={"steps": (*new.steps, *after)}), after=after)


def cutover(standing: Standing, saving: Saving, terms: Reevaluation) -> tuple[Step, ...]:
    """Traffic to the new place, where there is a record of it; then the old one is released, the last made first."""
    tenant = standing.owner.tenant
    here, there = standing.pays.offer.cloud, saving.offer.cloud
    route, steps = route_of(standing, terms), []
    if route is not None and here != there:
        moves = failover_route.Input(
            region=route.region,
            zone=route.zone,
            record=route.record,
            type=route.type,
            tenant=tenant,
            from_target=route.targets[here],
            to_target=route.targets[there],
        )
        steps.append(_step(tenant, saving.id, "move-traffic", failover_route.TOOL, route.cloud, moves))
    for number, resource in enumerate(reversed(standing.deployment.record.resources)):
        if resource in standing.deployment.resources:
            release = release_resource.Input(resource=resource, tenant=tenant)
            name = f"release-{number}"
            steps.append(_step(tenant, saving.id, name, release_resource.TOOL, resource.cloud, release))
    return tuple(steps)


def saving_id(deployment: str, now: datetime) -> str:
    """A name for what was found now, and for the run that would move it."""
    return f"m{now:%y%m%d%H%M%S}-{digest([deployment, now.isoformat()])[:6]}"


def _step(tenant: str, run: str, name: str, tool: Tool, cloud: Cloud, wanted: Noun) -> Step:
    arguments = dump(wanted)
    key = effect_key(tenant, run, name, tool.name, cloud, arguments)
    return Step(
        name=name, tool=tool.name, cloud=cloud, arguments=arguments, key=key, cost_cents=0, version=tool.version
    )
