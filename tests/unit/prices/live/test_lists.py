"""What is read out of each cloud's list, item by item, and what is left out and why."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from mcp_handlers.prices.live.pace import Bucket, Pace
from mcp_handlers.prices.live.source import Skipped
from mcp_handlers.prices.live.web import MOST_BYTES, Web
from tests.fakes.price_lists import KEY, meter, product, sku
from tests.unit.prices.live.conftest import Market
from workflow.model.errors import BadRequest, NoPermission, PricesRefused, Rejected

D2 = "Standard_D2s_v3"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"productName": "Virtual Machines Dsv3 Series Windows"}, "Windows"),
        ({"productName": "Dsv3 Series Cloud Services"}, "Cloud Services"),
        ({"skuName": "D2s v3 Low Priority"}, "Low Priority"),
        ({"retailPrice": 0.0}, "zero"),
        ({"armSkuName": ""}, "no machine"),
        ({"unitOfMeasure": "1/Month"}, "another unit"),
        ({"currencyCode": "EUR"}, "another unit"),
        ({"type": "Reservation"}, "no on-demand or spot"),
        ({"effectiveStartDate": "2027-01-01T00:00:00Z"}, "not in force"),
        ({"effectiveEndDate": "2026-11-01T00:00:00Z"}, "not in force"),
        ({"retailPrice": "a lot"}, "unreadable"),
        ({"armRegionName": "eastus", "productName": None}, "unreadable"),
    ],
)
def test_azure_sells_other_things_than_linux_machines_by_the_hour(
    changed: dict[str, Any], why: str, market: Market
) -> None:
    market.lists.meters = [meter(D2, "eastus", "0.1"), meter(D2, "eastus", "0.001", **changed)]
    page = market.sources.of("azure").page("eastus", "")
    assert page.dropped == Counter({why: 1})
    assert page.items == ({"machine": D2, "region": "eastus", "purchase": "on_demand", "usd": "0.1"},)


def test_of_two_azure_meters_for_one_machine_the_dearer_counts_and_unknown_sizes_are_skipped(market: Market) -> None:
    market.lists.meters = [
        meter(D2, "eastus", "0.1"),
        meter(D2, "eastus", "0.12"),
        meter(D2, "eastus", "0.02", skuName="D2s v3 Spot"),
        meter("Standard_Z9", "eastus", "0.01"),
        meter("Standard_D4s_v3", "eastus", "0.02", skuName="D4s v3 Spot"),
    ]
    source = market.sources.of("azure")
    composed = source.compose(source.page("eastus", "").items, market.folder.known("azure"))
    assert [(row["instance_type"], row["on_demand_usd_h"], row["spot_usd_h"]) for row in composed.lines] == [
        (D2, "0.12", "0.02")
    ]
    assert composed.skipped == (
        Skipped("Standard_D4s_v3", "eastus", "no on-demand price"),
        Skipped("Standard_Z9", "eastus", "unknown size"),
    )


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1:1/api/retail/prices?$skip=10",
        "http://169.254.169.254/api/retail/prices",
        "{address}/latest/meta-data",
        "file:///etc/passwd",
        "http://list:port",
        "http://user@{host}/api/retail/prices",
    ],
)
def test_a_link_to_another_address_is_not_followed(link: str, market: Market) -> None:
    address = market.lists.address
    told = link.format(address=address, host=address.removeprefix("http://"))
    market.lists.trouble["azure"].append(JSONResponse({"Items": [], "NextPageLink": told}))
    with pytest.raises(PricesRefused, match=r"leads to another address|a link that is none"):
        market.refresh("azure")
    assert len(market.lists.asked) == 1


def test_a_redirect_is_not_followed(market: Market) -> None:
    market.lists.trouble["azure"].append(RedirectResponse(f"{market.lists.address}/v1"))
    with pytest.raises(Rejected, match="307"):
        market.refresh("azure")
    assert len(market.lists.asked) == 1


def test_the_default_port_in_a_link_is_the_same_address() -> None:
    """Azure writes it into its links."""
    web = Web("https://prices.example.com/list", _pace())
    assert web._allowed("https://prices.example.com:443/list?$skip=100").params["$skip"] == "100"


def _pace() -> Pace:
    from tests.fakes.clock import FixedClock
    from tests.unit.prices.live.conftest import NOON

    return Pace(Bucket(1, 1, FixedClock(NOON)))


def test_a_page_has_a_largest_size(market: Market) -> None:
    market.lists.trouble["azure"].append(PlainTextResponse(b" " * (MOST_BYTES + 1)))
    with pytest.raises(PricesRefused, match="more than 64 MiB"):
        market.refresh("azure")


@pytest.mark.parametrize("base", ["http://prices.azure.com/x", "ftp://127.0.0.1/x", "prices", "https://list:port"])
def test_only_https_is_read_and_this_machine(base: str) -> None:
    with pytest.raises(BadRequest):
        Web(base, _pace())


def test_the_key_stands_in_no_error_and_in_no_text(market: Market) -> None:
    market.lists.trouble["gcp"].append(PlainTextResponse("no", 403))
    with pytest.raises(NoPermission) as refused:
        market.refresh("gcp")
    source = market.sources
    assert KEY not in f"{refused.value} {refused.value.remedy} {source!r} {vars(source.of('gcp'))}"


def test_aws_tells_size_processor_and_how_many_gpus(market: Market) -> None:
    market.lists.products = [
        product("m5.large", "us-east-1", "0.096", vcpu="2", memory="8 GiB"),
        product("c7g.large", "us-east-1", "0.07", physicalProcessor="AWS Graviton3 Processor"),
        product("p4d.24xlarge", "us-east-1", "32", vcpu="96", memory="1,152 GiB", gpu="8"),
        product("g5.99xlarge", "us-east-1", "3", gpu="2"),
        product("zz9.large", "us-east-1", "1", gpu="1"),
        product("m5.large", "us-east-1", "9", tenancy="Dedicated"),
        product("m5.xlarge", "us-east-1", "0.2", memory="NA"),
    ]
    source = market.sources.of("aws")
    page = source.page("list us-east-1", "")
    assert page.dropped == {"unreadable": 1}
    composed = source.compose(page.items, market.folder.known("aws"))
    columns = ("instance_type", "vcpus", "memory_gib", "gpu", "gpu_count", "arch", "on_demand_usd_h")
    assert [tuple(row[column] for column in columns) for row in composed.lines] == [
        ("c7g.large", "4", "16", "", "0", "arm64", "0.07"),
        ("g5.99xlarge", "4", "16", "A10G", "2", "x86_64", "3"),
        ("m5.large", "2", "8", "", "0", "x86_64", "0.096"),
        ("p4d.24xlarge", "96", "1152", "A100", "8", "x86_64", "32"),
    ]
    assert composed.skipped == (Skipped("zz9.large", "us-east-1", "unknown GPU"),)


def test_aws_spot_prices_are_the_newest_of_each_zone_and_not_of_local_zones(market: Market) -> None:
    market.lists.products = [product("m5.large", "us-east-1", "0.096")]
    market.lists.spot = [
        ("us-east-1", "us-east-1a", "m5.large", "0.03", "2026-11-20T11:00:00.000Z"),
        ("us-east-1", "us-east-1a", "m5.large", "0.02", "2026-11-20T10:00:00.000Z"),
        ("us-east-1", "us-east-1b", "m5.large", "0.04", "2026-11-20T09:00:00.000Z"),
        ("us-east-1", "us-east-1-bos-1a", "m5.large", "0.01", "2026-11-20T09:00:00.000Z"),
        ("us-east-1", "us-east-1b", "r9.large", "0.01", "2026-11-20T09:00:00.000Z"),
    ]
    source = market.sources.of("aws")
    items = [item for part in ("list us-east-1", "spot us-east-1") for item in source.page(part, "").items]
    composed = source.compose(items, market.folder.known("aws"))
    assert [(row["zone"], row["spot_usd_h"]) for row in composed.lines] == [
        ("us-east-1a", "0.03"),
        ("us-east-1b", "0.04"),
    ]
    assert composed.skipped == (Skipped("r9.large", "us-east-1", "no on-demand price"),)


def aws_error(code: str, status: int) -> Response:
    """EC2's way of saying no."""
    text = f"<Response><Errors><Error><Code>{code}</Code><Message>no</Message></Error></Errors></Response>"
    return PlainTextResponse(text, status, media_type="text/xml")


