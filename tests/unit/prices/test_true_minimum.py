"""What is listed as cheapest is the least of all there is: against a scan of the raw snapshots."""

from __future__ import annotations

import random

import pytest

from mcp_handlers.prices.catalog import load_cloud
from mcp_handlers.prices.estimate import estimate
from mcp_handlers.prices.quote import best, quote
from mcp_handlers.tools.get_cost_estimate import Input, Priced
from tests.amount import WHOLE
from tests.unit.prices import scan
from workflow.model.offer import Exclusion

NEEDS = 300 if WHOLE else 60
CHUNKS = 10 if WHOLE else 2
GPUS = ["T4", "L4", "V100", "A10", "A10G", "L40S", "A100", "A100-80GB", "H100", "H200", "MI300X", "P100"]
CODES = ["EU", "EEA", "US", "UK", "IN", "DE", "FR", "JP", "BR", "CH", "AU", "NZ", "XX"]


def a_need(seed: int, worlds: list[scan.World]) -> Input:
    """A random need: wide or narrow, with GPUs or without, for minutes or months."""
    dice = random.Random(seed)

    def sometimes(share: float, value: object, otherwise: object) -> object:
        return value if dice.random() < share else otherwise

    somewhere = dice.choice(worlds)
    line = dice.choice(somewhere.lines)
    with_gpus = dice.random() < 0.4
    covered = dice.choice(
        [{"region": line.region}, {"zone": line.zone}, {"machine": line.machine}, {"purchase": "spot"}, {}]
    )
    values = {
        "vcpus": dice.choice([1, 2, 3, 4, 8, 12, 16, 32, 48, 96, 192]),
        "memory_gib": dice.choice([0, 0.5, 3.75, 8, 16, 32, 61.5, 128, 400, 1024]),
        "gpu": sometimes(0.8, dice.choice(GPUS), None) if with_gpus else None,
        "gpu_count": dice.choice([0, 1, 1, 1, 2, 4, 8, 16]) if with_gpus else 0,
        "arch": dice.choice(["any", "any", "x86_64", "arm64"]),
        "purchase": dice.choice(["any", "any", "on_demand", "spot"]),
        "machine": sometimes(0.05, line.machine, ""),
        "regions": sometimes(0.2, tuple({line.region, dice.choice(somewhere.lines).region}), ()),
        "jurisdictions": sometimes(0.4, tuple(dice.sample(CODES, dice.choice([1, 1, 2]))), ()),
        "exclude": sometimes(0.3, (Exclusion(cloud=somewhere.cloud, reason="full", **covered),), ()),
        "nodes": dice.choice([1, 1, 1, 2, 7, 64]),
        "hours": dice.choice([1, 0.1, 0.75, 1 / 3, 6, 24, 100.5, 730, 8760]),
        "storage_gib": sometimes(0.4, dice.choice([1, 50, 333.3, 10_000]), 0),
        "egress_gib": sometimes(0.4, dice.choice([0.5, 10, 1_000, 100_000]), 0),
        "managed": sometimes(0.3, True, False),
        "each": dice.choice(["region", "region", "machine"]),
        "limit": 2000,
    }
    return Input.model_validate(values)


def groups(offers: tuple[Priced, ...], wanted: Input) -> dict[tuple[str, ...], int]:
    """The ranked cost by region and purchase (and machine)."""
    return {
        (each.offer.region, each.offer.purchase)
        + ((each.offer.machine,) if wanted.each == "machine" else ()): each.cost.ranked
        for each in offers
    }


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_the_cheapest_equals_a_scan_of_every_line_of_the_snapshots(chunk: int, worlds: list[scan.World]) -> None:
    share = NEEDS // CHUNKS
    for seed in range(chunk * share, (chunk + 1) * share):
        wanted = a_need(seed, worlds)
        overall: list[int] = []
        for world in worlds:
            least, matched = scan.least(world, wanted)
            answer = estimate(load_cloud(world.cloud), wanted)
            assert (groups(answer.offers, wanted), answer.matched) == (
                _first(least, wanted.limit, answer.offers, wanted),
                matched,
            ), (seed, world.cloud)
            overall += least.values()
        first = best(wanted)
        assert (first.cost.ranked if first else None) == min(overall, default=None), seed


def _first(
    least: dict[tuple[str, ...], int], limit: int, offers: tuple[Priced, ...], wanted: Input
) -> dict[tuple[str, ...], int]:
    """The scan's groups; where the limit cut the answer, those of them that were listed, if they are the least."""
    if len(least) <= limit:
        return least
    assert sorted(least.values())[:limit] == [each.cost.ranked for each in offers]
    listed = groups(offers, wanted)
    return {group: amount for group, amount in least.items() if group in listed}


def test_the_needs_are_of_every_kind(worlds: list[scan.World]) -> None:
    needs = [a_need(seed, worlds) for seed in range(NEEDS)]
    for has in ("gpu", "regions", "jurisdictions", "exclude", "storage_gib", "egress_gib", "managed", "machine"):
        assert NEEDS // 60 < sum(bool(getattr(need, has)) for need in needs) < NEEDS, has
    assert {need.purchase for need in needs} == {"any", "on_demand", "spot"}
    assert {need.arch for need in needs} == {"any", "x86_64", "arm64"}
    answers = [best(need) for need in needs]
    assert {each.offer.cloud for each in answers if each} == {world.cloud for world in worlds}
    assert NEEDS // 3 < sum(each is not None for each in answers) < NEEDS


def test_the_merged_list_starts_with_the_best(worlds: list[scan.World]) -> None:
    for seed in range(300, 340 if WHOLE else 310):
        wanted = a_need(seed, worlds)
        listed = quote(wanted).offers
        assert (listed[0] if listed else None) == best(wanted), seed
