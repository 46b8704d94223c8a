"""A need priced over every cloud that has a price file, merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mcp_handlers.prices.catalog import clouds, load_cloud
from mcp_handlers.prices.estimate import cheapest, estimate
from mcp_handlers.tools.get_cost_estimate import Input, Priced


@dataclass(frozen=True)
class Quote:
    """Cheapest first over all clouds. `matched` and `snapshots` (the digest of the price file) are by cloud."""

    offers: tuple[Priced, ...]
    matched: dict[str, int]
    snapshots: dict[str, str]


def quote(wanted: Input, among: Sequence[str] = ()) -> Quote:
    """What fits in any cloud, or in those named, `wanted.limit` offers in all. Raises NotFound for an unknown cloud."""
    answers = {cloud: estimate(load_cloud(cloud), wanted) for cloud in among or clouds()}
    offers = sorted((each for answer in answers.values() for each in answer.offers), key=_rank)
    return Quote(
        offers=tuple(offers[: wanted.limit]),
        matched={cloud: answer.matched for cloud, answer in answers.items()},
        snapshots={cloud: answer.snapshot for cloud, answer in answers.items()},
    )


def best(wanted: Input, among: Sequence[str] = ()) -> Priced | None:
    """The first of `quote`, found faster. None if nothing fits."""
    return cheapest([load_cloud(cloud) for cloud in among or clouds()], wanted)


def _rank(each: Priced) -> tuple[int, str, str, str, str, str]:
    offer = each.offer
    return (each.cost.ranked, offer.cloud, offer.region, offer.zone, offer.machine, offer.purchase)
