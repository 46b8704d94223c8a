"""get_cost_estimate, on every cloud that has it: what each field of the contract does."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from mcp_handlers.prices.catalog import load_cloud
from mcp_handlers.tools.get_cost_estimate import Input, Output
from workflow.model.offer import Exclusion

HANDLERS = Path(__file__).parents[2] / "mcp_handlers"
CLOUDS = sorted(path.parent.name for path in HANDLERS.glob("*/get_cost_estimate.py") if path.parent.name != "tools")
Ask = Callable[..., Output]


@pytest.fixture(params=CLOUDS)
def cloud(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def ask(cloud: str) -> Ask:
    """Call the cloud's handler with these arguments."""
    handler = import_module(f"mcp_handlers.{cloud}.get_cost_estimate")
    return lambda **arguments: handler.call(Input.model_validate(arguments), None, "")


def test_offers_come_cheapest_first_and_say_where_and_when_they_were_seen(cloud: str, ask: Ask) -> None:
    answer = ask(vcpus=8, memory_gib=32)
    ranks = [each.cost.ranked for each in answer.offers]
    assert ranks == sorted(ranks)
    assert len(ranks) == 20 < answer.matched
    assert {each.offer.snapshot for each in answer.offers} == {answer.snapshot} == {load_cloud(cloud).snapshot}
    assert {each.offer.cloud for each in answer.offers} == {cloud}
    assert all(each.offer.observed.year == 2026 and each.offer.jurisdictions for each in answer.offers)


def test_the_same_question_has_the_same_answer(ask: Ask) -> None:
    assert ask(vcpus=4, each="machine", limit=500) == ask(vcpus=4, each="machine", limit=500)


def test_each_region_has_one_offer_per_purchase(ask: Ask) -> None:
    offers = [each.offer for each in ask(vcpus=4, limit=2000).offers]
    assert len({(offer.region, offer.purchase) for offer in offers}) == len(offers) > 20
    assert {offer.purchase for offer in offers} == {"on_demand", "spot"}


def test_each_machine_lists_more_and_starts_the_same(ask: Ask) -> None:
    by_region, by_machine = ask(vcpus=64, limit=2000), ask(vcpus=64, limit=2000, each="machine")
    assert len(by_machine.offers) > len(by_region.offers)
    assert by_machine.offers[0] == by_region.offers[0]
    assert by_machine.matched == by_region.matched


def test_size_arch_and_purchase_are_lower_bounds_and_choices(ask: Ask) -> None:
    for arch in ("x86_64", "arm64"):
        for purchase in ("on_demand", "spot"):
            answer = ask(vcpus=12, memory_gib=50, arch=arch, purchase=purchase, each="machine", limit=2000)
            assert answer.offers
            for offer in (each.offer for each in answer.offers):
                assert (offer.arch, offer.purchase) == (arch, purchase)
                assert offer.vcpus >= 12
                assert offer.memory_gib >= 50


def test_an_a100_may_be_the_larger_one_and_the_larger_one_may_not_be_the_smaller(ask: Ask) -> None:
    either = ask(gpu="A100", gpu_count=1, each="machine", limit=2000)
    large = ask(gpu="A100-80GB", gpu_count=1, each="machine", limit=2000)
    assert {each.offer.gpu for each in either.offers} == {"A100", "A100-80GB"}
    assert {each.offer.gpu for each in large.offers} == {"A100-80GB"}


def test_a_gpu_count_is_a_minimum_of_any_type_or_of_the_one_named(ask: Ask) -> None:
    anything = ask(gpu_count=2, each="machine", limit=2000)
    assert min(each.offer.gpu_count for each in anything.offers) == 2
    assert len({each.offer.gpu for each in anything.offers}) > 3
    assert ask(gpu="no-such-gpu", gpu_count=1) == Output(offers=(), matched=0, snapshot=anything.snapshot)


def test_a_gpu_named_without_a_count_still_must_be_there(ask: Ask) -> None:
    assert {each.offer.gpu for each in ask(gpu="T4", limit=2000).offers} == {"T4"}


def test_a_need_without_gpus_may_be_met_by_a_machine_that_has_some(ask: Ask) -> None:
    listed = ask(vcpus=8, each="machine", limit=2000, regions=(ask(gpu_count=1).offers[0].offer.region,))
    assert any(each.offer.gpu for each in listed.offers)


def test_places_are_restricted_by_region_and_by_any_one_jurisdiction(ask: Ask) -> None:
    answer = ask(jurisdictions=("EU", "UK"), limit=2000)
    assert {bool({"EU", "UK"} & set(each.offer.jurisdictions)) for each in answer.offers} == {True}
    assert {code for each in answer.offers for code in each.offer.jurisdictions} >= {"EU", "UK", "DE", "FR"}
    region = answer.offers[-1].offer.region
    assert {each.offer.region for each in ask(regions=(region,)).offers} == {region}
    assert ask(regions=(region,), jurisdictions=("JP",)).offers == ()
    assert ask(regions=("middle-earth",)).offers == ()


