"""What a stay costs: pure integer arithmetic in microdollars, every part rounded up to a whole one.

- compute: hourly rate × nodes × hours.
- fee: the managed service's percentage of compute, where the work is managed.
- storage: GiB × nodes × the disk rate × months; for a bucket GiB × the object rate × months. A disk by itself
  is priced as a machine's.
- egress: GiB × the internet egress rate. Traffic to another cloud is internet egress.
- rework: what spot interruptions are expected to cost in work done twice, see `Stay.rework`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from workflow.model.money import HOURS_PER_MONTH
from workflow.model.offer import Offer
from workflow.model.plan import Cost

CHECKPOINT_HOURS = 4
"""Work is taken to be saved at least this often. An interruption loses half of an interval on average."""
RESTART_QUARTERS = 1
"""Quarters of an hour until a replacement machine works again: start, image, data."""
UNPUBLISHED_PCT = 25
"""The monthly chance of interruption where a cloud publishes none: that of the worst band that any cloud publishes."""


class Ratio(NamedTuple):
    """An exact quantity."""

    top: int
    bottom: int

    def of(self, micros: int) -> int:
        """`micros` per unit times this many units, rounded up."""
        return -(-micros * self.top // self.bottom)


def ratio(number: float) -> Ratio:
    """The number as it is written in decimal, exactly."""
    return Ratio(*Decimal(str(number)).as_integer_ratio())


class Stay:
    """One need's quantities, made ready to price many offers. Storage is per node; egress is for the whole stay."""

    def __init__(self, *, nodes: int, hours: float, storage_gib: float, egress_gib: float, managed: bool) -> None:
        exact, gib = ratio(hours), ratio(storage_gib)
        self.hours = hours
        self.managed = managed
        self._machine_hours = Ratio(exact.top * nodes, exact.bottom)
        self._bucket = Ratio(gib.top * exact.top, gib.bottom * exact.bottom * HOURS_PER_MONTH)
        self._disks = Ratio(self._bucket.top * nodes, self._bucket.bottom)
        self._egress = ratio(egress_gib)
        self._lost = self._lost_share(exact)

    def compute(self, rate: int) -> int:
        """All machines for the whole stay, at `rate` an hour each."""
        return self._machine_hours.of(rate)

    def highest_rate(self, paid: int) -> int:
        """The highest hourly rate whose compute is no more than `paid`."""
        return paid * self._machine_hours.bottom // self._machine_hours.top

    def fee(self, compute: int, pct: int) -> int:
        """What the managed service adds; nothing where the work is not managed."""
        return -(-compute * pct // 100) if self.managed else 0

    def place(self, sells: str, disk: int, object_: int, egress: int) -> tuple[int, int]:
        """Storage and egress at a region's rates: what does not depend on the machine."""
        storage = self._bucket.of(object_) if sells == "bucket" else self._disks.of(disk)
        return storage, self._egress.of(egress)

    def rework(self, paid: int, interruption_pct: int | None) -> int:
        """The expected price of the work that spot interruptions undo, of a stay that costs `paid` in machines.

        The monthly chance is spread evenly over a month's hours, as a rate per hour. Each interruption costs half of
        what was done since the last checkpoint, and the time to restart. So the share of the work done twice is
        chance / 730 × (min(hours, CHECKPOINT_HOURS) / 2 + restart).
        """
        pct = UNPUBLISHED_PCT if interruption_pct is None else interruption_pct
        return -(-paid * pct * self._lost.top // (100 * self._lost.bottom))

    @staticmethod
    def _lost_share(hours: Ratio) -> Ratio:
        """(min(hours, checkpoint) / 2 + restart) / 730."""
        until_saved = min(hours, Ratio(CHECKPOINT_HOURS, 1), key=lambda length: length.top / length.bottom)
        top = 2 * until_saved.top + RESTART_QUARTERS * until_saved.bottom
        return Ratio(top, 4 * until_saved.bottom * HOURS_PER_MONTH)


def price(offer: Offer, stay: Stay) -> Cost:
    """The offer's cost for the stay."""
    compute = stay.compute(offer.compute_micros_hour)
    fee = stay.fee(compute, offer.fee_pct)
    storage, egress = stay.place(
        offer.sells, offer.disk_micros_gib_month, offer.object_micros_gib_month, offer.egress_micros_gib
    )
    rework = stay.rework(compute + fee, offer.interruption_pct) if offer.purchase == "spot" else 0
    return Cost(hours=stay.hours, compute=compute, fee=fee, storage=storage, egress=egress, rework=rework)