def test_a_region_that_the_account_may_not_use_has_no_spot_prices_and_that_is_counted(market: Market) -> None:
    market.lists.trouble["aws"].extend([None, aws_error("AuthFailure", 401)])
    done = market.refresh("aws")
    assert done.dropped == {"spot not to be seen in a region": 1}
    assert done.change.lost_spot_pct == pytest.approx(50, abs=5)


def test_an_account_that_sees_no_spot_prices_at_all_is_refused(market: Market) -> None:
    market.lists.trouble["aws"].extend([None, aws_error("UnauthorizedOperation", 403)] * 2)
    with pytest.raises(PricesRefused, match="lost spot 100"):
        market.refresh("aws")


def test_aws_is_given_time_when_it_asks_for_it(market: Market) -> None:
    slow = JSONResponse({"__type": "ThrottlingException"}, 400, media_type="application/x-amz-json-1.1")
    market.lists.trouble["aws"].extend([slow, slow])
    assert market.refresh("aws").change.lost_places_pct == 0


def test_an_aws_cursor_that_is_gone_starts_its_part_again(market: Market) -> None:
    market.lists.page = 10
    gone = JSONResponse({"__type": "ExpiredNextTokenException"}, 400, media_type="application/x-amz-json-1.1")
    market.lists.trouble["aws"].extend([None, gone])
    assert market.refresh("aws").change.lost_places_pct == 0
    assert [offset for _, _, offset in market.lists.asked[:4]] == [0, 10, 0, 10]


