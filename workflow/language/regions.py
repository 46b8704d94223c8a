"""Provider regions by name. AWS and GCP names follow a pattern; Azure's are listed in `data/azure-regions.csv`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from workflow.language.negation import blank, refused

_FILE = Path(__file__).parent / "data" / "azure-regions.csv"
_SIDE = r"(?:north|south|east|west|central|(?:north|south)(?:east|west))"


@cache
def name() -> str:
    """A regex for region names. A zone's letter is matched after the name and is no part of it."""
    azure = "|".join(sorted(_FILE.read_text(encoding="utf-8").split()[1:], key=len, reverse=True))
    aws = rf"(?:us-gov|us-iso|af|ap|ca|cn|eu|il|me|mx|sa|us)-{_SIDE}-\d"
    gcp = rf"(?:africa|asia|australia|europe|me|northamerica|southamerica|us)-{_SIDE}\d{{1,2}}"
    return rf"(?<![\w-])(?:{aws}|{gcp}|{azure})(?=(?:-[a-f]|[a-f])?(?![a-z0-9])(?!-\d))"


class Named(NamedTuple):
    """The regions that a text names: those it demands, and those it refuses."""

    demanded: tuple[str, ...]
    refused: tuple[str, ...]


def named(text: str) -> Named:
    """Both kinds at once."""
    return Named(read(text), excluded(text))


def read(text: str) -> tuple[str, ...]:
    """The regions demanded, in the order of mention. Refused ones and sources (`from us-east-1`) are left out."""
    text = blank(text, refused(text, name()))
    text = re.sub(rf"\bfrom (?:\w+ ){{0,4}}(?:{name()})", " ", text)
    return tuple(dict.fromkeys(re.findall(name(), text)))


def excluded(text: str) -> tuple[str, ...]:
    """The regions refused by name, in the order of mention."""
    spans = sorted(refused(text, name()))
    return tuple(dict.fromkeys(found for start, end in spans for found in re.findall(name(), text[start:end] + " ")))


def without(text: str) -> str:
    """The text with all region names made unreadable, so that `eu-west-1` is not read as a jurisdiction."""
    return blank(text, [match.span() for match in re.finditer(name() + r"(?:-?[a-f]\b)?", text)])


def is_name(region: str) -> bool:
    """True for a plausible region name, spelled in lower case."""
    return bool(re.fullmatch(name(), region))
