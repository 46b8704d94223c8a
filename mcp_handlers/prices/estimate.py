"""Answers get_cost_estimate from one cloud's catalog."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from mcp_handlers.prices.candidates import allowed_regions
from mcp_handlers.prices.catalog import Catalog
from mcp_handlers.prices.cost import Stay, price
from mcp_handlers.prices.layout import ARCHES, UNPUBLISHED
from mcp_handlers.prices.query import Found, Search
from mcp_handlers.tools.get_cost_estimate import Input, Output, Priced
from workflow.model.offer import Offer


def estimate(catalog: Catalog, wanted: Input) -> Output:
    """What fits, cheapest first: exactly the least of all matching prices for each region and purchase (and machine,
    with `each="machine"`). Equal costs are in order of region, zone, machine and purchase.
    """
    if wanted.sells != "machine":
        return _stores(catalog, wanted)
    stay = stay_of(wanted)
    found, matched = Search(catalog, wanted, stay).least_of_each(by_machine=wanted.each == "machine")
    offers = tuple(_priced(catalog, each, stay) for each in found[: wanted.limit])
    return Output(offers=offers, matched=matched, snapshot=catalog.snapshot)


def cheapest(catalogs: Sequence[Catalog], wanted: Input) -> Priced | None:
    """The one offer of the least cost over these catalogs, found without listing the others. None if nothing fits."""
    if wanted.sells != "machine":
        offers = [offer for catalog in catalogs for offer in _stores(catalog, wanted).offers[:1]]
        return min(offers, key=lambda each: (each.cost.ranked, each.offer.cloud), default=None)
    stay = stay_of(wanted)
    least: tuple[int, str, Found, Catalog] | None = None
    for catalog in catalogs:
        found = Search(catalog, wanted, stay).least(ceiling=None if least is None else least[0])
        if found is not None and (least is None or (found.ranked, catalog.cloud) < least[:2]):
            least = (found.ranked, catalog.cloud, found, catalog)
    return None if least is None else _priced(least[3], least[2], stay)


def stay_of(wanted: Input) -> Stay:
    """The quantities of a need."""
    return Stay(
        nodes=wanted.nodes,
        hours=wanted.hours,
        storage_gib=wanted.storage_gib,
        egress_gib=wanted.egress_gib,
        managed=wanted.managed,
    )


def _priced(catalog: Catalog, found: Found, stay: Stay) -> Priced:
    """A found price as an offer with its cost."""
    number, row = found.number, found.row
    basis, _, observed = catalog.stamps[catalog.stamp[row]].partition(" ")
    pct = catalog.interruption[row]
    offer = Offer(
        **_place(catalog, catalog.place_region[catalog.place[row]]),
        zone=found.zone,
        machine=found.machine,
        family=catalog.families[catalog.family[number]],
        vcpus=catalog.vcpus[number],
        memory_gib=catalog.memory[number],
        gpu=catalog.gpus[catalog.gpu[number]] or None,
        gpu_count=catalog.gpu_count[number],
        arch=cast(Any, ARCHES[catalog.arch[number]]),
        purchase=cast(Any, found.purchase),
        compute_micros_hour=catalog.rate[row],
        fee_pct=catalog.fee[number],
        interruption_pct=pct if found.purchase == "spot" and pct != UNPUBLISHED else None,
        observed=date.fromisoformat(observed),
        basis=cast(Any, basis),
    )
    return Priced(offer=offer, cost=price(offer, stay))


def _stores(catalog: Catalog, wanted: Input) -> Output:
    """Buckets or disks: one offer for each region, at the region's own rate."""
    stay = stay_of(wanted)
    allowed = allowed_regions(catalog, wanted.regions, wanted.jurisdictions)
    offers = [_store(catalog, region, wanted) for region, may in enumerate(allowed) if may]
    fitting = [offer for offer in offers if not any(exclusion.covers(offer) for exclusion in wanted.exclude)]
    ranked = sorted(
        (Priced(offer=offer, cost=price(offer, stay)) for offer in fitting),
        key=lambda each: (each.cost.ranked, each.offer.region),
    )
    return Output(offers=tuple(ranked[: wanted.limit]), matched=len(ranked), snapshot=catalog.snapshot)


def _store(catalog: Catalog, region: int, wanted: Input) -> Offer:
    basis, _, observed = catalog.stamps[catalog.region_stamp[region]].partition(" ")
    return Offer(
        **_place(catalog, region), sells=wanted.sells, observed=date.fromisoformat(observed), basis=cast(Any, basis)
    )


def _place(catalog: Catalog, region: int) -> dict[str, Any]:
    """What an offer says of its region."""
    return {
        "cloud": catalog.cloud,
        "region": catalog.regions[region],
        "disk_micros_gib_month": catalog.disk[region],
        "object_micros_gib_month": catalog.object[region],
        "egress_micros_gib": catalog.egress[region],
        "jurisdictions": catalog.jurisdictions[region],
        "snapshot": catalog.snapshot,
    }
