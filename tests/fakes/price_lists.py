"""The three price lists on a port of this machine: AWS's two services, Azure's retail prices, Google's billing catalog.

They page as the real ones do. What they sell stands in lists that a test may change; `trouble` puts answers before the
next ones (None lets one pass), and `asked` remembers what was asked: the API, the part and the page's offset.
"""

from __future__ import annotations

import json
import socket
import threading
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode
from xml.sax.saxutils import escape

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Answer = Response | None | Callable[[Request], Awaitable[Response]]
KEY = "a-key-of-the-test"
GCP_PATH = "/v1/services/6F81-5844-456A/skus"
EC2_XML = "http://ec2.amazonaws.com/doc/2016-11-15/"


@dataclass
class PriceLists:
    """`products`, `meters` and `skus` as their APIs write them; `spot` as (region, zone, machine, USD, time)."""

    products: list[dict[str, Any]] = field(default_factory=list)
    spot: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    meters: list[dict[str, Any]] = field(default_factory=list)
    skus: list[dict[str, Any]] = field(default_factory=list)
    page: int = 40
    trouble: dict[str, deque[Answer]] = field(default_factory=lambda: defaultdict(deque))
    asked: list[tuple[str, str, int]] = field(default_factory=list)
    address: str = ""

    def environment(self) -> dict[str, str]:
        """What leads the sources here."""
        return {
            "AWS_ENDPOINT_URL_PRICING": f"{self.address}/aws",
            "AWS_ENDPOINT_URL_EC2": f"{self.address}/aws",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "TOLLGATE_AZURE_PRICES_URL": f"{self.address}/api/retail/prices",
            "TOLLGATE_GCP_PRICES_URL": self.address,
            "TOLLGATE_GCP_PRICES_KEY": KEY,
        }

    async def _answer(self, api: str, part: str, offset: int, request: Request, honest: Response) -> Response:
        self.asked.append((api, part, offset))
        waiting = self.trouble[api]
        first = waiting.popleft() if waiting else None
        if first is None:
            return honest
        return first if isinstance(first, Response) else await first(request)

    async def aws(self, request: Request) -> Response:
        """Both services: the Price List speaks JSON, EC2 forms and XML."""
        body = await request.body()
        if "GetProducts" in request.headers.get("x-amz-target", ""):
            return await self._products(request, json.loads(body))
        asked = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        return await self._history(request, asked)

    async def _products(self, request: Request, asked: dict[str, Any]) -> Response:
        wanted = {each["Field"]: each["Value"] for each in asked["Filters"]}
        fitting = [p for p in self.products if wanted.items() <= p["product"]["attributes"].items()]
        offset = int(asked.get("NextToken", "0"))
        rows, following = fitting[offset : offset + self.page], offset + self.page
        answer: dict[str, Any] = {"FormatVersion": "aws_v1", "PriceList": [json.dumps(row) for row in rows]}
        if following < len(fitting):
            answer["NextToken"] = str(following)
        honest = JSONResponse(answer, media_type="application/x-amz-json-1.1")
        return await self._answer("aws", f"list {wanted['regionCode']}", offset, request, honest)

    async def _history(self, request: Request, asked: dict[str, str]) -> Response:
        region = request.headers["authorization"].split("/")[2]
        fitting = [row[1:] for row in self.spot if row[0] == region]
        offset = int(asked.get("NextToken", "0"))
        rows, following = fitting[offset : offset + self.page], offset + self.page
        items = "".join(
            f"<item><availabilityZone>{zone}</availabilityZone><instanceType>{machine}</instanceType>"
            f"<productDescription>Linux/UNIX</productDescription><spotPrice>{usd}</spotPrice>"
            f"<timestamp>{at}</timestamp></item>"
            for zone, machine, usd, at in rows
        )
        token = escape(str(following)) if following < len(fitting) else ""
        name = "DescribeSpotPriceHistoryResponse"
        text = f'<{name} xmlns="{EC2_XML}"><requestId>r</requestId><spotPriceHistorySet>{items}</spotPriceHistorySet>'
        honest = Response(f"{text}<nextToken>{token}</nextToken></{name}>", media_type="text/xml")
        return await self._answer("aws", f"spot {region}", offset, request, honest)

    async def azure(self, request: Request) -> Response:
        """Retail prices of one region."""
        wanted = request.query_params["$filter"]
        region, offset = wanted.rsplit("'", 2)[1], int(request.query_params.get("$skip", "0"))
        fitting = [meter for meter in self.meters if meter.get("armRegionName") == region]
        rows, following = fitting[offset : offset + self.page], offset + self.page
        ask = urlencode({"$filter": wanted, "$skip": following})
        link = f"{self.address}/api/retail/prices?{ask}" if following < len(fitting) else None
        answer = {"BillingCurrency": "USD", "Items": rows, "NextPageLink": link, "Count": len(rows)}
        return await self._answer("azure", region, offset, request, JSONResponse(answer))

    async def gcp(self, request: Request) -> Response:
        """The SKUs of Compute Engine, for who has the key."""
        offset = int(request.query_params.get("pageToken") or "0")
        rows, following = self.skus[offset : offset + self.page], offset + self.page
        answer = {"skus": rows, "nextPageToken": str(following) if following < len(self.skus) else ""}
        honest: Response = JSONResponse(answer)
        if request.headers.get("x-goog-api-key") != KEY:
            honest = JSONResponse({"error": {"code": 403}}, status_code=403)
        return await self._answer("gcp", "skus", offset, request, honest)

    @contextmanager
    def served(self) -> Iterator[PriceLists]:
        """Listen on a free port while this lasts, in a thread, for clients that wait."""
        routes = [
            Route("/aws", self.aws, methods=["POST"]),
            Route("/aws/", self.aws, methods=["POST"]),
            Route("/api/retail/prices", self.azure),
            Route(GCP_PATH, self.gcp),
        ]
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))
            bound.listen()
            self.address = f"http://127.0.0.1:{bound.getsockname()[1]}"
            config = uvicorn.Config(Starlette(routes=routes), log_level="critical", lifespan="off")
            server = uvicorn.Server(config)
            thread = threading.Thread(target=server.run, args=([bound],))
            thread.start()
            try:
                yield self
            finally:
                server.should_exit = server.force_exit = True
                thread.join(timeout=10)


