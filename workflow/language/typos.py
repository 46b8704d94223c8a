"""Slips of the keyboard in the words that matter: `huors` `singel` `budgt` `modle`.

Only a lost, doubled, added or swapped letter is mended, or one vowel for another, never the first letter: `brain`
stays `brain` beside `train`.
"""

from __future__ import annotations

import re
from functools import cache

from workflow.language.places import names
from workflow.language.tongue import Tongue

_VOWELS = "aeiou"
_KEYWORDS: dict[Tongue, str] = {
    "en": "training train retrain model models inference deploy serving server servers service website"
    " database render"
    " simulation export convert storage bucket volume archive backup memory cores vcpus vcpu machine"
    " machines nodes workers"
    " replicas instances instance single hours minutes weeks days month monthly budget dollars bucks"
    " deadline finish"
    " within latency response milliseconds users customers patient patients records personal"
    " information germany france"
    " ireland canada switzerland netherlands australia singapore europe european interruptible"
    " preemptible interrupted"
    " spot only online disk serve demand region terabyte terabytes gigabyte gigabytes classifier notebook"
    " analysis container"
    " cluster azure"
    " google frankfurt lisbon prague vienna warsaw brussels copenhagen helsinki manchester"
    " amsterdam london berlin tokyo india japan brazil korea spain poland sweden"
    " toronto sydney mumbai dublin madrid munich zurich stockholm barcelona melbourne chicago seattle"
    " inference sentiment preemptible monthly storage currently hosted provision",
    "de": "trainieren modell server speicher arbeitsspeicher stunden kerne kernen monat budget dollar daten"
    " deutschland"
    " maschinen knoten nutzer kunden latenz simulation datenbank",
    "es": "entrenar modelo servidor servidores almacenamiento memoria horas nucleos presupuesto dolares"
    " usuarios"
    " clientes"
    " latencia simulacion datos personales",
    "fr": "entrainer modele serveur serveurs stockage memoire heures coeurs budget dollars utilisateurs"
    " clients latence"
    " donnees personnelles machines",
    "ko": "spot budget server model",
}
_RIGHT = (
    "retain retained uses module modulo modulos clients "
    "mode modes sever severe note noted moth dynamics sport post serve serves served state states"
    " trained trainer"
    " strain hose house housed week weak date dates care bucked convent covert expert experts achieve person"
    " personnel instant demands regional spoil sport pot moodle modern patent budge finishes finished"
    " rendered vendor tender gender converts converted deploys deployed exported archived interference latent"
    " servant serving savings memories stored store stores scores score sores corps cures curse course coarse"
    " damned stimulation persona personas settle settled sentient munch franc francs franco"
    " chores cares dans avec trainee trains analyses analysts users simulated responses minute minutes"
    " regions spin span chart hosed roasted"
)


@cache
def _slips(tongue: Tongue) -> dict[str, str]:
    found: dict[str, str] = {}
    keywords = _KEYWORDS[tongue].split()
    for word in keywords:
        for slip in _variants(word):
            found.setdefault(slip, word)
    forms = [form for word in keywords for form in (word, word + "s", word.removesuffix("s"), word.removesuffix("n"))]
    for right in (*_RIGHT.split(), *(("hors",) if tongue == "fr" else ()), *forms, *names()):
        found.pop(right, None)
    return found


@cache
def _scrambled(tongue: Tongue) -> dict[tuple[str, str, str], str]:
    """Keywords with their inner letters in any order, `hrous`; none that scrambles a word that is right."""
    right = {_inner(word) for word in _RIGHT.split()}
    words = {_inner(word): word for word in _KEYWORDS[tongue].split() if len(word) >= 5}
    return {letters: word for letters, word in words.items() if letters not in right}


def _variants(word: str) -> set[str]:
    inner = range(1, len(word))
    swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(1, len(word) - 1)}
    doubled = {word[:i] + word[i] + word[i:] for i in inner}
    if len(word) < 5:
        return (swapped | doubled) - {word}
    lost = {word[:i] + word[i + 1 :] for i in inner}
    added = {word[:i] + letter + word[i:] for i in inner for letter in word + _VOWELS}
    vowels: set[str] = set()
    if len(word) >= 6:
        vowels = {word[:i] + v + word[i + 1 :] for i in inner if word[i] in _VOWELS for v in _VOWELS}
    return (swapped | doubled | lost | added | vowels) - {word}


def mended(text: str, tongue: Tongue) -> str:
    """The text with mistyped keywords of its language as they were meant."""
    return re.sub(r"(?<![\w-])[a-z]{4,}(?![\w-])", lambda m: _meant(m[0], tongue), text)


def _meant(word: str, tongue: Tongue) -> str:
    return _slips(tongue).get(word) or _scrambled(tongue).get(_inner(word), word)


def _inner(word: str) -> tuple[str, str, str]:
    """A word but for the order of the letters between its first and its last."""
    return word[0], "".join(sorted(word[1:-1])), word[-1]


def mistyped(text: str) -> bool:
    """True where a word of the text, written as people write, is a slip in some language."""
    words = re.findall(r"[a-z]{4,}", text.casefold())
    return any(word in _slips(tongue) for tongue in _KEYWORDS for word in words)
