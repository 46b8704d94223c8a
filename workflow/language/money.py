"""The spending cap, in US dollars, and what it is per."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, NamedTuple

from workflow.language.machines import MACHINE
from workflow.language.numbers import NUM
from workflow.model.errors import BadRequest, Unclear
from workflow.model.money import HOURS_PER_MONTH

Per = Literal["run", "hour", "month"]
_BARE = r"(\d+(?:\.\d+)?)"
_DOLLARS = r"(?:us ?\$|usd|\$|us[- ]dollars?|dollars?|bucks?|bux|dolar(?:es)?|달러|불(?![가-힣]))"
_BUDGET = (
    r"(?:budgets?|spend(?:ing)?|price|cap(?:ped)?|costs?|cost limit|monatsbudget|kosten|preis"
    r"|presupuesto|coste?"
    r"|gasto|prix|cout|depense\w*|예산|비용|limit)"
)
_END = (
    r"(?=\s?(?:/|per\b|an? (?:mo|h)|pro\b|al\b|por\b|par\b|total|max|tops|in total|at most|or less|[,;\n]|\.(?!\d)"
    r"|$))"
)
_AMOUNTS = (
    rf"(?:us ?\$|usd|\$)\s?{_BARE}(?P<million> ?m(?:illion|io)?\b)?",
    rf"{NUM}\s?{_DOLLARS}",
    rf"(?<!\w){_BUDGET}(?! ?(?:on|at) \d)[^\d\n.;,$%]{{0,22}}?{NUM}{_END}",
    rf"(?:under|below|max|<=?|up to|at most|no more than|less than|over) ?{NUM} ?(?:/|per|an?) ?(?:mo(?:nth)?"
    rf"|h(?:ou)?r?)\b",
    rf"(?<![€£¥₩])(?<![€£¥₩] )(?<!eur )(?<!gbp )(?<!chf ){NUM}(?= ?/ ?mo(?:nth)?\b| (?:an?"
    rf"|per) month(?=\s?(?:[,;\n]|\.(?!\d)|$)))",
    rf"{NUM}(?= (?:an?|per) (?:month|hour|run) (?:tops|max(?:imum)?|at most|or less)\b)",
    rf"{NUM} (?:in |as |of )?(?:budget|cap|ceiling|limit)\b(?! of \d)",
    rf"\b(?:keep|stay|come in|spend|this time|altogether|all in)\b(?:(?!latenc|respon|answer)[^.;\n\d$]){{0,40}}?"
    rf" (?:under|below|max|at most|no more than|less than) {NUM}(?:{_END}|(?=:))",
    rf"(?P<cents>){NUM} ?(?:cents?|¢)(?![a-z0-9])",
)
_FOREIGN = re.compile(
    rf"(?:€|£|¥|₩|\b(?:eur|gbp|chf|jpy|krw|inr|cad|aud)\b)\s?\d|{NUM}\s?(?:€|£|¥|₩|원(?![가-힣])|(?:euros?|eur|gbp"
    rf"|pounds sterling|chf|franken|francs suisses|yen|jpy|krw|won|inr|rupees?|reais)\b)"
)
_NEGATIVE = re.compile(
    r"(?<=[ :=])-\$ ?\d|\$ ?-\d|\b(?:budget|cap|presupuesto|예산)[^\d\n.;,]{0,14} -\d|\bminus (?:\$ ?\d"
    r"|\d+ ?(?:dollars|bucks|usd))"
)
_NOT_CAP = re.compile(
    r"(?:revenue|worth|valued?(?: at)?|turnover|invoices?(?: of)?|bill(?: was| is)?|paid|spent|sav(?:e"
    r"|es|ed|ing"
    r"|ings)(?: \w+){0,2}|raised|fine of|funding|costs? us|at least|more than)[^.;,\n]{0,15}$"
)
_NO_MORE = re.compile(r"(?:no|not|never|nicht|nunca|jamais) (?:\w+ )?more than[^.;,\n]{0,5}$")
_UNIT: dict[str, tuple[Per, float]] = {
    r"run|lauf|job|ejecucion|execution|실행|회": ("run", 1.0),
    r"h|hr|hrs|hour|stunde|std|hora|heure|hourly|stundlich|시간": ("hour", 1.0),
    r"mo|month|monat|mes|mois|monthly|monatlich|mensuales|mensual|mensuels?|mensuelles?|pcm|pm|달|월": ("month", 1.0),
    r"day|tag|dia|jour|daily|taglich|일": ("hour", 24.0),
    r"week|woche|semana|semaine|weekly|wochentlich|주": ("hour", 168.0),
    r"year|jahr|ano|annum|yr|an|annual|yearly|jahrlich|년": ("month", 12.0),
}
_EVERY = r"(?:/|per|an?|each|every|pro|je|im|al?|por|la|cada|par|l'|le|de l'|a la)"
_AFTER = (
    rf"^\s?(?:(?!for\b|within\b|and\b|takes?\b)[a-z']+ ){{0,4}}?{_EVERY} ?(?P<unit>%s)(?![a-z0-9])"
    rf"|^\s?(?:(?:usd"
    rf"|dollars|max|tops|in total) )?(?P<adverb>%s)(?![a-z0-9])"
)
_BEFORE = r"(?:(?<![a-z])%s\b|(?:per|a|pro|al|por|par|je|im) (?:%s))[^.;\n\d$]{0,30}$|(?:%s)[^.;,\n\d]{0,12}$"
_EACH = re.compile(
    rf"^[^.;,\n]{{0,18}}?(?:per|/|for each|each|a|pro|por|par) ?{MACHINE}\b|^\s?(?:/ ?\w+|per \w+"
    rf"|an? \w+)?\s?(?:each|apiece)\b"
)


class Cap(NamedTuple):
    """A cap in US dollars."""

    usd: float
    per: Per


def read(text: str, *, nodes: int, hours: float | None) -> Cap | None:
    """The strictest cap in the text, None if there is none. A cap per machine is taken times `nodes`.

    Raises BadRequest for a negative cap and for one in another currency.
    """
    if _NEGATIVE.search(text):
        raise BadRequest(
            "The budget is negative.", "Give the budget as a positive amount in US dollars, for example $100."
        )
    caps = [cap for pattern in _AMOUNTS for m in re.finditer(pattern, text) if (cap := _cap(text, m, nodes))]
    if not caps:
        if _FOREIGN.search(text):
            raise Unclear("The budget is not in US dollars.", "What is the budget in US dollars?")
        return None
    return min(caps, key=lambda cap: (_for_run(cap, hours), cap.per != "run"))


def _cap(text: str, match: re.Match[str], nodes: int) -> Cap | None:
    before, after = text[max(0, match.start() - 90) : match.start()], text[match.end() : match.end() + 90]
    if _NOT_CAP.search(before) and not _NO_MORE.search(before):
        return None
    groups = match.groupdict()
    number = next(group for group in match.groups() if group and group[0].isdigit())
    amount = float(number) / (100 if groups.get("cents") is not None else 1) * (1e6 if groups.get("million") else 1)
    per, count = _per(before, after, match[0])
    if nodes > 1 and _EACH.search(after):
        amount *= nodes
    return Cap(round(amount / count, 6), per)


def _per(before: str, after: str, said: str) -> tuple[Per, float]:
    tail = re.search(r"(?:/ ?|\b(?:per|an?) )[a-z]+$", said)
    after = (tail[0] if tail else "") + after
    for unit in _units():
        if unit.after.search(after):
            return unit.per, unit.times
    lead = before[-45:] + _lead(said)
    for unit in _units():
        if unit.before.search(lead):
            return unit.per, unit.times
    return "run", 1.0


class _Unit(NamedTuple):
    """What an amount is per, and how that is said after it and before it."""

    per: Per
    times: float
    after: re.Pattern[str]
    before: re.Pattern[str]


@cache
def _units() -> tuple[_Unit, ...]:
    return tuple(_unit(words, per, count) for words, (per, count) in _UNIT.items())


def _unit(words: str, per: Per, count: float) -> _Unit:
    single = words.split("|")
    behind = "|".join(
        w for w in single if w.endswith(("ly", "lich", "ual", "uales", "uel", "uels?", "elles?", "pcm", "pm"))
    )
    ahead = "|".join(w for w in single if len(w) > 3) + (
        "|monats\\w+|mensuel\\w*" if per == "month" and count == 1 else ""
    )
    korean = "|".join(
        f"매{w}|{w}(?:에|당|마다|간)|(?<![가-힣]){w}(?=\\s?$|\\s(?!걸|동안))"
        if w == "월"
        else f"매{w}|{w}(?:에|당|마다)"
        for w in single
        if w >= "가"
    )
    return _Unit(
        per,
        count,
        re.compile(_AFTER % (words, behind or "(?!)")),
        re.compile(_BEFORE % (f"(?:{_adverbs(ahead)})", words, korean or "(?!)")),
    )


def _adverbs(words: str) -> str:
    chosen = [w for w in words.split("|") if re.search(r"ly$|lich$|ual|uel|monats|annual", w)]
    return "|".join(chosen) or "(?!)"


def _lead(said: str) -> str:
    """The words of a match before its number: `budget per month: 50` carries its own."""
    return re.split(r"[\d$]", said)[0]


def _for_run(cap: Cap, hours: float | None) -> float:
    """What a cap comes to for one run, to compare caps of different kinds."""
    length = hours if hours is not None else HOURS_PER_MONTH
    return {"run": cap.usd, "hour": cap.usd * length, "month": cap.usd * (length / HOURS_PER_MONTH)}[cap.per]
