"""Numbers as people write them, into plain decimals: `1,800` `1.200` `1.5k` `half a` `vierundzwanzig` `두 대`."""

from __future__ import annotations

import re
from functools import cache

from workflow.language.numerals import ARTICLES, COUNTERS, DAYS, SMALL
from workflow.language.tongue import Tongue

NUM = r"(?<![\w.,])(\d++(?:\.\d++)?+)"
"""A plain decimal that begins here and not inside a word or another number."""
SIZES = r"tera\w*|giga\w*|peta\w*|tb|gb|to|go"
TIMES = (
    "hours?|hrs?|days?|weeks?|seconds?|minutes?|stunden?|tage?s?|wochen?|sekunden?|minuten?|horas?"
    "|dias?|semanas?"
    "|segundos?|minutos?|heures?|jours?|semaines?|secondes?"
)
UNITS = f"{SIZES}|{TIMES}"
BEFORE_LENGTH = (
    "for|within|in|takes?|lasts?|about|around|under|below|than|of|roughly|lasting|nearly|almost|over"
    "|fur|fuer|innerhalb|unter|etwa|rund|dauert|von|durante|en|de|unas?|dura|casi|pendant|environ|sous"
    "|dure|moins"
)
_DECIMAL_COMMA = ("de", "es", "fr")
_CAP_K = (
    r"((?:under|below|max|<=?|up to|at most|no more than|less than|capp?(?:ed at)?|budget(?: of| is|:)?"
    r"|stay under) ?)(\d+(?:\.\d+)?)\s?k"
    r"(?=\s?(?:$|[,.;\n/]|an? (?:mo|h)|per\b|total|max|tops|in total|or less|budget|for the))"
)
"""A thousandfold after words for a cap, with no noun behind it, is money."""
_RATE_K = r"(?<![\w.$])(\d+(?:\.\d+)?)\s?k(?=\s?(?:/|per |an? )\s?(?:mo|month|h|hr|hour|year|run)\b)"
"""And so is one per a length of time."""
_SCALES = {
    "hundred": 100,
    "thousand": 1_000,
    "million": 1_000_000,
    "mil": 1_000,
    "mille": 1_000,
    "cent": 100,
    "cien": 100,
}


def plain(text: str, tongue: Tongue) -> str:
    """The text with every number as digits with a decimal point, ranges reduced to their lower end."""
    text = _separators(text, tongue)
    text = _korean(text) if tongue == "ko" else _words(text, tongue)
    text = _fractions(text, tongue)
    text = re.sub(_CAP_K, r"\1$\2k", text)
    text = re.sub(_RATE_K, r"$\1k", text)
    text = re.sub(r"\b(?:a|one) grand\b", "1000 dollars", text)
    text = re.sub(r"(?<![\w.])(\d+(?:\.\d+)?)\s?k(?![\w])", lambda m: _show(float(m[1]) * 1_000), text)
    text = re.sub(NUM + r" grand\b", lambda m: f"{_show(float(m[1]) * 1_000)} dollars", text)
    text = re.sub(NUM + r" (?:mille?|tausend|thousand)\b", lambda m: _show(float(m[1]) * 1_000), text)
    text = re.sub(NUM + r" hundred\b", lambda m: _show(float(m[1]) * 100), text)
    text = re.sub(NUM + r" (?:million(?:s|en|es)?|millones|mio)\b", lambda m: _show(float(m[1]) * 1_000_000), text)
    return _ranges(text)


def _show(value: float) -> str:
    return f"{value:.10f}".rstrip("0").rstrip(".")


def _separators(text: str, tongue: Tongue) -> str:
    text = re.sub(r"(?<=\d)['_](?=\d{3}(?!\d))", "", text)
    if tongue in _DECIMAL_COMMA:
        text = re.sub(r"(?<![\w.,])\d{1,3}(?:[ .]\d{3})+(?![\w.]*\d)", lambda m: re.sub(r"[ .]", "", m[0]), text)
        return re.sub(r"(?<![\w.,])(\d+),(\d+)(?![\d,])", r"\1.\2", text)
    text = re.sub(r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?!\d)", lambda m: m[0].replace(",", ""), text)
    return re.sub(r"(?<![\w.,])(\d+),(\d{1,2})(?=\s?[a-z$])(?!,)", r"\1.\2", text)


