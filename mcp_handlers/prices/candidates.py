"""What a catalog can say before it knows a need's quantities: the places allowed, the machines to look at first.

Needs repeat, so each answer is kept for the next one.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from typing import NamedTuple

from mcp_handlers.prices.catalog import Catalog

SATISFIED_BY = {"A100": ("A100", "A100-80GB")}
"""GPU types that serve where another is asked for. Any other type only serves where it is named."""
ANY_GPU = "*"
KEPT = 1024
"""Answers kept of each kind."""


class Candidate(NamedTuple):
    """A machine type with a block of prices: `lowest` is the block's first rate, `regions` one bit per region in it."""

    lowest: int
    regions: int
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


def machines(catalog: Catalog, purchase: int, gpu: str | None, vcpus: int) -> tuple[Candidate, ...]:
    """The machines of at least this size with prices for this purchase, in order of their lowest rate.

    With a `gpu`, only those that carry GPUs of this type, or `ANY_GPU`; without one, all machines.
    """
    known = _sizes(catalog)
    size = bisect_left(known, vcpus)
    return _machines(catalog, purchase, gpu, known[size]) if size < len(known) else ()


@lru_cache(maxsize=KEPT)
def _sizes(catalog: Catalog) -> tuple[int, ...]:
    """How many vCPUs there are to be had, in order."""
    return tuple(sorted(set(catalog.vcpus)))


@lru_cache(maxsize=KEPT)
def _machines(catalog: Catalog, purchase: int, gpu: str | None, vcpus: int) -> tuple[Candidate, ...]:
    smallest = _sizes(catalog)[0]
    if vcpus > smallest:
        numbers = {number for number, has in enumerate(catalog.vcpus) if has >= vcpus}
        return tuple(each for each in _machines(catalog, purchase, gpu, smallest) if each.number in numbers)
    return tuple(
        candidate(catalog, number, purchase) for number in catalog.order[purchase] if _has(catalog, number, gpu)
    )


def _has(catalog: Catalog, number: int, gpu: str | None) -> bool:
    if gpu is None:
        return True
    mine = catalog.gpus[catalog.gpu[number]]
    return bool(mine) if gpu == ANY_GPU else mine in SATISFIED_BY.get(gpu, (gpu,))


@lru_cache(maxsize=KEPT)
def families_named(catalog: Catalog, families: tuple[str, ...]) -> frozenset[int]:
    """The numbers of the families of exactly these names."""
    return frozenset(number for number, name in enumerate(catalog.families) if name in families)


@lru_cache(maxsize=KEPT)
def named(catalog: Catalog, purchase: int, machine: str, vcpus: int) -> tuple[Candidate, ...]:
    """The machine of exactly this name, if there is one of at least this size with prices for this purchase."""
    number = catalog.number(machine)
    if number is None or catalog.vcpus[number] < vcpus:
        return ()
    found = candidate(catalog, number, purchase)
    return (found,) if found.first < found.end else ()


def candidate(catalog: Catalog, number: int, purchase: int) -> Candidate:
    """One machine's block, described."""
    first, end = catalog.first[2 * number + purchase], catalog.first[2 * number + purchase + 1]
    regions = {catalog.place_region[place] for place in catalog.place[first:end]}
    return Candidate(
        lowest=catalog.rate[first] if first < end else 0,
        regions=sum(1 << region for region in regions),
        memory_gib=catalog.memory[number],
        gpu_count=catalog.gpu_count[number],
        arch=catalog.arch[number],
        family=catalog.family[number],
        number=number,
        first=first,
        end=end,
    )
