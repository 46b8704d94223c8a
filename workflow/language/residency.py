"""Jurisdictions that data and compute must not leave."""

from __future__ import annotations

import re

from workflow.language.people import PEOPLE
from workflow.language.places import ARTICLE, EU_MEMBERS, LAND, LAND_ADJECTIVE, PLACE, at, marked
from workflow.model.errors import Unclear

_OR = (
    r"\s?(?:,? ?(?:or|and|und|oder|y|o|e|et|ou|&)(?: (?:in|inside|within|en|dans|in der|au|aux))? |/|, ?"
    r"|나 |이나 |또는 "
    r"|와 |과 )"
)
_IN = r"(?:in|inside|within|inside of|innerhalb|innerhalb von|en|dentro de|dans|au sein de|au|aux|a|auf|on|im)"
_MUST = (
    r"(?:must|has to|have to|needs? to|should|shall|may only|can only|(?:required|obliged|obligated|bound) to"
    r"|supposed to|got to|is to"
    r"|are to|ought to"
    r"|muss|mussen|durfen nur|darf nur|soll|sollen|deben?|debera\w*|tienen? que|han de|ha de|doi(?:t|vent)"
    r"|devr\w+|faut que)"
)
_STAY = (
    r"(?:stays?|staying|remains?|remaining|kept|keep|reside|resides|be held|hosted|be stored|be processed"
    r"|bleiben|bleibt|verbleiben|gehalten|gespeichert|verarbeitet|permane\w+|quedarse|qued\w+"
    r"|almacen\w+|alojad\w+|rest\w+|demeur\w+|heberge\w*|stocke\w*|conserve\w*)"
)
_ONLY = (
    r"(?:only|solely|exclusively|strictly|nur|ausschliesslich|einzig|lediglich|solo|solamente|unicamente"
    r"|exclusivamente|uniquement|seulement|exclusivement)"
)
_FILL = (
    rf"(?:(?!not\b|never\b|nicht\b|close\b|near\b|no\b|pas\b|{PEOPLE}\b|for\b|leave\b|finish\b|respond\b"
    rf"|serve\b"
    rf"|within \d)[\w'-]+ ){{0,7}}?"
)
_MAKE = (
    r"(?:run|move|archive|storage|host|hosted|hosting|store|stored|storing|deploy|deployed|placed?|put|located"
    r"|provision|launch"
    r"|spin up|set up|bucket|servers?|vms?|machines?|cluster|volume|data ?cent(?:er|re)s?"
    r"|bereitstellen|betreiben|speichern|gehostet|alojar|guardar|desplegar|heberger|stocker|deployer)"
)
_LABEL = (
    r"(?:data(?= ?[:=])|(?:data )?(?:residency|location|country|where|jurisdiction|geo|geography|sovereignty"
    r"|data location"
    r"|data residency|standort|land|pais|ubicacion|pays|localisation|locality|place|territory|residencia"
    r"|위치|국가|지역))"
)
_CODES = "de|fr|ca|in|au|jp|kr|sg|ch|br|ie|nl"
_PROSE = re.compile(
    r"\b(?:we|our|i|my|please|could|would|is|are|it|they|has|let|me|give|us to|you|should|takes?|unser\w*|wir"
    r"|nuestr\w*|nos|notre|bitte)\b|[가-힣]"
)
_PLACE = rf"{ARTICLE}(?:{PLACE})"
_LAW = rf"{ARTICLE}(?:{LAND})"
_FORM = rf"{ARTICLE}(?:{LAND_ADJECTIVE})"
_MANY = rf"(?P<places>{_PLACE}(?:{_OR}{_PLACE})*)"
_LAWFUL = rf"(?P<places>{_LAW}(?:{_OR}{_LAW})*)"
_OR_ONLY = r"(?: or | oder | o | ou |/)"
_ALONE = rf"(?:(?<=, )|(?<=\n)|(?<=[.;] ))(?P<places>{_LAW}(?:{_OR_ONLY}{_LAW})*)(?=\s?[,.;\n]|$)(?!, {_LAW})"
_ABOUT_PEOPLE = re.compile(rf"(?:{PEOPLE}|near|close to|based|offices?|zz[a-z]\d+)[^.;\n]{{0,30}}(?:,|(?<=[:.]))\s?$")
_PATTERNS = (
    rf"\b{_ONLY} (?:\w+ ){{0,2}}?{_IN} {_MANY}",
    rf"\b{_MUST} {_FILL}{_IN} {_MANY}",
    rf"\b{_MUST} {_FILL}\w+, (?:which|that|including) [^,.;\n]{{0,60}}, {_IN} {_MANY}",
    rf"(?<!not )(?<!never )\b{_STAY} {_FILL}{_IN} {_MANY}",
    rf"{_IN} {_MANY} {_STAY}\b",
    rf"\b(?:not|never|n't|neither|nor|no|without|nothing|nicht|niemals|cannot|nada|sin|ne|jamais|kein\w*"
    rf"|sans)\b[^.;\n]{{0,50}}?\b(?:leaves?|leaving|exit|exiting|outside|out of|beyond|ausserhalb|salir"
    rf"|salgan?"
    rf"|abandonar|fuera|quitter|sortir|hors|en dehors)\b(?: of| de| del| d')? ?{_MANY}",
    rf"{_MANY} (?:\w+ )?(?:nicht|niemals) verlassen",
    rf"(?:^|(?<=[\s,;]))(?!in only \d)(?P<places>(?:(?:{_CODES}|{_LAW}){_OR})*(?:{_CODES})(?:{_OR}(?:{_CODES}"
    rf"|{_LAW}))*)[ -]only"
    r"(?=\s?(?:[,;.\n<$]|\Z)| (?:\d|spot|on-demand|max|under|near|no|not|and|with|for|please|aws|azure|gcp))",
    rf"\b{_ONLY}(?: the| in)? {_LAWFUL}(?! {PEOPLE})",
    rf"{_LAWFUL}(?:[- ](?:data ?cent(?:er|re)s?|regions?|soil|servers?|data|hosting|locations?|territory"
    rf"|zone))?[ -]{_ONLY}\b",
    rf"(?P<places>{_FORM}) (?:data ?cent(?:er|re)s?|regions?|soil|servers?|data|territory"
    rf"|rechenzentr\w+)[ -]{_ONLY}\b|\b{_ONLY} (?:in |on "
    rf"|use )?(?P<places2>{_FORM}) (?:data ?cent(?:er|re)s?"
    rf"|regions?|soil|servers?|territory|rechenzentr\w+)",
    rf"{_LAWFUL}[- ](?:data[- ])?(?:residency|resident|sovereign\w*|jurisdiction|borders)",
    rf"\b(?:residency|sovereignty|jurisdiction|residencia|resident)\b(?: of data)?(?: requirement)?(?: is|:"
    rf"| in| =|,)? {_FILL}{_MANY}",
    rf"(?:^|\n|[,;.(>-] ?){_LABEL}\s?[:=] ?(?:in )?{_MANY}",
    rf"(?:^|(?<=[.;\n] )|(?<=\n))in {_LAWFUL}(?=\s?(?:[.;,\n]|$))",
    rf"(?<=, )in {_LAWFUL}(?=\s?[,;])",
    rf"\bin {_MANY},? (?:and )?(?:nowhere else|and no other place)\b",
    rf"\banywhere (?:in|inside|within) {_MANY}",
    rf"\b(?:on|auf) (?P<places>{_FORM}) (?:soil|territory|boden)",
    rf"(?P<places>(?:{PLACE})(?:{_OR}(?:{PLACE}))*)\S"
    rf"{{0,2}}"
    rf"\s?(?:내|안|국내)?(?:에만|에서만|로만|만\b|내에|안에|영토|밖|외부|를 벗어|을 벗어"
    r"|벗어나|를 떠나|을 떠나|리전만"
    r"|리전에만|에 있어야|에 두어야|에 보관|에 저장"
    rf"|에 머물|에 남아)",
    rf"\b{_MAKE}\b (?:(?!for\b|near\b|close\b|with \d+ {PEOPLE}|from\b|{PEOPLE}\b"
    rf"|used\b)[\w'$/.,-]+ ){{0,16}}?(?:in|inside|within|en|dans|au|aux) {_LAWFUL}(?! {PEOPLE})",
)
"""Each finds `places`: one token, or several joined by `or`."""
_EXCEPT = (
    rf"\b(?:(?:any\w*|every\w*|all)(?: \w+)? (?:but|except(?: for)?|besides|apart from|other than|outside(?: of)?)"
    rf"|except(?:ing)?(?: for)?|excluding|not(?: in)?|never(?: in)?|nowhere in|nicht in|ausser(?: in)?"
    rf"|salvo(?: en)?|excepto(?: en)?"
    rf"|menos en|sauf(?: en)?|hors(?: de)?|pas (?:en|au)|no en)(?: in)? {_MANY}"
)
"""Names `places` that are ruled out: they are no demand to stay there."""