@cache
def _number_words(tongue: Tongue) -> tuple[dict[str, int], re.Pattern[str]]:
    words = SMALL[tongue]
    either = "|".join(sorted(words, key=len, reverse=True))
    joint = {
        "en": r"(?:[- ]|(?<=hundred) and |(?<=thousand) and )",
        "es": r"(?: y | )",
        "fr": r"(?:-et-| et (?=un|onze)|[- ])",
    }
    return words, re.compile(
        rf"(?<![\w$-])(?:{either})(?:{joint.get(tongue, ' ')}(?:{either}))*(?!\w|\.\d|-(?:off|time|shot|way)\b)"
    )


def _words(text: str, tongue: Tongue) -> str:
    words, run = _number_words(tongue)

    def digits(match: re.Match[str]) -> str:
        if match[0] in _SCALES and re.search(r"(?:\d|and a half) $", match.string[: match.start()]):
            return match[0]
        parts = re.findall("|".join(sorted(words, key=len, reverse=True)), match[0])
        return " ".join(str(number) for number in _add([words[part] for part in parts]))

    text = run.sub(digits, text)
    text = re.sub(rf"\b(?:{ARTICLES[tongue]})(?= (?:{SIZES})\b)", "1", text)
    text = re.sub(rf"\b({BEFORE_LENGTH}) (?:{ARTICLES[tongue]})(?= (?:{TIMES})\b)", r"\1 1", text)
    text = re.sub(rf"(^|[,;.:(] )(?:{ARTICLES[tongue]})(?= (?:{TIMES})\s?(?:[,;.)]|$))", r"\g<1>1", text)
    if tongue == "fr":
        text = re.sub(rf"\bd'une?(?= (?:{TIMES})\b)", "de 1", text)
    text = re.sub(r"\b(?:(?:a|1|un|una|une|ein) )?(?:dozen|docena|douzaine|dutzend)\b(?: (?:of|de))?", "12", text)
    text = re.sub(r"(\d+) 12\b", lambda m: str(int(m[1]) * 12), text)
    text = re.sub(r"\b(?:(?:half|0.5) (?:a )?12)\b", "6", text)
    return re.sub(r"\b(?:a |1 )?(?:(?:couple|pair)(?: of)?|(?:par|paire) de)\b", "2", text)


def _add(values: list[int]) -> list[int]:
    """Spoken parts into numbers: [2, 100, 20, 4] is 224, and [2, 4] is 2 and 4."""
    numbers: list[int] = []
    total = current = 0
    began = False
    for value in values:
        if value in (100, 1_000, 1_000_000):
            scaled = max(1, current) * value
            total, current = (total, scaled) if value == 100 else (total + scaled, 0)
        elif not began or _attaches(value, current):
            current += value
        else:
            numbers.append(total + current)
            total, current = 0, value
        began = True
    return [*numbers, total + current]


def _attaches(value: int, current: int) -> bool:
    if current == 0:
        return value < 1_000
    return (value < 10 and current % 10 == 0 and current % 100 != 10) or (value < 100 and current % 100 == 0)


def _fractions(text: str, tongue: Tongue) -> str:
    if tongue == "en":
        text = re.sub(r"(?<!\w)(\d+) and (?:a |1 )half\b", r"\1.5", text)
        text = re.sub(r"\b(?:an?|1) (\w+) and (?:a |1 )half\b", r"1.5 \1s", text)
        text = re.sub(r"(?<!\w)(\d+) (\w+) and (?:a |1 )half\b", r"\1.5 \2", text)
        text = re.sub(r"(?<!\w)(\d+) and (?:a|1) quarter\b", r"\1.25", text)
        text = re.sub(rf"\b(?:an?|1) ({UNITS}) and (?:a |1 )quarter\b", r"1.25 \1s", text)
        text = re.sub(rf"(?<!\w)(\d+) ({UNITS}) and (?:a |1 )quarter\b", r"\1.25 \2", text)
        text = re.sub(
            r"\b(?:an?|1) (half|third|quarter|fifth|eighth|tenth) of (?:an?|1)(?= (?:second|tera|tb))",
            lambda m: {
                "half": "0.5",
                "third": "0.333",
                "quarter": "0.25",
                "fifth": "0.2",
                "eighth": "0.125",
                "tenth": "0.1",
            }[m[1]],
            text,
        )
        text = re.sub(r"\b(?:3 quarters?|three quarters?) of (?:an?|1)\b", "0.75", text)
        text = re.sub(r"\b(?:a |1 )?quarter(?: of (?:an?|1)|(?= (?:tera|tb|giga|hour|second|sec)))", "0.25", text)
        return re.sub(
            r"\b(?:a |1 )?half(?: of)?[ -](?:an?|1)\b|\bhalf(?=[ -](?:tera|tb|giga|hour|day|second|sec)\w*)",
            "0.5",
            text,
        )
    if tongue == "de":
        text = re.sub(r"\b(?:eineinhalb|anderthalb)\b", "1.5", text)
        text = re.sub(r"\b(zwei|drei|vier|funf|sechs|sieben|acht)einhalb\b", lambda m: f"{SMALL['de'][m[1]]}.5", text)
        return re.sub(r"\b(?:eine[nmr]?|ein|1) halbe[snmr]?\b", "0.5", text)
    if tongue == "es":
        text = re.sub(r"\b(?:un|una|1) (\w+) y medi[oa]\b", r"1.5 \1", text)
        text = re.sub(r"(?<!\w)(\d+) (\w+) y medi[oa]\b", r"\1.5 \2", text)
        text = re.sub(r"(?<!\w)(\d+) y medi[oa]\b", r"\1.5", text)
        return re.sub(rf"\bmedi[oa](?= (?:{UNITS}))", "0.5", text)
    if tongue == "fr":
        text = re.sub(r"\b(?:une?|1) (\w+) et demie?\b", r"1.5 \1", text)
        text = re.sub(r"(?<!\w)(\d+) (\w+) et demie?\b", r"\1.5 \2", text)
        return re.sub(r"\b(?:une? |1 )?demie?[- ](?=\w)", "0.5 ", text)
    return text


