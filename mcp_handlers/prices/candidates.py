"""What a catalog can say before it knows a need's quantities: the places allowed, the machines to look at first.

Needs repeat, so each answer is kept for the next one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from mcp_handlers.prices.catalog import Catalog

SATISFIED_BY = {"A100": ("A100", "A100-80GB")}
"""GPU types that serve where another is asked for. Any other type only serves where it is named."""
KEPT = 256


class Candidate(NamedTuple):
    """A machine type with a block of prices: `lowest` is the block's first rate, `regions` one bit per region in it."""

    lowest: int
    regions: int
    vcpus: int
    memory_gib: float
    gpu_count: int
    arch: int
    family: int
    number: int
    first: int
    end: int


@lru_cache(maxsize=KEPT)
def allowed_regions(catalog: Catalog, regions: tuple[str, ...], jurisdictions: tuple[str, ...]) -> tuple[bool, ...]:
    """For each region of the catalog, whether a need may go there. Empty tuples do not restrict; of the jurisdictions
    any one is enough."""
    return tuple(
        (not regions or region in regions) and (not jurisdictions or not set(jurisdictions).isdisjoint(law))
        for region, law in zip(catalog.regions, catalog.jurisdictions, strict=True)
    )


@lru_cache(maxsize=KEPT)
def allowed_bits(catalog: Catalog, regions: tuple[str, ...], jurisdictions: tuple[str, ...]) -> int:
    """The same as one bit per region."""
    return sum(may << region for region, may in enumerate(allowed_regions(catalog, regions, jurisdictions)))


@lru_cache(maxsize=KEPT)
def machines(catalog: Catalog, purchase: int, gpu: str | None, any_gpu: bool) -> tuple[Candidate, ...]:
    """All machines with prices for this purchase, in order of their lowest rate; only those with GPUs of this type, or
    of any type, where that is asked for."""
    serving = SATISFIED_BY.get(gpu or "", (gpu,))
    return tuple(
        candidate(catalog, number, purchase)
        for number in catalog.order[purchase]
        if (gpu is None or catalog.gpus[catalog.gpu[number]] in serving) and (not any_gpu or catalog.gpu_count[number])
    )


@lru_cache(maxsize=KEPT)
def named(catalog: Catalog, purchase: int, machine: str) -> tuple[Candidate, ...]:
    """The machine of exactly this name, if there is one with prices for this purchase."""
    number = catalog.number(machine)
    found = () if number is None else (candidate(catalog, number, purchase),)
    return tuple(each for each in found if each.first < each.end)


def candidate(catalog: Catalog, number: int, purchase: int) -> Candidate:
    """One machine's block, described."""
    first, end = catalog.first[2 * number + purchase], catalog.first[2 * number + purchase + 1]
    regions = {catalog.place_region[place] for place in catalog.place[first:end]}
    return Candidate(
        lowest=catalog.rate[first] if first < end else 0,
        regions=sum(1 << region for region in regions),
        vcpus=catalog.vcpus[number],
        memory_gib=catalog.memory[number],
        gpu_count=catalog.gpu_count[number],
        arch=catalog.arch[number],
        family=catalog.family[number],
        number=number,
        first=first,
        end=end,
    )
