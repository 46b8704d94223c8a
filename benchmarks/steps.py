"""What the stages of a run work out, as five plain steps for engines that keep state and know nothing of clouds.

Each step takes the state and returns what is new in it, JSON as it is kept. There is no budget, no Grant, no receipt
and no ledger, and nobody asks for quotas: a peer does less with them than a run of ours does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from benchmarks.samples import arguments
from functions.binding import gate
from functions.registry import cloud_names, contract
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.prices.catalog import load_cloud
from mcp_handlers.prices.estimate import estimate
from mcp_handlers.tools import get_cost_estimate
from policies.engine.question import Call, question
from workflow.deploy.brief import brief
from workflow.language.rules_parser import RulesParser
from workflow.model.base import Json, digest
from workflow.model.principal import Principal

Step = Callable[[Json], Awaitable[Json]]
PERFORMED = ("create_storage_bucket", "submit_ml_job")


async def read(state: Json) -> Json:
    """The words as a workload, and what is to be asked for."""
    reading = await RulesParser().read(state["text"])
    return {"brief": brief(reading.workload).model_dump(mode="json")}


async def place(state: Json) -> Json:
    """The cheapest offer of every place on every cloud, and the cheapest of all."""
    told, names = state["brief"], get_cost_estimate.Input.model_fields
    given = {name: told[name] for name in names if name in told}
    wanted = get_cost_estimate.Input.model_validate(given | {"jurisdictions": told["residency"], "limit": 2000})
    offers = [offer for cloud in cloud_names() for offer in estimate(load_cloud(cloud), wanted).offers]
    return {"choice": min(offers, key=lambda one: one.cost.ranked).model_dump(mode="json")}


async def judge(state: Json) -> Json:
    """The gate's decision on each call."""
    cloud, principal = state["choice"]["offer"]["cloud"], Principal.model_validate(state["principal"])
    now = SystemClock().now()
    decisions = []
    for tool in PERFORMED:
        exact = arguments(cloud, tool)
        machine = load_cloud(cloud).machine(exact["machine"]) if "machine" in exact else None
        call = Call(tool=tool, risk=contract(tool).risk, cloud=cloud, arguments=exact)
        decisions.append(await gate().decide(question(principal, call, machine=machine, now=now)))
    return {"decisions": [each.model_dump(mode="json") for each in decisions]}


async def perform(state: Json) -> Json:
    """Each call, as if it went well."""
    cloud = state["choice"]["offer"]["cloud"]
    keys = [digest([state["run"], tool, cloud, arguments(cloud, tool)]) for tool in PERFORMED]
    return {"made": [{"cloud": cloud, "tool": tool, "id": key} for tool, key in zip(PERFORMED, keys, strict=True)]}


async def verify(state: Json) -> Json:
    """The health of what was made, as if it were well."""
    return {"health": [{"id": one["id"], "status": "healthy"} for one in state["made"]]}


STEPS: dict[str, Step] = {each.__name__: each for each in (read, place, judge, perform, verify)}