def product(machine: str, region: str, usd: str, **changed: str) -> dict[str, Any]:
    """A product of the Price List: what is changed are its attributes."""
    attributes = {
        "instanceType": machine,
        "regionCode": region,
        "vcpu": "4",
        "memory": "16 GiB",
        "physicalProcessor": "Intel Xeon Platinum 8175",
        "operatingSystem": "Linux",
        "tenancy": "Shared",
        "preInstalledSw": "NA",
        "capacitystatus": "Used",
        **changed,
    }
    dimension = {"unit": "Hrs", "pricePerUnit": {"USD": usd}, "description": f"${usd} per hour"}
    term = {"priceDimensions": {"T.1": dimension}, "effectiveDate": "2026-11-01T00:00:00Z"}
    return {
        "product": {"attributes": attributes, "productFamily": "Compute Instance"},
        "terms": {"OnDemand": {"T": term}},
    }


def meter(machine: str, region: str, usd: str, **changed: Any) -> dict[str, Any]:
    """An item of Azure's retail prices."""
    short = machine.removeprefix("Standard_").replace("_", " ")
    return {
        "currencyCode": "USD",
        "tierMinimumUnits": 0.0,
        "retailPrice": float(usd),
        "unitPrice": float(usd),
        "armRegionName": region,
        "effectiveStartDate": "2026-06-01T00:00:00Z",
        "productName": "Virtual Machines Series",
        "skuName": short,
        "meterName": short,
        "serviceName": "Virtual Machines",
        "unitOfMeasure": "1 Hour",
        "type": "Consumption",
        "isPrimaryMeterRegion": True,
        "armSkuName": machine,
        **changed,
    }


def sku(description: str, usage: str, regions: list[str], usd: str, unit: str = "h") -> dict[str, Any]:
    """A SKU of Google's billing catalog: units and nanos of a dollar."""
    whole, _, part = usd.partition(".")
    price = {"currencyCode": "USD", "units": whole, "nanos": int(part[:9].ljust(9, "0"))}
    expression = {"usageUnit": unit, "displayQuantity": 1, "tieredRates": [{"startUsageAmount": 0, "unitPrice": price}]}
    return {
        "name": f"services/6F81-5844-456A/skus/{abs(hash(description)) % 10**6}",
        "description": description,
        "category": {"resourceFamily": "Compute", "resourceGroup": "CPU", "usageType": usage},
        "serviceRegions": regions,
        "pricingInfo": [{"pricingExpression": expression, "effectiveTime": "2026-11-20T00:00:00Z"}],
    }
