"""Which language a text is in: it decides how numbers are written and which words are numbers."""

from __future__ import annotations

import re
from typing import Literal

Tongue = Literal["en", "de", "es", "fr", "ko"]

_HANGUL = re.compile(r"[\uac00-\ud7a3]")


def _of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_WORDS: dict[Tongue, frozenset[str]] = {
    "en": _of(
        "the an we our i my for with and to of is are it on please need that this must at from can be or no not"
        " one two three four five six seven eight nine ten any each within under train run users only"
    ),
    "de": _of(
        "der die das und wir mit fur fuer nur nicht ein eine einen einem einer bitte brauchen brauche"
        " auf im ist muss"
        " soll darf pro zum zur unsere unser unseren stunden werden ich hochstens oder den dem von bei"
        " auch es bis"
        " monat kein keine daten innerhalb unter kerne kernen"
    ),
    "es": _of(
        "el los las con para por una un necesito necesitamos que en nuestros nuestra nuestro nuestras"
        " del al mes y se"
        " debe deben horas como maximo hay quiero datos solo nucleos la su menos dolares"
    ),
    "fr": _of(
        "le les des une un pour avec nous sur dans il faut notre nos est et du au aux par ou qui la pas"
        " mois doit"
        " doivent heures besoin je sans donnees uniquement coeurs moins l d"
    ),
}


def tongue_of(text: str) -> Tongue:
    """The language of lower-case text without accents. English where nothing speaks for another."""
    if len(_HANGUL.findall(text)) >= 3:
        return "ko"
    words = re.findall(r"[a-z]+", text)
    score = {tongue: sum(word in known for word in words) for tongue, known in _WORDS.items()}
    best = max(score, key=lambda tongue: score[tongue])
    return best if score[best] > score["en"] else "en"