def _korean(text: str) -> str:
    for word, day in DAYS.items():
        text = re.sub(rf"{word}(?!\w*에 )", day, text)
    native = SMALL["ko"]
    text = re.sub(
        rf"(?<![\uac00-\ud7a3])({'|'.join(sorted(native, key=len, reverse=True))})\s?(?=(?:{COUNTERS}))",
        lambda m: f"{native[m[1]]} ",
        text,
    )
    text = re.sub(
        r"(\d+(?:\.\d+)?)\s*만(?:\s*(\d+)\s*천)?(?=\s*(?:달러|불|원))",
        lambda m: _show(float(m[1]) * 10_000 + float(m[2] or 0) * 1_000),
        text,
    )
    text = re.sub(r"(\d+(?:\.\d+)?)?천(?=\s*(?:달러|불|원))", lambda m: _show(float(m[1] or 1) * 1_000), text)
    text = re.sub(r"(\d+)\s*시간\s*반", r"\1.5시간", text)
    return re.sub(r"(\d+)\s*일\s*반", r"\1.5일", text)


_AT_LEAST_AT_MOST = (
    r"\b(?:at least|minimum(?: of)?|min|mindestens|al menos|au moins) (?P<low>\d+(?:\.\d+)?)"
    r"(?: ?[a-z]+)?,? (?:but|and|aber|und|y|et)"
    r" (?:no more than|not more than|at most|up to|max|maximum|hochstens|como maximo|au plus)"
    r" \d+(?:\.\d+)? ?(?P<unit>[a-z]+)"
)
_SPAN = r"\s?(?:-|~|to|bis|a|hasta|jusqu'a|et|and|und|y|or|oder|o|ou|에서)\s?\$?"


def _ranges(text: str) -> str:
    """`8-16 cores`, `between 8 and 16`, `8 to 16`: the lower end, if the ends are in order and a unit or a
    noun follows."""

    def lower(match: re.Match[str]) -> str:
        low, unit, high = match["low"], match["unit"] or "", match["high"]
        return (
            low + match["tail"]
            if float(low) < float(high) and (not unit or unit == match["tail"].strip())
            else match[0]
        )

    number = r"\d+(?:\.\d+)?"
    between = r"(?:between|zwischen|entre|von|from|de|desde)"
    text = re.sub(_AT_LEAST_AT_MOST, r"\g<low> \g<unit>", text)
    text = re.sub(
        rf"\b{between}\s(?P<dollar>\$?)(?P<low>{number})\s?(?P<unit>[a-z]*?){_SPAN}(?P<high>{number})(?P<"
        rf"tail>\s?"
        rf"[a-z%]*)",
        lambda m: m["dollar"] + lower(m) if lower(m) != m[0] else m[0],
        text,
    )
    return re.sub(
        rf"(?<![\w.,/-])(?P<low>{number})\s?(?P<unit>[a-z]*?)\s?(?:-|~|to|bis|hasta|or"
        rf"|oder)\s?\$?(?P<high>{number})"
        r"(?P<tail>\s?[a-z가-힣]*)",
        lower,
        text,
    )
