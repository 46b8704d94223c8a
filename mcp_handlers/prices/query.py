"""Which prices fit a need, and which of them is the least, over one catalog.

The search goes machine by machine, the cheapest rate first, and stops where even a machine's lowest rate cannot win. A
price is compared by its whole cost (`Cost.ranked`), so what it costs to store and send in each region counts too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mcp_handlers.prices.candidates import ANY_GPU, Candidate, allowed_bits, families_named, machines, named
from mcp_handlers.prices.catalog import Catalog
from mcp_handlers.prices.cost import Stay
from mcp_handlers.prices.layout import ARCHES, PURCHASES, UNPUBLISHED
from mcp_handlers.tools.get_cost_estimate import Input

NO_LIMIT = 1 << 63


class Found(NamedTuple):
    """One fitting price, with its cost. They compare as they rank: by cost, then by name."""

    ranked: int
    region: str
    zone: str
    machine: str
    purchase: str
    row: int
    number: int


class Search:
    """A need made ready for one catalog."""

    def __init__(self, catalog: Catalog, wanted: Input, stay: Stay) -> None:
        self.catalog = catalog
        self.wanted = wanted
        self.stay = stay
        self._allowed = allowed_bits(catalog, wanted.regions, wanted.jurisdictions)
        self._arch = ARCHES.index(wanted.arch) if wanted.arch != "any" else None
        self._families = families_named(catalog, wanted.exclude_families)
        self._exclusions = [
            (exclusion.region, exclusion.zone, exclusion.machine, exclusion.purchase)
            for exclusion in wanted.exclude
            if exclusion.cloud == catalog.cloud
        ]
        self._extra = self._place_costs()

    def least(self, ceiling: int | None = None) -> Found | None:
        """The one price of the least cost, or None. None too if all cost more than `ceiling`."""
        best: Found | None = None
        floor = min((cost for region, cost in enumerate(self._extra) if self._allowed >> region & 1), default=0)
        limit = NO_LIMIT if ceiling is None else self.stay.highest_rate(ceiling - floor)
        for purchase in self._purchases():
            for candidate in self._fitting(purchase, limit):
                if candidate.lowest > limit:
                    break
                for row in self._rows(candidate, purchase, limit):
                    ranked = self._ranked(candidate, purchase, row)
                    if best is None or ranked <= best.ranked:
                        found = self._found(candidate, purchase, row, ranked)
                        best = found if best is None else min(best, found)
                        limit = min(limit, self.stay.highest_rate(best.ranked - floor))
        return best

    def least_of_each(self, *, by_machine: bool) -> tuple[list[Found], int]:
        """The least price of each region and purchase (and machine), and how many prices fitted in all."""
        least: dict[tuple[int, int, int], Found] = {}
        limits: dict[tuple[int, int, int], int] = {}
        matched = 0
        for purchase in self._purchases():
            for candidate in self._fitting(purchase, NO_LIMIT):
                for row in self._rows(candidate, purchase, NO_LIMIT):
                    matched += 1
                    region = self.catalog.place_region[self.catalog.place[row]]
                    group = (purchase, region, candidate.number if by_machine else -1)
                    if self.catalog.rate[row] > limits.get(group, NO_LIMIT):
                        continue
                    found = self._found(candidate, purchase, row, self._ranked(candidate, purchase, row))
                    if group not in least or found < least[group]:
                        least[group] = found
                        limits[group] = self.stay.highest_rate(found.ranked - self._extra[region])
        return sorted(least.values()), matched

    def _purchases(self) -> Sequence[int]:
        """Spot first: it is nearly always the cheaper, and what is found first cuts the rest short."""
        wanted = self.wanted.purchase
        return range(len(PURCHASES) - 1, -1, -1) if wanted == "any" else (PURCHASES.index(wanted),)

    def _ordered(self, purchase: int) -> tuple[Candidate, ...]:
        wanted = self.wanted
        if wanted.machine:
            return named(self.catalog, purchase, wanted.machine, wanted.vcpus)
        gpu = wanted.gpu or (ANY_GPU if wanted.gpu_count else None)
        return machines(self.catalog, purchase, gpu, wanted.vcpus)

    def _fitting(self, purchase: int, limit: int) -> Iterator[Candidate]:
        """The machines that fit, the lowest rate first, up to a rate of `limit`."""
        wanted, allowed, arch, families = self.wanted, self._allowed, self._arch, self._families
        memory_gib, gpu_count = wanted.memory_gib, wanted.gpu_count
        for candidate in self._ordered(purchase):
            lowest, regions, has_memory, has_gpus, has_arch, family, _, _, _ = candidate
            if lowest > limit:
                return
            if (
                has_memory >= memory_gib
                and regions & allowed
                and has_gpus >= gpu_count
                and (arch is None or has_arch == arch)
                and family not in families
            ):
                yield candidate

    def _rows(self, candidate: Candidate, purchase: int, limit: int) -> Iterator[int]:
        """The candidate's rows in allowed places, cheapest first, up to a rate of `limit`."""
        catalog, allowed = self.catalog, self._allowed
        rates, places, regions = catalog.rate, catalog.place, catalog.place_region
        for row in range(candidate.first, candidate.end):
            if rates[row] > limit:
                return
            if allowed >> regions[places[row]] & 1 and not (
                self._exclusions and self._excluded(candidate.number, purchase, places[row])
            ):
                yield row

    def _excluded(self, number: int, purchase: int, place: int) -> bool:
        """As Exclusion.covers: an empty field matches anything."""
        catalog = self.catalog
        region = catalog.regions[catalog.place_region[place]]
        here = (region, catalog.zones[place], catalog.machines[number], PURCHASES[purchase])
        return any(all(not a or a == b for a, b in zip(mine, here, strict=True)) for mine in self._exclusions)

    def _ranked(self, candidate: Candidate, purchase: int, row: int) -> int:
        """The whole cost at this row's price, as `Cost.ranked` has it."""
        catalog, stay = self.catalog, self.stay
        paid = stay.compute(catalog.rate[row])
        paid += stay.fee(paid, catalog.fee[candidate.number])
        if PURCHASES[purchase] == "spot":
            pct = catalog.interruption[row]
            paid += stay.rework(paid, None if pct == UNPUBLISHED else pct)
        return paid + self._extra[catalog.place_region[catalog.place[row]]]

    def _found(self, candidate: Candidate, purchase: int, row: int, ranked: int) -> Found:
        catalog, number = self.catalog, candidate.number
        place = catalog.place[row]
        region = catalog.regions[catalog.place_region[place]]
        return Found(ranked, region, catalog.zones[place], catalog.machines[number], PURCHASES[purchase], row, number)

    def _place_costs(self) -> Sequence[int]:
        """Storage and egress in each region: what the need costs there beside the machine."""
        catalog = self.catalog
        if not self.wanted.storage_gib and not self.wanted.egress_gib:
            return [0] * len(catalog.regions)
        return [
            sum(self.stay.place("machine", disk, object_, egress))
            for disk, object_, egress in zip(catalog.disk, catalog.object, catalog.egress, strict=True)
        ]
