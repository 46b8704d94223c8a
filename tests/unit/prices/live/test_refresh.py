"""A refresh from end to end: lists on a port, the price files behind the gates, a quote that changes."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from mcp_handlers.prices import catalog
from mcp_handlers.prices.build import OFFERS
from mcp_handlers.prices.live import folder
from mcp_handlers.prices.live.folder import Folder
from mcp_handlers.prices.live.pace import ATTEMPTS
from mcp_handlers.prices.live.progress import STATE, alone
from mcp_handlers.prices.quote import quote
from mcp_handlers.tools.get_cost_estimate import Input
from tests.unit.prices.live.conftest import Market
from workflow.model.errors import CloudDown, InHand, PricesRefused, Throttled

CLOUDS = ("aws", "azure", "gcp")
MACHINE = {
    "aws": ("m5.large", "us-east-1", 96_000),
    "azure": ("Standard_D2s_v3", "eastus", 96_000),
    "gcp": ("n2-standard-4", "us-central1", 194_240),
}
"""A machine of each, where, and what the shipped snapshot lists it at."""


def status(code: int, **headers: str) -> Response:
    """An answer without a page."""
    return PlainTextResponse("no", code, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_refresh_puts_the_new_prices_in_force(cloud: str, market: Market) -> None:
    machine, region, listed = MACHINE[cloud]
    assert market.rate(cloud, machine, region) == pytest.approx(listed, abs=10)
    done = market.refresh(cloud)
    assert market.rate(cloud, machine, region) == pytest.approx(listed * 1.03, abs=10)
    assert done.change.on_demand_moved_pct == pytest.approx(3, abs=0.01)
    assert (done.change.lost_machines, done.change.lost_places_pct, done.skipped) == ((), 0, ())
    assert done.file == market.folder.offers(cloud)
    assert [step.pages for step in market.steps] == list(range(1, done.pages + 1))


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_quote_changes_and_says_which_prices_it_used(
    cloud: str, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(catalog.FOLDER, str(market.folder.path))
    wanted = Input(vcpus=2, machine=MACHINE[cloud][0], regions=(MACHINE[cloud][1],), purchase="on_demand")
    before = quote(wanted, (cloud,))
    done = market.refresh(cloud)
    after = quote(wanted, (cloud,))
    assert after.offers[0].offer.compute_micros_hour > before.offers[0].offer.compute_micros_hour
    assert after.offers[0].offer.observed == market.clock.now().date()
    assert after.offers[0].offer.basis == "list"
    assert after.snapshots[cloud] == done.report.snapshot != before.snapshots[cloud]


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_refresh_that_was_stopped_goes_on_after_the_last_page_that_it_kept(cloud: str, market: Market) -> None:
    market.lists.page = 10
    market.lists.trouble[cloud].extend([None, None, *[status(500)] * ATTEMPTS])
    before = market.in_force(cloud)
    with pytest.raises(CloudDown, match="answers"):
        market.refresh(cloud)
    assert market.in_force(cloud) == before
    first = list(market.lists.asked)
    market.lists.asked.clear()
    done = market.refresh(cloud)
    assert done.resumed == 2
    assert market.lists.asked[0] == first[-1]
    assert set(market.lists.asked).isdisjoint(first[:2])
    assert len(market.lists.asked) == done.pages - 2


def test_pages_of_yesterday_are_read_again(market: Market) -> None:
    market.lists.page = 10
    market.lists.trouble["azure"].extend([None, *[status(500)] * ATTEMPTS])
    with pytest.raises(CloudDown):
        market.refresh("azure")
    market.clock.forward(hours=25)
    assert market.refresh("azure").resumed == 0


def test_a_kept_page_that_was_changed_is_read_again_and_so_are_all_after_it(market: Market) -> None:
    market.lists.page = 10
    market.lists.trouble["azure"].extend([None, None, None, *[status(500)] * ATTEMPTS])
    with pytest.raises(CloudDown):
        market.refresh("azure")
    page = market.folder.progress("azure") / "00001.json.gz"
    spoilt = json.loads(gzip.decompress(page.read_bytes()))
    spoilt[0]["usd"] = "0.0001"
    page.write_bytes(gzip.compress(json.dumps(spoilt).encode()))
    done = market.refresh("azure")
    assert done.resumed == 1
    assert done.change.on_demand_moved_pct == pytest.approx(3, abs=0.01)


@pytest.mark.parametrize("cloud", ["azure", "gcp"])
def test_a_part_whose_cursor_is_gone_is_read_from_its_start(cloud: str, market: Market) -> None:
    market.lists.page = 10
    market.lists.trouble[cloud].extend([None, status(410)])
    done = market.refresh(cloud)
    assert done.change.lost_places_pct == 0
    assert [offset for _, _, offset in market.lists.asked[:4]] == [0, 10, 0, 10]


def test_slowing_down_is_done_as_asked(market: Market) -> None:
    market.lists.trouble["azure"].extend([status(429, retry_after="60"), status(429, retry_after="60")])
    assert market.refresh("azure").seconds >= 120
    assert [error for error, _ in market.waited] == [Throttled, Throttled]
    assert all(seconds >= 60 for _, seconds in market.waited)


def test_who_asks_for_an_hour_is_asked_again_by_the_next_refresh(market: Market) -> None:
    market.lists.trouble["azure"].append(status(429, retry_after="3600"))
    with pytest.raises(Throttled):
        market.refresh("azure")
    assert len(market.lists.asked) == 1


def test_a_page_that_was_cut_off_is_asked_for_again(market: Market) -> None:
    market.lists.trouble["azure"].append(PlainTextResponse('{"Items": [{"curr'))
    assert market.refresh("azure").change.lost_places_pct == 0


@pytest.mark.parametrize(
    ("cloud", "page"),
    [
        ("aws", {"Prices": []}),
        ("azure", {"items": []}),
        ("azure", {"Items": [], "NextPageLink": 7}),
        ("azure", []),
        ("gcp", {"products": []}),
    ],
    ids=["aws", "azure", "azure's link", "no object", "gcp"],
)
def test_a_page_of_another_shape_is_refused(cloud: str, page: object, market: Market) -> None:
    before = market.in_force(cloud)
    market.lists.trouble[cloud].append(JSONResponse(page))
    with pytest.raises(PricesRefused, match="another shape"):
        market.refresh(cloud)
    assert market.in_force(cloud) == before


def test_items_of_another_shape_are_counted_and_too_many_are_refused(market: Market) -> None:
    del market.lists.meters[0]["retailPrice"]
    assert market.refresh("azure").dropped == {"unreadable": 1}
    for meter in market.lists.meters[:10]:
        meter.pop("retailPrice", None)
    with pytest.raises(PricesRefused, match="10 of the 120 prices of azure are of another shape"):
        market.refresh("azure")


def test_an_outlier_stays_behind_the_gates(market: Market) -> None:
    first = next(m for m in market.lists.meters if m["armSkuName"] == "Standard_D2s_v3" and "Spot" not in m["skuName"])
    first["retailPrice"] = 9.6
    done = market.refresh("azure")
    assert [(each.machine, each.region, each.rule) for each in done.report.rejected] == [
        ("Standard_D2s_v3", first["armRegionName"], "outlier")
    ]


def test_prices_that_all_moved_far_are_refused_and_kept_to_be_looked_at(market: Market) -> None:
    before = market.in_force("azure")
    for meter in market.lists.meters:
        meter["retailPrice"] *= 100
    with pytest.raises(PricesRefused, match=r"on demand moved .* % \(believed up to 10 %\)") as refused:
        market.refresh("azure")
    kept = market.folder.path / "refused" / "azure.csv.gz"
    assert str(kept) in refused.value.remedy
    assert b"Standard_D2s_v3" in gzip.decompress(kept.read_bytes())
    assert market.in_force("azure") == before
    assert not (market.folder.progress("azure") / STATE).exists()


def test_a_list_that_lost_many_machines_is_refused(market: Market) -> None:
    before = market.in_force("aws")
    market.lists.products = [p for p in market.lists.products if "m5" not in p["product"]["attributes"]["instanceType"]]
    with pytest.raises(PricesRefused, match=r"lost machines .* Lost are m5\."):
        market.refresh("aws")
    assert market.in_force("aws") == before


def test_a_list_that_lost_a_region_is_refused(market: Market) -> None:
    market.lists.products = [
        p for p in market.lists.products if p["product"]["attributes"]["regionCode"] == "us-east-1"
    ]
    with pytest.raises(PricesRefused, match="lost places"):
        market.refresh("aws")


def test_many_zeros_are_refused_by_the_build(market: Market) -> None:
    for each in market.lists.products[:20]:
        each["terms"]["OnDemand"]["T"]["priceDimensions"]["T.1"]["pricePerUnit"]["USD"] = "0.0000000000"
    with pytest.raises(PricesRefused, match=r"were rejected \(not-positive"):
        market.refresh("aws")


def test_pages_without_an_end_are_refused(market: Market) -> None:
    link = f"{market.lists.address}/api/retail/prices?$filter=armRegionName eq 'eastus'"
    pages = [JSONResponse({"Items": [], "NextPageLink": link}) for _ in range(3)]
    market.lists.trouble["azure"].extend(pages)
    with pytest.raises(PricesRefused, match="have no end"):
        market.refresh("azure")


def test_one_refresh_of_a_cloud_runs_at_a_time(market: Market) -> None:
    with alone(market.folder.path / "progress" / "azure.lock"), pytest.raises(InHand):
        market.refresh("azure")
    assert market.refresh("azure").resumed == 0


def test_the_first_refresh_into_a_new_folder_brings_what_is_shipped_of_every_other_cloud(
    market: Market, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped, new = market.folder.path, tmp_path / "new"
    monkeypatch.setattr(folder, "DATA", shipped / "data")
    monkeypatch.setattr(folder, "CLOUDS", shipped)
    monkeypatch.setenv(catalog.FOLDER, str(new))
    market.folder = Folder(new)
    done = market.refresh("gcp")
    assert done.change.on_demand_moved_pct == pytest.approx(3, abs=0.01)
    assert catalog.clouds() == CLOUDS
    same = {cloud: (new / cloud / OFFERS).read_bytes() == (shipped / cloud / OFFERS).read_bytes() for cloud in CLOUDS}
    assert same == {"aws": True, "azure": True, "gcp": False}
    assert sorted(path.name for path in (new / "data").iterdir()) == [f"{cloud}.csv.gz" for cloud in CLOUDS]
    assert not list(new.glob(".staged-*"))


def test_what_is_refused_makes_no_price_file_in_a_new_folder(market: Market, tmp_path: Path) -> None:
    """The small lists are nothing like what is shipped."""
    market.folder = Folder(tmp_path / "new")
    with pytest.raises(PricesRefused, match="lost machines"):
        market.refresh("gcp")
    assert sorted(path.name for path in market.folder.path.iterdir()) == ["progress", "refused"]


def test_the_same_lists_on_the_same_day_give_the_same_bytes(market: Market) -> None:
    market.refresh("gcp")
    first = market.in_force("gcp")
    market.lists.skus.reverse()
    market.clock.forward(hours=1)
    market.refresh("gcp")
    assert market.in_force("gcp") == first


def test_the_observed_day_is_the_day_that_the_first_page_was_asked_for(market: Market) -> None:
    market.clock.forward(hours=11, minutes=59)
    market.lists.page = 10
    market.lists.trouble["azure"].extend([None, *[status(500)] * ATTEMPTS])
    began = market.clock.now().date()
    with pytest.raises(CloudDown):
        market.refresh("azure")
    market.clock.forward(minutes=30)
    market.refresh("azure")
    assert market.clock.now().date() == began + timedelta(days=1)
    assert {line["observed"] for line in market.folder.known("azure")} == {began.isoformat()}
