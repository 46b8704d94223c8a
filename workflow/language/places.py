"""The names of places: `data/places.csv` (kind, English name, jurisdiction, other names, adjectives)."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

_FILE = Path(__file__).parent / "data" / "places.csv"
ARTICLE = r"(?:(?:the|der|die|dem|den|das|la|el|los|las|le|les|du|des|republic of) |l')?"
"""What may stand before a place's name."""
EU_MEMBERS = frozenset(
    "AT BE BG HR CY CZ DE DK EE ES FI FR GR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()
)  # fmt: skip
_PRONOUNS = frozenset({"us"})


class Place(NamedTuple):
    """A city, a country or a union of countries. `jurisdiction` is the code of the law that holds there."""

    kind: Literal["city", "country", "union"]
    name: str
    jurisdiction: str


@cache
def by_name() -> dict[str, Place]:
    """Every name, alias and adjective to its place."""
    return _table("name", "aliases", "adjectives")


@cache
def _table(*columns: str) -> dict[str, Place]:
    table: dict[str, Place] = {}
    with _FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            place = Place(row["kind"], row["name"], row["jurisdiction"])  # type: ignore[arg-type]
            for column in columns:
                table |= {name: place for name in row[column].split("|") if name and name not in table}
    return table


@cache
def pattern(kinds: str, *, adjectives: bool = False) -> str:
    """A regex for the names of the given kinds (`city country union`), longest first."""
    columns = ("name", "aliases", "adjectives") if adjectives else ("name", "aliases")
    names = [name for name, place in _table(*columns).items() if place.kind in kinds.split()]
    either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return rf"(?<![a-z0-9가-힣-])(?:{either})(?![a-z0-9])(?!-(?!only|based|wide|resident|hosted|region|side|data|users|사|고)[a-z])"
