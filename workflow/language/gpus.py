"""GPUs: type and count per node. Memory that belongs to a GPU's name is taken out of the text with it."""

from __future__ import annotations

import re
from typing import NamedTuple

from workflow.language.negation import blank, refused
from workflow.language.numbers import NUM
from workflow.model.errors import Unclear

_TYPES = "gb200 b300 b200 h200 h100 h20 a100 a10g a10 l40s l40 l4 v100 t4 p100 k80 mi300x"
_FORM = r"(?:-?(?:sxm\d?|pcie|nvl|hgx|tensor core))?"
_MEMORY = (
    r"(?:[- ]?(?:(?:de|mit|with|a|avec|con) )?\(?-?(?P<memory>\d{2,3}) ?(?:gb?|gib|gigs?"
    r"|기가)(?![a-z0-9])\)?(?! ?(?:of )?(?:ram|memory|mem|arbeitsspeicher|de ram|de memoria|disk|ssd|hdd"
    r"|storage|메모리"
    r"|램)\b))?"
)
_NAME = (
    rf"(?:(?P<ahead>80) ?gb?[ -])?(?<![a-z0-9.])(?P<type>{_TYPES.replace(' ', '|')})(?:'?s)?(?![a-z0-9]|\.\d)"
    rf"(?! (?:load balanc\w+|proxy|support"
    rf"|layer)){_FORM}{_MEMORY}(?: (?:each )?with (?P<inside>80) ?gb?(?: (?:of )?(?:v?ram|memory))?(?= each\b"
    rf"| \w*gpu))?"
)
_ON_CARD = (
    r"\d+ ?(?:gb|gib|gigs?) ?(?:of )?(?:vram|gpu[- ](?:memory|ram|mem)|hbm\w*)\b|(?:vram|gpu[- ](?:memory|ram"
    r"|mem))(?: size)?\s?[:=]? ?\d+ ?(?:gb|gib|gigs?)"
)
_GPU = (
    r"(?:gpus?(?:-karten?)?|graphics cards?|grafikkarten?|accelerators?|tarjetas? graficas?|cartes? graphiques?"
    r"|그래픽 ?카드|지피유)"
)
_FILLER = (
    r"(?:(?:x|of|the|nvidia|tesla|geforce|amd|gpus?|dedicated|full|shiny|big|cloud|de|dedizierte"
    r"|tarjetas?|cartes?"
    r"|brand|new|cards?|instance|type|tipo|du|typ|vom) ?|-)*"
)
_COUNTERS = r"(?:장|개|대|ea|pcs|cards?|units?|stuck|gpus?)"
_COUNT_AFTER = (
    rf" ?(?:{_GPU})? ?\(?[x*] ?(\d+)(?![\d.]| ?gb)\)?",
    rf"\s?(?:{_GPU})?\S?\s?\(?(\d+) ?{_COUNTERS}",
    rf"[,.]?\s?(?:{_GPU} )?(?:count|quantity|qty|number|anzahl|cantidad|nombre)\s?[:=]? ?(\d+)",
    r" ?\(\s?(\d+)\s?x?\s?\)",
    r" (\d+) ?x(?![a-z])(?! ?\d+ ?-?(?:v?cpu|v?core|gpu))",
    r"[.,:;]\s?(\d+)(?!\.\d)(?: of (?:them|those|these)\b|(?=\s?(?:[.;\n]|$)))",
)


_NO_GPU = rf"(?<![\w.])0 ?x? ?{_GPU}|{_GPU}\s?[:=] ?(?:none|no|0|keine|ninguna|aucun)\b"


class Gpus(NamedTuple):
    """`model` as catalogues write it, `number` as the text states it, `where` it stands in the text."""

    model: str | None
    number: int
    where: tuple[int, int]


def read(text: str) -> Gpus:
    """The GPUs asked for; the larger count where two are stated. Raises Unclear where they are both asked
    for and refused."""
    refusals = refused(text, rf"{_GPU}|{_bare_types()}") + [m.span() for m in re.finditer(_NO_GPU, text)]
    rest = blank(text, refusals + [m.span() for m in re.finditer(r"\bcpu[- ]only\b", text)])
    named = [
        m
        for m in re.finditer(_NAME, rest)
        if not re.search(r"(?:instead of|rather than|replac\w+) (?:\w+ ){0,3}$", rest[: m.start()])
    ]
    loose, span = _untyped(rest)
    counts = [(_count(rest, match), match.span()) for match in named]
    stated = [(count, where) for count, where in counts if count]
    if loose:
        stated.append((loose, span))
    if not named and not loose and not re.search(rf"\b{_GPU}(?![a-z0-9])", rest):
        return Gpus(None, 0, (0, 0))
    if any(re.fullmatch(rf"0 ?x? ?{_GPU}|{_GPU}", text[a:b]) for a, b in refusals) and (named or loose):
        raise Unclear("The request asks for GPUs and also for none.", "How many GPUs should each machine have?")
    count, where = max(stated, default=(1, named[0].span() if named else span))
    return Gpus(_type(named[0]) if named else None, count, where)


def _bare_types() -> str:
    return rf"(?:nvidia )?(?:{_TYPES.replace(' ', '|')})s?(?![a-z0-9])"


def _type(match: re.Match[str]) -> str:
    name = match["type"].upper()
    big = "80" in (match["ahead"], match["memory"], match["inside"])
    return "A100-80GB" if name == "A100" and big else name


def _count(text: str, match: re.Match[str]) -> int:
    """The number that belongs to a GPU's name, or 0 where none stands beside it."""
    before, after = text[max(0, match.start() - 90) : match.start()], text[match.end() : match.end() + 90]
    left = re.search(rf"{NUM} ?[x*]? ?{_FILLER}\(?$", before)
    if left and float(left[1]).is_integer():
        return int(float(left[1]))
    found = [right for pattern in _COUNT_AFTER if (right := re.match(pattern, after))]
    return int(found[0][1]) if found else 0


def _untyped(text: str) -> tuple[int, tuple[int, int]]:
    others = r"(?:per|an?|the|get|use|need|to|with|and|hours?|gb)\b|x86|vcpu|core|node|machine|box"
    words = rf"(?:(?!{others})[a-z]+ ){{0,2}}"
    found = [
        *re.finditer(rf"{NUM}(?: ?x)?[ -]?{words}{_GPU}(?![a-z0-9])", text),
        *re.finditer(
            rf"{_GPU}(?:\s?[:=] ?any(?: type)?[.,;\n]\s?|)"
            rf"(?: ?(?:count|quantity|per (?:node|replica|machine|worker)|cantidad"
            rf"|anzahl))?(?:\(s\))?\s?[:=] ?{NUM}(?! ?(?:x|gb))(?= ?(?:$|[,;.\n)(x]|{_bare_types()}))",
            text,
        ),
        *re.finditer(rf"{_GPU}\S?\s?{NUM} ?(?:장|개|대)", text),
        *re.finditer(rf"{_GPU}[^.;\n\d]{{0,30}}? {NUM} of (?:them|those|these)\b", text),
    ]
    whole = [(int(float(m[1])), m.span()) for m in found if float(m[1]).is_integer()]
    return max(whole, default=(0, (0, 0)))


def without(text: str) -> str:
    """The text with the names of GPUs, and the memory on the cards, made unreadable."""
    spans = [m.span() for pattern in (_NAME, _ON_CARD) for m in re.finditer(pattern, text)]
    return blank(text, spans)
