"""AWS: on-demand prices from the Price List, spot prices from EC2's history, region by region.

The Price List tells a machine's size and how many GPUs it has, and not of which type: that comes from the snapshot
before, by machine or by family. Zones are named as the account that asks names them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field

from mcp_handlers.prices.live.aws_api import Api
from mcp_handlers.prices.live.source import UNREADABLE, Composed, Item, Line, Page, Skipped, line
from mcp_handlers.prices.live.web import changed
from mcp_handlers.prices.names import Names
from workflow.model.errors import NoPermission

FILTERS = {"operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used"}
"""One product per machine and region: Linux, on shared hardware, without software, in use and not merely reserved."""
LIST, SPOT = "list", "spot"


class _Attributes(BaseModel):
    machine: str = Field(alias="instanceType")
    region: str = Field(alias="regionCode")
    vcpus: int = Field(alias="vcpu", gt=0)
    memory: str = Field(pattern=r"^[\d,.]+ GiB$")
    processor: str = Field(alias="physicalProcessor")
    gpus: Decimal = Field(default=Decimal(0), alias="gpu", ge=0)


class _Product(BaseModel):
    attributes: _Attributes


class _Dimension(BaseModel):
    unit: str
    price: dict[str, Decimal] = Field(alias="pricePerUnit")


class _Term(BaseModel):
    dimensions: dict[str, _Dimension] = Field(alias="priceDimensions")


class _Terms(BaseModel):
    on_demand: dict[str, _Term] = Field(alias="OnDemand", min_length=1)


class _Listed(BaseModel):
    product: _Product
    terms: _Terms


class _Seen(BaseModel):
    machine: str = Field(alias="InstanceType")
    zone: str = Field(alias="AvailabilityZone")
    price: Decimal = Field(alias="SpotPrice")
    at: AwareDatetime = Field(alias="Timestamp")


class Aws:
    """The machines of `regions`; `names` tell a machine's family."""

    cloud = "aws"

    def __init__(self, api: Api, regions: Sequence[str], names: Names) -> None:
        """`api` asks the two services."""
        self._api, self._regions, self._names = api, regions, names

    @property
    def address(self) -> str:
        """The Price List's endpoint."""
        return self._api.address

    def parts(self) -> Sequence[str]:
        """The list and the spot history of every region."""
        return [f"{kind} {region}" for region in self._regions for kind in (LIST, SPOT)]

    def page(self, part: str, cursor: str) -> Page:
        """One page of one region's list or history. A region that the account may not use has no spot prices."""
        kind, region = part.split(" ")
        if kind == LIST:
            return self._page(self._api.products({**FILTERS, "regionCode": region}, cursor), "PriceList", _listed)
        try:
            answer = self._api.spot_prices(region, cursor)
        except NoPermission:
            return Page((), "", {"spot not to be seen in a region": 1})
        return self._page(answer, "SpotPriceHistory", lambda raw: _seen(raw, region))

    def _page(self, answer: Mapping[str, Any], name: str, read: Callable[[Any], Item]) -> Page:
        raws, following = answer.get(name), answer.get("NextToken")
        if not isinstance(raws, list) or not isinstance(following, str | None):
            raise changed(self._api.address, f"a page without {name}")
        items: list[Item] = []
        for raw in raws:
            try:
                items.append(read(raw))
            except ValueError:
                continue
        unread = len(raws) - len(items)
        return Page(tuple(items), following or "", {UNREADABLE: unread} if unread else {})

    def compose(self, items: Iterable[Item], known: Sequence[Line]) -> Composed:
        """A line per machine and zone that has a spot price, otherwise one for the region."""
        gpus = self._gpus(known)
        listed: dict[tuple[str, str], Item] = {}
        spot: dict[tuple[str, str], dict[str, Item]] = {}
        for item in items:
            place = (item["machine"], item["region"])
            if item["kind"] == LIST:
                listed[place] = max(item, listed.get(place, item), key=lambda each: Decimal(each["usd"]))
            elif item["zone"][:-1] == item["region"]:  # A local zone has list prices of its own, which are not read.
                zones = spot.setdefault(place, {})
                zones[item["zone"]] = max(item, zones.get(item["zone"], item), key=lambda each: each["at"])
        lines: list[Line] = []
        skipped = [Skipped(*place, "no on-demand price") for place in sorted(spot.keys() - listed.keys())]
        for place, item in sorted(listed.items()):
            machine = self._machine(item, gpus)
            if machine is None:
                skipped.append(Skipped(*place, "unknown GPU"))
                continue
            seen = sorted((zone, each["usd"]) for zone, each in spot.get(place, {}).items()) or [("", "")]
            lines += [line(machine, item["region"], zone, item["usd"], usd) for zone, usd in seen]
        return Composed(tuple(lines), tuple(skipped))

    def _gpus(self, known: Sequence[Line]) -> dict[str, str]:
        """The GPU type by machine, and by family, as far as known."""
        rows = [(row["instance_type"], row["gpu"]) for row in known if row["gpu"]]
        return {self._names.family(machine): gpu for machine, gpu in rows} | dict(rows)

    def _machine(self, item: Item, gpus: Mapping[str, str]) -> Line | None:
        """The machine's size and GPUs as a snapshot has them, or None where its GPUs are of no known type."""
        name = item["machine"]
        count, gpu = Decimal(item["gpus"]), gpus.get(name) or gpus.get(self._names.family(name), "")
        if count and not gpu:
            return None
        arch = "arm64" if "Graviton" in item["processor"] else "x86_64"
        has = {"gpu": gpu, "gpu_count": item["gpus"]} if count else {"gpu": "", "gpu_count": "0"}
        size = {"vcpus": item["vcpus"], "memory_gib": item["memory"], "arch": arch}
        return {"instance_type": name, **size, **has}


def _listed(raw: Any) -> Item:
    """A product with its dearest hourly price. Raises ValueError where it is of another shape."""
    product = _Listed.model_validate(json.loads(raw))
    about = product.product.attributes
    hourly = [
        dimension.price["USD"]
        for term in product.terms.on_demand.values()
        for dimension in term.dimensions.values()
        if dimension.unit == "Hrs" and "USD" in dimension.price
    ]
    if not hourly:
        raise ValueError("no price by the hour in US dollars")
    return {
        "kind": LIST,
        "machine": about.machine,
        "region": about.region,
        "vcpus": str(about.vcpus),
        "memory": about.memory.removesuffix(" GiB").replace(",", ""),
        "gpus": str(about.gpus),
        "processor": about.processor,
        "usd": str(max(hourly)),
    }


def _seen(raw: Any, region: str) -> Item:
    seen = _Seen.model_validate(raw)
    place = {"machine": seen.machine, "region": region, "zone": seen.zone}
    return {"kind": SPOT, **place, "usd": str(seen.price), "at": seen.at.isoformat()}