@pytest.mark.parametrize("field", ["region", "zone", "machine", "purchase"])
def test_what_is_excluded_is_not_offered_again_and_the_rest_is(cloud: str, ask: Ask, field: str) -> None:
    first = ask(vcpus=8).offers[0].offer
    value = getattr(first, field)
    left = ask(vcpus=8, limit=2000, exclude=(Exclusion(cloud=cloud, reason="full", **{field: value}),))
    if not value:
        assert left.offers == ()
        return
    assert left.matched > 0
    assert value not in {getattr(each.offer, field) for each in left.offers}


def test_an_exclusion_of_another_cloud_changes_nothing_and_of_this_cloud_leaves_nothing(cloud: str, ask: Ask) -> None:
    other = Exclusion(cloud="elsewhere", reason="down")
    assert ask(vcpus=8, exclude=(other,)) == ask(vcpus=8)
    assert ask(vcpus=8, exclude=(other, Exclusion(cloud=cloud, reason="down"))).offers == ()


def test_an_exclusion_of_machine_and_region_leaves_the_machine_elsewhere(cloud: str, ask: Ask) -> None:
    first = ask(vcpus=8).offers[0].offer
    gone = Exclusion(cloud=cloud, region=first.region, machine=first.machine, reason="full")
    left = [each.offer for each in ask(machine=first.machine, limit=2000, exclude=(gone,)).offers]
    assert left
    assert first.region not in {offer.region for offer in left}


def test_excluded_families_are_not_offered(ask: Ask) -> None:
    family = ask(vcpus=8).offers[0].offer.family
    left = ask(vcpus=8, each="machine", limit=2000, exclude_families=(family, "no-such-family"))
    assert left.offers
    assert family not in {each.offer.family for each in left.offers}


def test_a_named_machine_is_the_only_one(ask: Ask) -> None:
    name = ask(vcpus=16).offers[0].offer.machine
    assert {each.offer.machine for each in ask(machine=name, limit=2000).offers} == {name}
    assert ask(machine=name, vcpus=10_000).offers == ()
    assert ask(machine="no-such-machine").offers == ()


def test_the_cost_grows_with_nodes_hours_storage_and_egress(ask: Ask) -> None:
    name = ask(vcpus=4, purchase="on_demand").offers[0].offer.machine
    region = ask(vcpus=4, purchase="on_demand").offers[0].offer.region
    place = {"machine": name, "regions": (region,), "purchase": "on_demand"}
    one = ask(**place, hours=730, storage_gib=10, egress_gib=5).offers[0]
    two = ask(**place, hours=730, storage_gib=10, egress_gib=5, nodes=2).offers[0]
    assert one.cost.storage == 10 * one.offer.disk_micros_gib_month > 0
    assert one.cost.egress == 5 * one.offer.egress_micros_gib > 0
    assert one.cost.compute == 730 * one.offer.compute_micros_hour
    assert (two.cost.compute, two.cost.storage, two.cost.egress) == (
        2 * one.cost.compute,
        2 * one.cost.storage,
        one.cost.egress,
    )


def test_managed_work_pays_the_published_fee(ask: Ask) -> None:
    first = ask(gpu="A100", gpu_count=1, hours=10, managed=True).offers[0]
    assert first.cost.fee == -(-first.cost.compute * first.offer.fee_pct // 100)
    assert ask(gpu="A100", gpu_count=1, hours=10).offers[0].cost.fee == 0


def test_a_bucket_is_offered_once_per_region(ask: Ask) -> None:
    answer = ask(sells="bucket", storage_gib=1000, hours=730, jurisdictions=("EU",), limit=2000)
    offers = [each.offer for each in answer.offers]
    assert len({offer.region for offer in offers}) == len(offers) == answer.matched > 5
    assert {(offer.sells, offer.machine, offer.purchase) for offer in offers} == {("bucket", "", "on_demand")}
    for each in answer.offers:
        assert each.cost.ranked == 1000 * each.offer.object_micros_gib_month > 0


def test_a_disk_is_offered_once_per_region_at_its_disk_rate(ask: Ask) -> None:
    answer = ask(sells="disk", storage_gib=1000, hours=365, jurisdictions=("EU",), limit=2000)
    offers = [each.offer for each in answer.offers]
    assert len({offer.region for offer in offers}) == len(offers) == answer.matched > 5
    assert {(offer.sells, offer.machine, offer.purchase) for offer in offers} == {("disk", "", "on_demand")}
    for each in answer.offers:
        assert each.cost.ranked == 500 * each.offer.disk_micros_gib_month > 0


def test_an_excluded_region_sells_no_bucket(cloud: str, ask: Ask) -> None:
    first = ask(sells="bucket", storage_gib=1).offers[0].offer.region
    left = ask(sells="bucket", storage_gib=1, limit=2000, exclude=(Exclusion(cloud=cloud, region=first, reason="x"),))
    assert first not in {each.offer.region for each in left.offers}
    assert left.matched == len(load_cloud(cloud).regions) - 1


def test_only_a_spot_offer_can_be_interrupted(ask: Ask) -> None:
    for each in ask(vcpus=4, hours=100, limit=2000).offers:
        if each.offer.purchase == "on_demand":
            assert (each.offer.interruption_pct, each.cost.rework) == (None, 0)
        else:
            assert each.cost.rework > 0