def test_a_machine_is_the_sum_of_its_parts_in_units_and_nanos(market: Market) -> None:
    market.lists.skus = [
        sku("N2 Instance Core running in Americas", "OnDemand", ["us-central1", "us-east1"], "0.031611"),
        sku("N2 Instance Ram running in Americas", "OnDemand", ["us-central1"], "0.004237", "GiBy.h"),
        sku("Spot Preemptible N2 Instance Core running in Americas", "Preemptible", ["us-central1"], "0.00711"),
        sku(
            "Spot Preemptible N2 Instance Ram running in Americas", "Preemptible", ["us-central1"], "0.000953", "GiBy.h"
        ),
        sku("N2 Custom Instance Core running in Americas", "OnDemand", ["us-central1"], "0.9"),
        sku("N2 Instance Core running in Americas", "Commit1Yr", ["us-central1"], "0.001"),
        sku("N2 Sole Tenancy Instance Core running in Americas", "OnDemand", ["us-central1"], "0.9"),
    ]
    source = market.sources.of("gcp")
    known = [row for row in market.folder.known("gcp") if row["instance_type"] == "n2-standard-4"]
    composed = source.compose(source.page("skus", "").items, known)
    prices = {(row["region"], Decimal(row["on_demand_usd_h"]), Decimal(row["spot_usd_h"])) for row in composed.lines}
    assert prices == {("us-central1", Decimal("0.194236"), Decimal("0.043688"))}
    assert {each.why for each in composed.skipped} == {"no rate for a part of it"}
    assert {each.region for each in composed.skipped} == {"europe-west4"}


@pytest.mark.parametrize(
    ("machine", "ram", "why"),
    [
        ("n2-standard-4", "0", "its parts do not add up to its list price"),
        ("n2-standard-4", "0.01", "its parts do not add up to its list price"),
        ("n2-standard-4-lssd", "0.004237", "local SSDs of unknown size"),
    ],
)
def test_a_machine_whose_parts_do_not_make_its_price_is_skipped(
    machine: str, ram: str, why: str, market: Market
) -> None:
    market.lists.skus = [
        sku("N2 Instance Core running in Iowa", "OnDemand", ["us-central1"], "0.031611"),
        sku("N2 Instance Ram running in Iowa", "OnDemand", ["us-central1"], ram, "GiBy.h"),
    ]
    row = next(
        row
        for row in market.folder.known("gcp")
        if (row["instance_type"], row["region"]) == ("n2-standard-4", "us-central1")
    )
    source = market.sources.of("gcp")
    composed = source.compose(source.page("skus", "").items, [{**row, "instance_type": machine}])
    assert (composed.lines, {each.why for each in composed.skipped}) == ((), {why})


@pytest.mark.parametrize(
    "spoilt",
    [
        {"pricingInfo": []},
        {"pricingInfo": [{"pricingExpression": {"usageUnit": "mo", "tieredRates": []}}]},
        {"serviceRegions": None},
    ],
)
def test_a_sku_of_another_shape_is_counted(spoilt: dict[str, Any], market: Market) -> None:
    core = sku("N2 Instance Core running in Iowa", "OnDemand", ["us-central1"], "0.03")
    market.lists.skus = [
        core,
        {**core, **spoilt},
        sku("N2 Instance Core running in Iowa", "OnDemand", ["x"], "1", "mo"),
    ]
    page = market.sources.of("gcp").page("skus", "")
    assert (len(page.items), page.dropped) == (1, {"unreadable": 2})
