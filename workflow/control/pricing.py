"""What a call would cost: which estimate prices it, and the estimate as the gate's Price."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

from mcp_handlers.tools import get_cost_estimate
from mcp_handlers.tools.get_cost_estimate import Priced
from policies.engine.question import MachineFacts, Price
from workflow.model.base import Json
from workflow.model.money import HOURS_PER_MONTH, amount_micros, cents
from workflow.model.offer import Offer
from workflow.model.plan import Cost
from workflow.model.principal import Principal

Estimate = Callable[[Principal, str, Json], Awaitable[Priced | None]]
"""Ask a cloud's get_cost_estimate, as this principal: (principal, cloud, arguments) → the cheapest answer, or None."""

NOTHING = Price(total_cents=0, hourly_cents=0, machines_cents=0, monthly_cents=0)
FREE = frozenset({"release_resource", "rotate_secret", "failover_route"})
"""Writes that cost nothing by themselves. One that is neither here nor priced below has no price, and so is denied."""


def needs(tool: str, arguments: Json) -> Json | None:
    """The get_cost_estimate arguments that price a call, or None for a call that is not priced by one.

    Without a length of stay a month is reckoned with.
    """
    if tool == "create_storage_bucket":
        size = arguments["size_gib"] or 0
        wanted = get_cost_estimate.Input(
            sells="bucket", regions=(arguments["region"],), storage_gib=size, hours=HOURS_PER_MONTH
        )
    elif tool == "attach_volume":
        wanted = get_cost_estimate.Input(
            sells="disk", regions=(arguments["region"],), storage_gib=arguments["size_gib"], hours=HOURS_PER_MONTH
        )
    elif tool == "scale_nodepool":
        # So many may run from then on, without another question. At least one: the catalog must know the machine.
        wanted = get_cost_estimate.Input(
            machine=arguments["machine"],
            regions=(arguments["region"],),
            purchase="on_demand",
            nodes=max(arguments["maximum"], 1),
            hours=HOURS_PER_MONTH,
            limit=1,
        )
    elif tool in ("provision_compute", "launch_spot", "submit_ml_job"):
        purchase = "spot" if tool == "launch_spot" else arguments.get("purchase", "on_demand")
        wanted = get_cost_estimate.Input(
            machine=arguments["machine"],
            regions=(arguments["region"],),
            purchase=purchase,
            nodes=arguments["count"],
            hours=arguments["hours"] or HOURS_PER_MONTH,
            storage_gib=arguments["disk_gib"],
            managed=tool == "submit_ml_job",
            limit=1,
        )
    elif tool == "deploy_model":
        # A variant stays until it is released, and may grow to its maximum. The clouds sell a machine that serves at
        # the rate of one that trains.
        wanted = get_cost_estimate.Input(
            machine=arguments["machine"],
            regions=(arguments["region"],),
            purchase="on_demand",
            nodes=arguments["max_replicas"],
            hours=HOURS_PER_MONTH,
            managed=True,
            limit=1,
        )
    else:
        return None
    return wanted.model_dump(mode="json")


def charges(tool: str, arguments: Json) -> bool:
    """False for a call that starts no machine, though the gate judges it by one: moving an endpoint's traffic."""
    return tool != "deploy_model" or arguments["action"] == "deploy"


def price_of(cost: Cost, cap_cents: int | None = None, cap_per: Literal["run", "hour", "month"] | None = None) -> Price:
    """A cost as the gate sees it: in all, per hour and per month, in cents rounded up, with the request's own cap."""
    hourly = amount_micros(cost.total, 1 / cost.hours)
    return Price(
        total_cents=cents(cost.total),
        hourly_cents=cents(hourly),
        machines_cents=cents(amount_micros(cost.compute, 1 / cost.hours)),
        monthly_cents=cents(amount_micros(hourly, HOURS_PER_MONTH)),
        cap_cents=cap_cents,
        cap_per=cap_per,
    )


def machine_of(offer: Offer) -> MachineFacts | None:
    """What the catalog says of the machine that is offered; None for a bucket or a disk."""
    if offer.sells != "machine":
        return None
    return MachineFacts(
        name=offer.machine,
        family=offer.family,
        vcpus=offer.vcpus,
        memory_gib=offer.memory_gib,
        gpu=offer.gpu,
        gpu_count=offer.gpu_count,
    )
