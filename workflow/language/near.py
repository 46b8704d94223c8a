"""Where the people who use it are, for latency: a city or a country by its English name."""

from __future__ import annotations

import re

from workflow.language.people import PEOPLE, PEOPLE_KO
from workflow.language.places import ARTICLE, HOME, HOME_ADJECTIVE, at, marked

_CLOSE = (
    r"(?:near(?:by)?|nearest(?: to)?|close to|closer to|closest to|as close as possible to|next to|not far from"
    r"|in the vicinity of|proximity to|around"
    r"|in der nahe (?:von|des|der)|nah(?:e)?(?: bei| an| zu)?|dicht (?:bei|an)|moglichst nah an"
    r"|cerca(?:n[oa]s?)? (?:de|a)|proxim[oa]s? a|lo mas cerca posible de|pres d(?:e|u|es)|proches? d(?:e|u|es)"
    r"|a proximite d(?:e|u|es)|au plus pres d(?:e|u|es))"
)
_IN = (
    r"(?:in|from|around|at|across|over|near|of|out of|throughout|aus|bei|rund um|en|de|desde|a|au|aux|dans"
    r"|pres de|du)"
)
_BE = (
    r"(?:[,:]? (?:are|r|is|sit|sits|live|lives|based|located|mostly|mainly|all|who|that|which|will|be"
    r"|come|comes|spread|spread out|distributed|scattered|connecting|connect|play|work|working|playing"
    r"|here|there|primarily|largely|and|our|being|concentrated|situated|almost|only"
    r"|sind|sitzen|leben|kommen|uberwiegend|hauptsachlich|vor allem|befinden sich|estan|viven|son"
    r"|principalmente"
    r"|ubicados|sont|se trouvent|situes|bases|principalement|vivent|qui|que))*"
)
_STOP = (
    r"(?:our|the|real|my|a|an|us|it|me|them|zero|each|that|this|your|users?|customers?|unser\w*"
    r"|nuestr\w*|nos|los"
    r"|las|les|end|full|done|capacity|data|existing|source)\b"
)


_UNKNOWN = re.compile(
    rf"\b(?:near|close to|close as possible to) (?!{_STOP})(?!\d|\$"
    rf"|zz[a-z]\d)(?P<place>[a-z]{{3,}}(?: [a-z]{{4,}})?)"
    r"(?=\s?(?:[,.;\n]|$|and\b|with\b|for\b|on\b|under\b|max\b|<))"
)
_NAMED = rf"{ARTICLE}(?P<place>{HOME})"
_THINGS = (
    r"(?:servers|machines|backups|files|nodes|buckets|systems|clouds|regions|disks|vms|records|logs"
    r"|images|models|volumes|datasets|sources|stays|remains|resides|runs|lives|sits|goes)\b"
)
_SITE = r"(?:plant|factory|warehouse|hospital|clinic|school|university|campus|branch|lab|studio|hq|headquarters|office)"
_US = r"(?:(?:most|all|many|half|some|both|lots) of ours|we|we all|us lot|i|everybody|everyone)"
_PATTERNS = (
    rf"\b{_CLOSE} (?:\w+ ){{0,3}}?{PEOPLE}{_BE} {_IN} (?:\w+ )?{_NAMED}",
    rf"(?<!\w){PEOPLE}(?: base)?{_BE}(?: {_IN} |: ?| = ?)"
    rf"(?:(?:and around|central|greater|downtown|northern|southern|eastern|western) )?{_NAMED}",
    rf"\b{_US}(?:'re|'m|{_BE}) (?:in|at|from) {_NAMED}",
    rf"\bthey(?:'re| are| all)* (?:all|mostly|mainly|based|sit|live|play|sitting|living|playing) (?:in|at"
    rf"|from) {_NAMED}",
    rf"(?<!\w){PEOPLE}[,:]? (?:ie|i\.e\.|eg|namely|mostly|mainly|meaning)[,:]? (?:in |from )?{_NAMED}",
    rf"\b(?:our|most|all|many|the|their) (?:\w+ )?(?!{_THINGS})[a-z]+s(?: who use it)? (?:are|sit|live|work"
    rf"|come|play){_BE} (?:in|from) {_NAMED}",
    rf"(?:^|[.,;\n] ?)(?!{_THINGS})[a-z]+s (?:are|r|sit|live|work){_BE} (?:in|from) {_NAMED}",
    rf"(?:^|[.,;\n] ?)(?!{_THINGS})[a-z]+s in {_NAMED}(?=\s?(?:[.,;\n]|$))",
    rf"\b(?:for|at) (?:our|the|a) (?:\w+ )?{_SITE} in {_NAMED}",
    rf"\b{_CLOSE} (?:our|the|a|my|their) (?:\w+ ){{1,2}}(?:in|at) {_NAMED}",
    rf"\b{_CLOSE} {_NAMED}",
    rf"(?P<place>{HOME_ADJECTIVE})(?:-based|-side)? (?:\w+ )?{PEOPLE}(?![a-z])",
    rf"\b(?:nutzer|kunden|usuarios|utilisateurs|clientes?|clients) (?P<place>{HOME_ADJECTIVE})",
    rf"(?P<place>{HOME})(?:에|의)?\s?(?:있는\s|사는\s|거주\s?)?(?:\S+\s)?{PEOPLE_KO}",
    rf"{PEOPLE_KO}\S{{0,2}}\s(?:\S+\s){{0,2}}?(?P<place>{HOME})에",
    rf"(?P<place>{HOME})\S{{0,2}}\s?(?:근처|가까|인근|주변)",
)


def read(text: str) -> str | None:
    """The first place that people or a wish for nearness are tied to, None if there is none."""
    text = re.sub(r"\bof us\b(?! users| customers)", "of ours", text)
    text = re.sub(r"\b(?<!in the )(?<!in )us\b(?! users| customers)", " ", text)
    places = marked(text)
    for pattern in _PATTERNS:
        if match := re.search(pattern, places):
            return at(match["place"]).name
    unknown = _UNKNOWN.search(places)
    return unknown["place"] if unknown and not re.search(PEOPLE, unknown["place"]) else None