def read(text: str, *, european_law: bool) -> tuple[str, ...]:
    """The jurisdictions of which any one will do, sorted. A narrower demand replaces the wider that holds it.

    Raises Unclear where two demands leave no place at all.
    """
    text = _without_people(marked(text))
    text = re.sub(_EXCEPT, " ", text)
    demands = [codes for expression in _PATTERNS for match in re.finditer(expression, text) if (codes := _codes(match))]
    demands += _bare(text) if not demands else []
    left: set[str] = set()
    for demand in demands:
        demand = _narrowed(demand)
        left = both(left, demand) if left else demand
        if not left:
            raise Unclear(
                "The request demands places that exclude one another: "
                + ", ".join(sorted(set().union(*demands)))
                + ".",
                "Which one of these places must the data stay in, or will any of them do?",
            )
    if european_law:
        left = both(left, {"EU"}) or left or {"EU"}
    return tuple(sorted(left))


def _codes(match: re.Match[str]) -> set[str]:
    said = next(group for name, group in match.groupdict().items() if group and name.startswith("places"))
    tokens = re.findall(r"zz[a-z]\d+", said)
    parts = re.split(rf"{_OR_ONLY}|, | and | und | y | et ", said) if tokens else re.findall(r"[a-z]+", said)
    codes = [part for part in parts if re.fullmatch(_CODES, part)]
    return {at(token).jurisdiction for token in tokens} | {code.upper() for code in codes}


