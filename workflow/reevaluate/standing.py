"""What is known of a deployment when it is looked at: what it pays, what was found before, what stands in the way."""

from __future__ import annotations

from datetime import datetime

from mcp_handlers.tools.get_cost_estimate import Priced
from workflow.deploy.brief import Brief
from workflow.model.base import Noun
from workflow.model.deployment import Deployment, Saving
from workflow.model.emergency import Freeze
from workflow.model.money import HOURS_PER_MONTH, cents
from workflow.model.plan import Cost
from workflow.model.principal import Principal
from workflow.model.workload import Workload


class Standing(Noun):
    """`work` is what was asked for first, before any move, and `brief` the same worked out. `pays` is the same machine
    at today's price, `open` the saving that was found before and still is, `settled_at` when it last was moved or
    somebody last said no."""

    deployment: Deployment
    work: Workload
    brief: Brief
    pays: Priced
    open: Saving | None = None
    settled_at: datetime | None = None
    freezes: tuple[Freeze, ...] = ()

    @property
    def owner(self) -> Principal:
        """Who asked for it."""
        return self.deployment.record.request.principal

    @property
    def ends_in_hours(self) -> float | None:
        """How long it was asked for, in hours from its start; None for what stays until it is released."""
        return self.work.hours

    def stopped(self, clouds: tuple[str, ...]) -> Freeze | None:
        """The freeze that stops writes for its tenant on one of these clouds."""
        for freeze in self.freezes:
            mine = {"global": True, "tenant": freeze.name == self.owner.tenant, "cloud": freeze.name in clouds}
            if mine[freeze.scope]:
                return freeze
        return None


def month_cents(cost: Cost) -> int:
    """A month of it in cents, with the expected price of interruptions."""
    return cents(month_micros(cost.ranked, cost.hours))


def month_micros(micros: int, hours: float) -> int:
    """What comes to `micros` in so many hours, for a month; rounded up."""
    top, bottom = float(hours).as_integer_ratio()
    return -(-micros * HOURS_PER_MONTH * bottom // top)
