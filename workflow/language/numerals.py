"""Number words of the five languages, lower case and without accents."""

from __future__ import annotations

from workflow.language.tongue import Tongue


def _table(*groups: tuple[int, int, str]) -> dict[str, int]:
    """(first value, step, words): the words count up from the first value."""
    return {word: first + step * i for first, step, words in groups for i, word in enumerate(words.split())}


def _german() -> dict[str, int]:
    units = ["ein", "zwei", "drei", "vier", "funf", "sechs", "sieben", "acht", "neun"]
    tens = ["zwanzig", "dreissig", "vierzig", "funfzig", "sechzig", "siebzig", "achtzig", "neunzig"]
    words = _table(
        (2, 1, "zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn"),
        (17, 1, "siebzehn achtzehn neunzehn"),
        (20, 10, " ".join(tens)),
    )
    words |= {f"{unit}und{ten}": 10 * (t + 2) + u + 1 for t, ten in enumerate(tens) for u, unit in enumerate(units)}
    small = {"": 0, **words}
    hundreds = {"": 1, **{unit: u + 1 for u, unit in enumerate(units)}}
    for ahead, count in hundreds.items():
        words |= {f"{ahead}hundert{rest}": 100 * count + value for rest, value in small.items()}
    return words | {f"{ahead}tausend": 1_000 * count for ahead, count in hundreds.items()}


_EN_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
SMALL: dict[Tongue, dict[str, int]] = {
    "en": _table(
        (1, 1, "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"),
        (17, 1, "seventeen eighteen nineteen"),
        (20, 10, _EN_TENS),
        (100, 0, "hundred"),
        (1_000, 0, "thousand"),
        (1_000_000, 0, "million"),
        (1, 0, "single"),
        (2, 0, "dual twin"),
        (4, 0, "quad"),
        (0, 0, "zero"),
    ),
    "de": _german() | {"funfundert": 500},
    "es": _table(
        (2, 1, "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete"),
        (18, 1, "dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco veintiseis"),
        (30, 10, "treinta cuarenta cincuenta sesenta setenta ochenta noventa"),
        (100, 0, "cien ciento"),
        (200, 100, "doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"),
        (1_000, 0, "mil"),
        (1, 0, "uno"),
    ),
    "fr": _table(
        (2, 1, "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"),
        (20, 10, "vingt trente quarante cinquante soixante"),
        (80, 0, "quatre-vingt quatre-vingts"),
        (100, 0, "cent cents"),
        (1_000, 0, "mille"),
        (70, 0, "soixante-dix"),
        (90, 0, "quatre-vingt-dix"),
        (17, 1, "dix-sept dix-huit dix-neuf"),
    ),
    "ko": _table(
        (1, 1, "한 두 세 네 다섯 여섯 일곱 여덟 아홉 열"),
        (1, 0, "하나의"),
        (11, 1, "열한 열두"),
        (20, 0, "스무"),
        (3, 0, "석"),
        (4, 0, "넉"),
        (30, 10, "서른 마흔 쉰"),
    ),
}

ARTICLES: dict[Tongue, str] = {
    "en": "an?",
    "de": "eine[nmr]?|ein",
    "es": "una?",
    "fr": "une?",
    "ko": "$^",
}
"""Words that mean one before a unit."""

COUNTERS = "대|장|개|시간|달|주|번|코어|노드|테라|기가|쌍|일"
"""Korean counters before which a native numeral is a number."""
DAYS = {"하루": "1일", "이틀": "2일", "사흘": "3일", "나흘": "4일", "닷새": "5일", "일주일": "1주", "보름": "15일"}
