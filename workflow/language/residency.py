"""Jurisdictions that data and compute must not leave."""

from __future__ import annotations

import re
from functools import cache

from workflow.language.people import PEOPLE
from workflow.language.places import ARTICLE, EU_MEMBERS, by_name, pattern
from workflow.model.errors import BadRequest

_OR = r"\s?(?:,? ?(?:or|and|und|oder|y|o|e|et|ou|&)(?: (?:in|inside|within|en|dans|in der|au|aux))? |/|, ?|나 |이나 |또는 |와 |과 )"
_IN = r"(?:in|inside|within|inside of|innerhalb|innerhalb von|en|dentro de|dans|au sein de|au|aux|a|auf|on|im)"
_MUST = (
    r"(?:must|has to|have to|needs? to|should|shall|may only|can only|required to|supposed to|got to|is to|are to|ought to"
    r"|muss|mussen|durfen nur|darf nur|soll|sollen|deben?|debera\w*|tienen? que|han de|ha de|doi(?:t|vent)|devr\w+|faut que)"
)
_STAY = (
    r"(?:stays?|staying|remains?|remaining|kept|keep|reside|resides|be held|hosted|be stored|be processed|bleiben|bleibt|verbleiben|gehalten|gespeichert|verarbeitet|permane\w+|quedarse|qued\w+"
    r"|almacen\w+|alojad\w+|rest\w+|demeur\w+|heberge\w*|stocke\w*|conserve\w*)"
)
_ONLY = r"(?:only|solely|exclusively|strictly|nur|ausschliesslich|einzig|lediglich|solo|solamente|unicamente|exclusivamente|uniquement|seulement|exclusivement)"
_FILL = rf"(?:(?!not\b|never\b|nicht\b|close\b|near\b|no\b|pas\b|{PEOPLE}\b|for\b|leave\b|finish\b|respond\b|serve\b|within \d)[\w'-]+ ){{0,7}}?"
_MAKE = (
    r"(?:run|host|hosted|hosting|store|stored|storing|deploy|deployed|placed?|put|located|provision|launch|spin up|set up|bucket|servers?|vms?|machines?|cluster|volume|data ?cent(?:er|re)s?"
    r"|bereitstellen|betreiben|speichern|gehostet|alojar|guardar|desplegar|heberger|stocker|deployer)"
)
_LABEL = r"(?:data )?(?:residency|location|country|where|jurisdiction|geo|geography|sovereignty|data location|data residency|standort|land|pais|ubicacion|pays|localisation|locality|place|territory|residencia|위치|국가|지역)"
_PROSE = re.compile(r"\b(?:we|our|i|my|please|could|would|is|are|it|they|has|let|me|give|us to|you|should|takes?|unser\w*|wir|nuestr\w*|nos|notre|bitte)\b|[가-힣]")


@cache
def _patterns() -> tuple[str, ...]:
    """Each finds `places`: one name, or several joined by `or`."""
    place = rf"{ARTICLE}(?:{pattern('city country union')})"
    law = rf"{ARTICLE}(?:{pattern('country union')})"
    form = rf"{ARTICLE}(?:{pattern('country union', adjectives=True)})"
    many = rf"(?P<places>{place}(?:{_OR}{place})*)"
    lawful = rf"(?P<places>{law}(?:{_OR}{law})*)"
    return (
        rf"\b{_ONLY} (?:\w+ ){{0,2}}?{_IN} {many}",
        rf"\b{_MUST} {_FILL}{_IN} {many}",
        rf"(?<!not )(?<!never )\b{_STAY} {_FILL}{_IN} {many}",
        rf"{_IN} {many} {_STAY}\b",
        rf"\b(?:not|never|n't|neither|nor|no|without|nothing|nicht|niemals|cannot|nada|sin|ne|jamais|kein\w*|sans)\b[^.;\n]{{0,50}}?\b(?:leave|leaving|exit|exiting|outside|out of|beyond|ausserhalb|salir|salgan?|abandonar|fuera|quitter|sortir|hors|en dehors)\b(?: of| de| del| d')? ?{many}",
        rf"{many} (?:\w+ )?(?:nicht|niemals) verlassen",
        rf"\b{_ONLY}(?: the| in)? {lawful}(?! {PEOPLE})",
        rf"{lawful}(?:[- ](?:data ?cent(?:er|re)s?|regions?|soil|servers?|data|hosting|locations?|territory|zone))?[ -]{_ONLY}\b",
        rf"(?P<places>{form}) (?:data ?cent(?:er|re)s?|regions?|soil|servers?|data|territory|rechenzentr\w+)[ -]{_ONLY}\b|\b{_ONLY} (?:in |on |use )?(?P<places2>{form}) (?:data ?cent(?:er|re)s?|regions?|soil|servers?|territory|rechenzentr\w+)",
        rf"{lawful}[- ](?:data[- ])?(?:residency|resident|sovereign\w*|jurisdiction|borders)",
        rf"\b(?:residency|sovereignty|jurisdiction|residencia|resident)\b(?: of data)?(?: requirement)?(?: is|:| in| =|,)? {_FILL}{many}",
        rf"(?:^|\n|[,;.(>-] ?){_LABEL}\s?[:=] ?(?:in )?{many}",
        rf"\b(?:on|auf) (?P<places>{form}) (?:soil|territory|boden)",
        rf"(?P<places>(?:{pattern('city country union')})(?:{_OR}(?:{pattern('city country union')}))*)\S{{0,2}}\s?(?:내|안|국내)?(?:에만|에서만|로만|만\b|내에|안에|영토|밖|외부|를 벗어|을 벗어|벗어나|를 떠나|을 떠나|리전만|리전에만|에 있어야|에 두어야|에 보관|에 저장|에 머물|에 남아)",
        rf"\b{_MAKE}\b (?:(?!for\b|near\b|close\b|with \d+ {PEOPLE}|from\b|{PEOPLE}\b|used\b)[\w'$/.,-]+ ){{0,8}}?(?:in|inside|within|en|dans|au|aux) {lawful}(?! {PEOPLE})",
    )


