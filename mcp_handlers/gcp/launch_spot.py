"""Start spot machines on Compute Engine."""

from __future__ import annotations

from mcp_handlers.gcp import instances
from mcp_handlers.gcp.client import Clients
from mcp_handlers.prices import catalog
from mcp_handlers.tools.launch_spot import Input, Output
from workflow.model.errors import Rejected

PERMISSIONS = instances.LAUNCH


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """One spot instance per machine, deleted by Google when it takes the machine back. All or none.

    Compute Engine has no price ceiling of its own, so the ceiling is held against the price file, the worst of the
    zones that may be used. Raises TollgateError.
    """
    if wanted.max_price_micros_hour is not None:
        price = _spot_price(wanted)
        if price is None:
            raise Rejected(f"gcp: no spot price of {wanted.machine} in {wanted.zone or wanted.region} is known")
        if price > wanted.max_price_micros_hour:
            raise Rejected(
                f"gcp: the spot price of {wanted.machine} in {wanted.zone or wanted.region} is {price} microdollars "
                f"an hour, above the ceiling of {wanted.max_price_micros_hour}",
                "Raise the ceiling or take another offer.",
            )
    return Output(resources=instances.start(wanted, clients, key, spot=True))


def _spot_price(wanted: Input) -> int | None:
    """The highest spot price in the zone, or in the region's zones where none is named. Microdollars an hour."""
    prices = catalog.load_cloud("gcp")
    machine = prices.number(wanted.machine)
    if machine is None:
        return None
    block = 2 * machine + 1
    rows = range(prices.first[block], prices.first[block + 1])
    found = [prices.rate[row] for row in rows if _fits(wanted, prices, prices.place[row])]
    return max(found, default=None)


def _fits(wanted: Input, prices: catalog.Catalog, place: int) -> bool:
    if wanted.zone:
        return prices.zones[place] == wanted.zone
    return prices.regions[prices.place_region[place]] == wanted.region