def both(one: set[str], other: set[str]) -> set[str]:
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
    text = re.sub(
        rf"(?<!\w){PEOPLE}(?:,? (?:are|r|is|sit|live|based|located|mostly|mainly|all|who|will|be|sind"
        rf"|estan|sont|kommen))*"
        rf" (?:in|from|across|around|at|aus|en|de|a|au|aux|dans) {_PLACE}"
        rf"(?: (?:and|or|und|oder|y|o|et|ou) {_PLACE})*(?: only)?",
        "people",
        text,
    )
    return re.sub(rf"zz[a-z]\d+ {PEOPLE}(?![a-z])", "people", text)


def _bare(text: str) -> list[set[str]]:
    """In a terse command a jurisdiction's name alone is a demand: `train 4xA100 12h eu spot`. In prose only names that
    fill the whole space between two commas are."""
    if _PROSE.search(text) or len(text.split()) > 30:
        return [_codes(match) for match in re.finditer(_ALONE, text) if not _ABOUT_PEOPLE.search(text[: match.start()])]
    before = "".join(
        rf"(?<!{word} )" for word in ("near", "from", "for", "close to", "users", "let", "cost", "give", "to")
    )
    code = (
        rf"(?:(?<=, )|(?<=\n))(?:{_CODES})(?=\s?(?:,|;|$|\n))"
        rf"|(?<=\s)(?!(?:in|de)\b)(?:{_CODES})(?= (?:spot|on-demand|preemptible|interruptible)\b)"
    )
    after = r"(?=\s?(?:[,;.\n/]|$| (?:spot|on-demand|preemptible|only|or|max|under|<|\$|for)))"
    names = rf"(?P<places>{_LAW}(?:{_OR_ONLY}(?:{_LAW}|(?:{_CODES})(?![a-z])))*|{code})"
    return [_codes(match) for match in re.finditer(rf"{before}(?:^|(?<=[\s,;/])){names}{after}", text)]