def read(text: str, *, european_law: bool) -> tuple[str, ...]:
    """The jurisdictions of which any one will do, sorted. A narrower demand replaces the wider that holds it.

    Raises BadRequest where two demands leave no place at all.
    """
    text = _without_people(text)
    demands = [codes for expression in _patterns() for match in re.finditer(expression, text) if (codes := _codes(match))]
    demands += [{code} for code in _bare(text)] if not demands else []
    left: set[str] = set()
    for demand in demands:
        demand = _narrowed(demand)
        left = _both(left, demand) if left else demand
        if not left:
            raise BadRequest("The request demands places that exclude one another: " + ", ".join(sorted(set().union(*demands))) + ".",
                             "Say which one place the data must stay in, or join them by `or`.")  # fmt: skip
    if european_law:
        left = _both(left, {"EU"}) or left or {"EU"}
    return tuple(sorted(left))


def _codes(match: re.Match[str]) -> set[str]:
    said = next(group for name, group in match.groupdict().items() if group and name.startswith("places"))
    names = re.findall(pattern("city country union", adjectives=True), said)
    return {by_name()[name].jurisdiction for name in names}


def _both(one: set[str], other: set[str]) -> set[str]:
    """What satisfies both demands: the EU and one of its members meet in the member."""
    met = one & other
    for wide, narrow in ((one, other), (other, one)):
        if "EU" in wide or "EEA" in wide:
            met |= {code for code in narrow if code in EU_MEMBERS or code == "EU"}
    return _narrowed(met)


def _narrowed(codes: set[str]) -> set[str]:
    return codes - {"EU", "EEA"} if codes & EU_MEMBERS else codes


def _without_people(text: str) -> str:
    """The text without the places that only say where people are."""
    place = pattern("city country union", adjectives=False)
    form = pattern("city country union", adjectives=True)
    text = re.sub(rf"(?<!\w){PEOPLE}(?:,? (?:are|r|is|sit|live|based|located|mostly|mainly|all|who|will|be|sind|estan|sont|kommen))* (?:in|from|across|around|at|aus|en|de|a|au|aux|dans) {ARTICLE}{place}(?:{_OR}{ARTICLE}{place})*(?: only)?", "people", text)
    return re.sub(rf"{form} {PEOPLE}(?![a-z])", "people", text)


def _bare(text: str) -> list[str]:
    """In a terse command a jurisdiction's name alone is a demand: `train 4xA100 12h eu spot`."""
    if _PROSE.search(text) or len(text.split()) > 30:
        return []
    lone = rf"(?<!near )(?<!from )(?<!for )(?<!close to )(?<!users )(?<!let )(?<!cost )(?:^|(?<=[\s,;/])){ARTICLE}(?P<place>{pattern('country union')}|(?:(?<=, )|(?<=\n))(?:de|fr|ca|in|au|jp|kr|sg|ch|br|ie|nl)(?=\s?(?:,|;|$|\n)))(?=\s?(?:[,;.\n/]|$| (?:spot|on-demand|preemptible|only|or|max|under|<|\$|for)))"
    found = [match["place"] for match in re.finditer(lone, text)]
    return [by_name()[name].jurisdiction if name in by_name() else name.upper() for name in found]
