"""The names of places: `data/places.csv` (kind, English name, jurisdiction, other names, adjectives).

Readers work on text in which every name is replaced by a token (`zzn4`): short patterns, whatever the number of names.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

_FILE = Path(__file__).parent / "data" / "places.csv"
ARTICLE = r"(?:(?:the|der|die|dem|den|das|la|el|los|las|le|les|du|des|republic of) |l')?"
"""What may stand before a place's name."""
EU_MEMBERS = frozenset(
    re.findall(r"\w+", "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK")
)
PLACE, LAND, LAND_ADJECTIVE, HOME, HOME_ADJECTIVE = (
    rf"zz[{kinds}]\d+(?!\d)" for kinds in ("cnu", "nu", "nua", "cn", "cna")
)
"""Tokens of any place; of a country or union, also with adjectives; of a city or country, also with adjectives."""


class Place(NamedTuple):
    """`kind` is city, country or union (of countries); `jurisdiction` is the code of the law that holds there."""

    kind: str
    name: str
    jurisdiction: str


@cache
def _places() -> tuple[dict[str, str], dict[str, Place]]:
    """(name to token, token to place)."""
    tokens: dict[str, str] = {}
    places: dict[str, Place] = {}
    letters = {"city": "c", "country": "n", "union": "u"}
    with _FILE.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            place = Place(row["kind"], row["name"], row["jurisdiction"])
            called = f"{row['name']}|{row['aliases']}".split("|")
            for letter, names in ((letters[place.kind], called), ("a", row["adjectives"].split("|"))):
                places[f"zz{letter}{number}"] = place
                tokens = {name: f"zz{letter}{number}" for name in names if name} | tokens
    return tokens, places


@cache
def any_name() -> re.Pattern[str]:
    """Finds every name of a place in a normal text."""
    either = "|".join(re.escape(name) for name in sorted(_places()[0], key=len, reverse=True))
    after = r"(?!-(?!only|based|wide|resident|hosted|region|side|data|users|사|고)[a-z])"
    return re.compile(rf"(?<![a-z0-9가-힣-])(?:{either})(?![a-z0-9]){after}")


def marked(text: str) -> str:
    """The text with every place's name as a token."""
    return any_name().sub(lambda match: _places()[0][match[0]], text)


def at(token: str) -> Place:
    """The place that a token stands for."""
    return _places()[1][token]


def names() -> frozenset[str]:
    """All names, aliases and adjectives."""
    return frozenset(_places()[0])


def jurisdictions() -> frozenset[str]:
    """The codes of all jurisdictions."""
    return frozenset(place.jurisdiction for place in _places()[1].values())
