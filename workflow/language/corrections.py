"""What people take back as they write: `two L4s, no wait, make that four` is `four L4s`.

The value after the words of correction replaces the nearest value of the same sort before them.
"""

from __future__ import annotations

import re
from functools import cache

from workflow.language.numbers import NUM, TIMES
from workflow.language.places import ARTICLE, any_name
from workflow.language.regions import name as region

_STRONG = (
    r"(?:no(?=:)|no,? wait|wait,? no|wait|hang on|hold on|sorry|apologies|actually|(?:i|we) mean(?:t)?|make (?:that|it)"
    r"|let's make (?:that|it)|scratch that|strike that|correction|my (?:bad|mistake)|or rather|rather"
    r"|better make it|call it"
    r"|nein|quatsch|halt|stopp|moment|besser gesagt|vielmehr|ich meine|ich meinte|korrektur|pardon|entschuldigung"
    r"|perdon|digo|mejor dicho|quiero decir|mas bien|espera|corrijo|correccion"
    r"|enfin|plutot|je veux dire|je voulais dire|attendez|non pardon|desole|아니(?:다|요)?|정정|죄송)"
)
_WEAK = r"(?:no|non|oh|ah|uh|um|er|erm|err|hmm|oops|ups|well|ach|ay|euh|and|but|then|please|pls|그게|그냥)"
_MARK = re.compile(
    rf"(?<=[\w%$)])(?:\s?[,.;:(?!/-])*\s?(?:(?:{_WEAK})[,.!]*\s){{0,2}}(?<![\w-]){_STRONG}(?!\w)"
    rf"(?:[\s,.:;!-]+(?:{_STRONG}|{_WEAK})(?!\w))*[\s,.:;!-]+"
    r"(?:(?:it's|it is|that's|that is|(?:it )?should (?:be|say)|(?:we|i) (?:need|want)|need|use|go for"
    r"|with|say|at least|to|in|on|at|of|a|an|the|just|only|es sind|es|lieber|in|en|con|son|sean|c'est|ce sont|dans|avec"
    r"|mettez|sur)\s)*"
)
_GPU = r"(?:(?:\d+ ?x? ?)?(?<![a-z0-9])(?:t4|l4|v100|a10g?|l40s?|a100(?:[- ]80 ?gb)?|h100|h200|b200)s?(?![a-z0-9]))"
_UNITS = (
    r"(?:[gtmp]i?b|gigs?|gigabytes?|terabytes?|기가|테라)\b",
    r"(?:v?cpus?|v?cores?|kerne?n?|nucleos|coeurs|코어)\b",
    rf"(?:h|d|{TIMES}|시간|일)\b",
    r"(?:ms|milliseconds|millisekunden)\b",
    r"(?:nodes?|machines?|vms?|boxes|servers?|workers?|replicas?|instances?|knoten|maschinen|maquinas|nodos"
    r"|noeuds|대)\b",
)


@cache
def _sorts() -> tuple[re.Pattern[str], ...]:
    """What can be corrected, each sort a pattern; the first that fits the corrected value is its sort."""
    money = rf"\$ ?\d+(?:\.\d+)?k?|{NUM} ?(?:dollars|usd|bucks|\$|dolares|cents|달러)"
    quantities = (rf"{NUM}[ -]?(?:{unit})" for unit in _UNITS)
    cloud = r"(?<!\w)(?:aws|azure|gcp|google cloud|google|amazon)(?!\w)"
    purchase = r"(?<!\w)(?:spot|preemptible|on[- ]demand)(?!\w)"
    place = rf"{ARTICLE}(?:{any_name().pattern})"
    return tuple(map(re.compile, (money, _GPU, *quantities, region(), place, cloud, purchase)))


def _kept(said: str, meant: str) -> int:
    """How much of what was said stays: the count of `2 A10, I mean A10G`."""
    count = re.match(r"\d+ ?x? ?(?=[a-z])", said)
    return count.end() if count and not meant[0].isdigit() and re.search(r"\d", meant) else 0


_NUMBER = re.compile(NUM)


def corrected(text: str) -> str:
    """A normal text with every correction carried out. What corrects nothing of its own sort stays as it is."""
    at = 0
    while mark := _MARK.search(text, at):
        at = mark.end()
        change = _change(text, mark)
        if change:
            (start, end), new, after = change
            text = text[:start] + new + text[end : mark.start()] + text[after:]
            at = start + len(new)
    return text


def _change(text: str, mark: re.Match[str]) -> tuple[tuple[int, int], str, int] | None:
    """What is replaced, by what, and where the correction ends. Looked for in the 80 characters before it."""
    since = max(0, mark.start() - 80)
    for sort in _sorts():
        if value := sort.match(text, mark.end()):
            earlier = list(sort.finditer(text, since, mark.start()))
            if earlier:
                start, end = earlier[-1].span()
                return (start + _kept(earlier[-1][0], value[0]), end), value[0], value.end()
            break
    number = _NUMBER.match(text, mark.end())
    numbers = list(_NUMBER.finditer(text, since, mark.start()))
    if number and numbers:
        return numbers[-1].span(), number[0], number.end()
    return None
