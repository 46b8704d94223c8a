"""Quotes over all clouds: merged, cheapest first."""

from __future__ import annotations

import pytest

from mcp_handlers.prices.catalog import clouds
from mcp_handlers.prices.quote import best, quote
from mcp_handlers.tools.get_cost_estimate import Input
from workflow.model.errors import NotFound

EIGHT = Input(vcpus=8, memory_gib=32, jurisdictions=("EU",))


def test_a_quote_merges_every_cloud_and_keeps_to_the_limit() -> None:
    answer = quote(EIGHT.model_copy(update={"limit": 200}))
    ranks = [each.cost.ranked for each in answer.offers]
    assert ranks == sorted(ranks)
    assert {each.offer.cloud for each in answer.offers} == set(clouds()) == set(answer.matched) == set(answer.snapshots)
    assert len(quote(EIGHT).offers) == EIGHT.limit


def test_a_quote_among_some_clouds_asks_no_other() -> None:
    answer = quote(EIGHT, ("azure",))
    assert {each.offer.cloud for each in answer.offers} == {"azure"} == set(answer.matched)
    with pytest.raises(NotFound, match="'ibm'"):
        quote(EIGHT, ("ibm",))


@pytest.mark.parametrize("each", ["region", "machine"])
def test_the_best_is_the_first_of_the_quote(each: str) -> None:
    wanted = EIGHT.model_copy(update={"each": each, "egress_gib": 100.0})
    assert best(wanted) == quote(wanted).offers[0]


@pytest.mark.parametrize("sells", ["bucket", "disk"])
def test_the_best_store_is_the_first_of_the_quote(sells: str) -> None:
    wanted = Input(sells=sells, storage_gib=100, hours=730, jurisdictions=("EU",))
    assert best(wanted) == quote(wanted).offers[0]


def test_where_nothing_fits_nothing_is_best() -> None:
    wanted = Input(vcpus=100_000)
    assert best(wanted) is None
    assert quote(wanted).offers == ()
    assert best(Input(sells="bucket", jurisdictions=("XX",))) is None
