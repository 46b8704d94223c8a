"""What it costs to move, once: data that leaves, hours that both places run, what is owed for the old one, effort."""

from __future__ import annotations

from datetime import UTC, datetime, time

from workflow.model.base import Noun
from workflow.model.money import HOURS_PER_MONTH, amount_micros, cents
from workflow.model.offer import Offer
from workflow.model.reevaluation import Reevaluation
from workflow.reevaluate.standing import Standing, month_micros


class Migration(Noun):
    """In cents, each rounded up."""

    data_cents: int
    overlap_cents: int
    owed_cents: int
    effort_cents: int

    @property
    def cents(self) -> int:
        """All of it."""
        return self.data_cents + self.overlap_cents + self.owed_cents + self.effort_cents


def migration(standing: Standing, target: Offer, terms: Reevaluation, now: datetime) -> Migration:
    """Data leaves at the old place's rate of egress. While both run, the old one is paid for nothing. Under a
    commitment its machines are paid to the end of it, used or not."""
    here, paid = standing.pays.offer, standing.pays.cost
    leaves = (here.cloud, here.region) != (target.cloud, target.region)
    gib = standing.brief.storage_gib * standing.brief.nodes if leaves else 0
    machines = month_micros(paid.compute + paid.fee, paid.hours)
    return Migration(
        data_cents=cents(amount_micros(here.egress_micros_gib, gib)),
        overlap_cents=cents(_for_hours(month_micros(paid.total, paid.hours), terms.overlap_hours)),
        owed_cents=cents(_for_hours(machines, _committed_hours(standing, terms, now))),
        effort_cents=terms.effort_cents,
    )


def _committed_hours(standing: Standing, terms: Reevaluation, now: datetime) -> int:
    """Hours, rounded up, for which its machines are committed."""
    here, tenant = standing.pays.offer, standing.owner.tenant
    ends = [
        datetime.combine(each.until, time(), UTC)
        for each in terms.commitments
        if (each.tenant, each.cloud) == (tenant, here.cloud) and here.family in each.families
    ]
    return max((-(-int((end - now).total_seconds()) // 3600) for end in ends if end > now), default=0)


def _for_hours(month: int, hours: int) -> int:
    return -(-month * hours // HOURS_PER_MONTH)
