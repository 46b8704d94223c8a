"""Azure's retail prices: no key, one region after another, every meter of a machine's hour.

The shape: `Items` and `NextPageLink`, as https://learn.microsoft.com/rest/api/cost-management/retail-prices says. An
item tells no size; that comes from the snapshot before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from mcp_handlers.prices.live.source import UNREADABLE, Composed, Item, Line, Page, Skipped, line
from mcp_handlers.prices.live.web import Web, changed
from workflow.model.ports import Clock

ADDRESS = "https://prices.azure.com/api/retail/prices"
VERSION = "2023-01-01-preview"
CAPACITY, PER_SECOND = 5, 2
"""No limit is published; too many calls are answered with 429 for about a minute."""


class _Meter(BaseModel):
    machine: str = Field(alias="armSkuName")
    region: str = Field(alias="armRegionName")
    product: str = Field(alias="productName")
    sku: str = Field(alias="skuName")
    unit: str = Field(alias="unitOfMeasure")
    currency: str = Field(alias="currencyCode")
    price: Decimal = Field(alias="retailPrice")
    since: AwareDatetime = Field(alias="effectiveStartDate")
    kind: str = Field(alias="type")
    until: AwareDatetime | None = Field(default=None, alias="effectiveEndDate")


class Azure:
    """The machines of `regions`, Linux, by the hour."""

    cloud = "azure"

    def __init__(self, web: Web, regions: Sequence[str], clock: Clock) -> None:
        """`web` reads below the price list's address."""
        self._web, self._regions, self._clock = web, regions, clock

    @property
    def address(self) -> str:
        """The price list's."""
        return self._web.base

    def parts(self) -> Sequence[str]:
        """The regions."""
        return self._regions

    def page(self, part: str, cursor: str) -> Page:
        """One region's page; the cursor is the link to the next, and is only followed to the same address."""
        wanted = f"serviceName eq 'Virtual Machines' and priceType eq 'Consumption' and armRegionName eq '{part}'"
        first = f"{self._web.base}?{urlencode({'api-version': VERSION, '$filter': wanted})}"
        answer = self._web.json(cursor or first, going_on=bool(cursor))
        items, following = answer.get("Items"), answer.get("NextPageLink")
        if not isinstance(items, list) or not isinstance(following, str | None):
            raise changed(self._web.base, "a page without Items and NextPageLink")
        found = [self._item(raw) for raw in items]
        dropped = Counter(each for each in found if isinstance(each, str))
        return Page(tuple(each for each in found if not isinstance(each, str)), following or "", dropped)

    def _item(self, raw: Any) -> Item | str:
        """The item, or why it is left out."""
        try:
            meter = _Meter.model_validate(raw)
        except ValidationError:
            return UNREADABLE
        return _unwanted(meter, self._clock.now()) or {
            "machine": meter.machine,
            "region": meter.region,
            "purchase": "spot" if meter.sku.endswith(" Spot") else "on_demand",
            "usd": str(meter.price),
        }

    def compose(self, items: Iterable[Item], known: Sequence[Line]) -> Composed:
        """A line per machine and region. Of two meters for the same thing the dearer counts."""
        sizes = {row["instance_type"]: row for row in reversed(known)}
        prices: dict[tuple[str, str], dict[str, Decimal]] = {}
        for item in items:
            mine = prices.setdefault((item["machine"], item["region"]), {})
            mine[item["purchase"]] = max(Decimal(item["usd"]), mine.get(item["purchase"], Decimal(0)))
        lines: list[Line] = []
        skipped: list[Skipped] = []
        for (machine, region), by_purchase in sorted(prices.items()):
            if machine not in sizes:
                skipped.append(Skipped(machine, region, "unknown size"))
            elif "on_demand" not in by_purchase:
                skipped.append(Skipped(machine, region, "no on-demand price"))
            else:
                spot = by_purchase.get("spot", "")
                lines.append(line(sizes[machine], region, "", by_purchase["on_demand"], spot))
        return Composed(tuple(lines), tuple(skipped))


def _unwanted(meter: _Meter, now: datetime) -> str:
    """Why a meter is none of a Linux machine's hour, or nothing."""
    reasons = {
        "Windows": "Windows" in meter.product,
        "Cloud Services": "Cloud Services" in meter.product or "CloudServices" in meter.product,
        "Low Priority": "Low Priority" in meter.sku,
        "no machine": not meter.machine,
        "another unit": meter.unit != "1 Hour" or meter.currency != "USD",
        "not in force": meter.since > now or (meter.until is not None and meter.until < now),
        "no on-demand or spot": meter.kind != "Consumption",
        "zero": meter.price == 0,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")
