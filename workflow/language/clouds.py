"""Providers by name: the clouds that the work is restricted to."""

from __future__ import annotations

import re

from workflow.language.negation import blank, refused
from workflow.language.scope import sentences
from workflow.model.errors import Unclear

_NAMES = {
    "aws": r"aws|amazon web services|amazon(?= cloud\b)|amazon|아마존",
    "azure": r"(?:ms |microsoft )?azure|microsoft(?= cloud\b)|microsoft|애저",
    "gcp": r"gcp|google cloud platform|google cloud|google compute(?: engine)?|google|gce|구글 클라우드|구글",
}
CLOUDS = tuple(_NAMES)
"""The clouds that a text can name; refusing one leaves the others."""
_NOT_THE_CLOUD = (
    r"(?!(?:'s)? ?-?(?:bill|invoice|credits?|ad\b|active directory|devops|certified|analytics|ads|sheets?|drive"
    r"|docs|maps|play|workspace"
    r"|reviews?|sellers?|products?|marketplace|billing|costs?|search|calendar|forms|teams|office|365|excel"
    r"|sql server|books|prime|alexa))"
)
_CLOUD = r"(?<![\w.@-])(?:" + "|".join(_NAMES.values()) + r")(?![a-z0-9])" + _NOT_THE_CLOUD
_SOURCE = (
    r"(?:(?:lives?|sits?|resides?|lies|lie|stored|liegen|liegt|estan|se trouvent) (?:on|in|at|auf|bei|en|sur"
    r"|chez)|from|off|out of|leaving|unlike|source:?|aus|von|desde|depuis|instead of|prefer\w*|ideally"
    r"|vorzugsweise"
    r"|preferiblemente|de preference|similar to)"
    r" (?:[\w']+ ){0,4}?"
)


def read(text: str) -> tuple[str, ...]:
    """The clouds allowed, sorted; empty where the text does not restrict them. Raises Unclear if none is left."""
    spans = refused(text, _CLOUD)
    out = {_cloud(text[start:end]) for start, end in _names_in(text, spans)}
    rest = re.sub(
        rf"\b(?!from (?:{_CLOUD}) or (?:{_CLOUD})){_SOURCE}{_CLOUD}|{_CLOUD} (?:is |would be )?(?:preferred"
        rf"|preferably|if possible|would be nice)",
        " ",
        blank(text, spans),
    )
    only = [found for sentence in sentences(rest) if (found := _only(sentence))]
    wanted = {_cloud(match[0]) for match in re.finditer(_CLOUD, rest)}
    for named in only:
        wanted = wanted & named
    if not wanted and not out and not only:
        return ()
    left = (wanted or (set() if only else set(CLOUDS))) - out
    if not left:
        raise Unclear(
            "The request leaves no cloud: the providers it names exclude one another.",
            "Which of AWS, Azure and Google Cloud may be used?",
        )
    return () if left == set(CLOUDS) else tuple(sorted(left))


def excluded(text: str) -> tuple[str, ...]:
    """The clouds refused by name, sorted."""
    return tuple(sorted({_cloud(text[start:end]) for start, end in _names_in(text, refused(text, _CLOUD))}))


def _names_in(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(a + m.start(), a + m.end()) for a, b in spans for m in re.finditer(_CLOUD, text[a:b] + " ")]


def _cloud(name: str) -> str:
    return next(cloud for cloud, names in _NAMES.items() if re.fullmatch(names.replace(r"(?= cloud\b)", ""), name))


def _only(sentence: str) -> set[str]:
    """The clouds of a sentence that says `only` next to one."""
    names = rf"(?:{_CLOUD})(?:\s?(?:,|/|or|and|oder|und|o|y|ou|et|나|이나) ?(?:{_CLOUD}))*"
    near = (
        rf"(?:only|nur|solo|solamente|uniquement|exclusively|ausschliesslich|unicamente"
        rf"|seulement)(?: \w+){{0,2}}? {names}|{names}(?: \w+)?,? (?:only|solo|solamente|seulement|uniquement)"
        rf"|{names}\s?(?:에서만|만)"
    )
    return {_cloud(m[0]) for hit in re.finditer(near, sentence) for m in re.finditer(_CLOUD, hit[0] + " ")}
