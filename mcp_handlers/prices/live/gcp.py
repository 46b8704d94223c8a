"""Google Cloud's billing catalog: a rate per core, per GiB and per GPU, by region. Machines are composed from them.

Which of them make up a machine stands in no field; the descriptions tell (`gcp-skus.csv`). Sizes and zones come from
the snapshot before. What a machine has beside cores, memory and GPUs (local SSDs) nobody tells here, so what is
composed is checked against the price that the whole machine was listed at.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, Field, ValidationError

from mcp_handlers.prices.live.source import UNREADABLE, Composed, Item, Line, Page, Skipped, line
from mcp_handlers.prices.live.web import Web, changed

ADDRESS = "https://cloudbilling.googleapis.com"
PATH = "/v1/services/6F81-5844-456A/skus"
"""Compute Engine's."""
KEY_HEADER = "X-Goog-Api-Key"
PAGE_SIZE = 5000
CAPACITY, PER_SECOND = 5, 2
"""The API's quota is counted by the minute; a whole catalog is under ten pages."""
PURCHASES = {"OnDemand": "on_demand", "Preemptible": "spot"}
LOCAL_SSD = "-lssd"
"""How the name of a machine ends that has local SSDs. The snapshot of May 2026 lists them at the price without."""
UNITS = {"core": "h", "ram": "GiBy.h", "gpu": "h"}

Rates = Mapping[tuple[str, str, str, str], Decimal]
"""US dollars an hour by resource, series or GPU type, region and purchase."""


class _Category(BaseModel):
    usage: str = Field(alias="usageType")


class _Money(BaseModel):
    currency: str = Field(alias="currencyCode")
    units: int
    nanos: int = Field(ge=0, lt=10**9)


class _Tier(BaseModel):
    price: _Money = Field(alias="unitPrice")


class _Expression(BaseModel):
    unit: str = Field(alias="usageUnit")
    tiers: list[_Tier] = Field(alias="tieredRates", min_length=1)


class _Pricing(BaseModel):
    expression: _Expression = Field(alias="pricingExpression")


class _Sku(BaseModel):
    description: str
    category: _Category
    regions: list[str] = Field(alias="serviceRegions")
    pricing: list[_Pricing] = Field(alias="pricingInfo", min_length=1)


class Gcp:
    """The machines of the snapshot before, priced anew. `tolerance` is how far a composed price may be off: a share."""

    cloud = "gcp"

    def __init__(self, web: Web, tolerance: float) -> None:
        """`web` reads below the catalog's address and holds the key."""
        self._web, self._tolerance = web, tolerance
        with Path(__file__).with_name("gcp-skus.csv").open(encoding="utf-8", newline="") as file:
            self._patterns = [(re.compile(row["pattern"]), row["resource"], row["of"]) for row in csv.DictReader(file)]

    @property
    def address(self) -> str:
        """The catalog's."""
        return self._web.base

    def parts(self) -> Sequence[str]:
        """One: the catalog is in no order."""
        return ("skus",)

    def page(self, part: str, cursor: str) -> Page:
        """One page; the cursor is the catalog's page token."""
        token = {"pageToken": cursor} if cursor else {}
        ask = urlencode({"currencyCode": "USD", "pageSize": PAGE_SIZE, **token})
        answer = self._web.json(f"{self._web.base}?{ask}", going_on=bool(cursor))
        skus, following = answer.get("skus"), answer.get("nextPageToken", "")
        if not isinstance(skus, list) or not isinstance(following, str):
            raise changed(self._web.base, "a page without skus")
        found = [self._items(raw) for raw in skus]
        unread = found.count(None)
        items = tuple(item for each in found if each for item in each)
        return Page(items, following, {UNREADABLE: unread} if unread else {})

    def _items(self, raw: Any) -> tuple[Item, ...] | None:
        """A rate per region, none where it is no part of a machine's, None where it is of another shape."""
        try:
            sku = _Sku.model_validate(raw)
        except ValidationError:
            return None
        purchase, part = PURCHASES.get(sku.category.usage), self._part(sku.description)
        if purchase is None or part is None:
            return ()
        expression = sku.pricing[-1].expression
        money = [tier.price for tier in expression.tiers]
        if expression.unit != UNITS[part[0]] or any(each.currency != "USD" for each in money):
            return None
        usd = max(Decimal(each.units) + Decimal(each.nanos).scaleb(-9) for each in money)
        rate = {"resource": part[0], "of": part[1], "purchase": purchase, "usd": str(usd)}
        return tuple({**rate, "region": region} for region in sku.regions)

    def _part(self, description: str) -> tuple[str, str] | None:
        """The resource, and the series (n2) or GPU type that it is of."""
        for pattern, resource, of in self._patterns:
            if match := pattern.match(description):
                named = of or match.group(1)
                return resource, named if resource == "gpu" else named.lower()
        return None

    def compose(self, items: Iterable[Item], known: Sequence[Line]) -> Composed:
        """Every known line priced anew, but for machines whose composed price is not what they are listed at."""
        rates: dict[tuple[str, str, str, str], Decimal] = {}
        for item in items:
            key = (item["resource"], item["of"], item["region"], item["purchase"])
            rates[key] = max(Decimal(item["usd"]), rates.get(key, Decimal(0)))
        machines: dict[tuple[str, str, str], list[tuple[Line, Decimal]]] = defaultdict(list)
        skipped: list[Skipped] = []
        for row in known:
            price = _price(row, rates, "on_demand")
            if row["instance_type"].endswith(LOCAL_SSD):
                skipped.append(Skipped(row["instance_type"], row["region"], "local SSDs of unknown size"))
            elif price is None:
                skipped.append(Skipped(row["instance_type"], row["region"], "no rate for a part of it"))
            else:
                machines[row["instance_type"], row["gpu"], row["gpu_count"]].append((row, price))
        lines: list[Line] = []
        for (machine, _, _), priced in machines.items():
            off = median(price / Decimal(row["on_demand_usd_h"]) for row, price in priced)
            if abs(off - 1) > Decimal(str(self._tolerance)):
                skipped.append(Skipped(machine, "", "its parts do not add up to its list price"))
                continue
            lines += [
                line(row, row["region"], row["zone"], price, _price(row, rates, "spot") or "") for row, price in priced
            ]
        return Composed(tuple(lines), tuple(skipped))


def _price(row: Line, rates: Rates, purchase: str) -> Decimal | None:
    """The sum of the machine's parts, or None where one has no rate."""
    series = row["instance_type"].split("-")[0]
    parts = [("core", series, row["vcpus"]), ("ram", series, row["memory_gib"])]
    if row["gpu"]:
        parts.append(("gpu", row["gpu"], row["gpu_count"]))
    total = Decimal(0)
    for resource, of, amount in parts:
        rate = rates.get((resource, of, row["region"], purchase))
        if rate is None:
            return None
        total += rate * Decimal(amount)
    return total
