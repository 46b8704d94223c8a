"""Slips of the keyboard in the words that matter: `huors` `singel` `budgt` `modle`.

Only a lost, doubled, added or swapped letter is mended, or one vowel for another, never the first letter: `brain`
stays `brain` beside `train`.
"""

from __future__ import annotations

import re
from functools import cache

_VOWELS = "aeiou"
_KEYWORDS = (
    "training train retrain model models inference deploy serving server servers service website database render"
    " simulation export convert storage bucket volume archive backup memory cores vcpus machine machines nodes"
    " workers replicas instances instance single hours minutes weeks days month monthly budget dollars bucks"
    " deadline finish within latency response milliseconds users customers patient patients records personal"
    " information germany france ireland canada switzerland netherlands australia singapore europe european"
    " interruptible preemptible interrupted spot demand region terabyte terabytes gigabyte gigabytes classifier"
    " notebook analysis container cluster azure google frankfurt amsterdam london berlin tokyo"
    " nuestros servidor modelo entrenar almacenamiento memoria usuarios stunden speicher trainieren serveur"
    " modele heures stockage memoire utilisateurs entrainer"
).split()
_RIGHT = frozenset(
    "mode modes sever severs severe note noted notes moth dynamics sport sports post serve serves served state states"
    " trains trained trainer strain host hosts hose house house housed week weak date dates data core care"
    " bucked convent covert expert experts achieve user record person personnel instant instances demands regional"
    " spoils spot spots sport pot model moodle modern patent patents serveurs nodes noeuds hour our bucket budge"
    " day dyas finishes finished renders rendered vendor tender gender training converts converted deploys deployed"
    " exports exported simulations volumes archives archived backups budgets deadlines weeks clusters containers"
    " databases websites services workers worker servants serving savings interference latent responses minutes"
    " minute month months node machine replica region regions user customer storage classifiers notebooks train"
    " models modelos usuario servidores deployment render storing memories memoire memorias hours train modele"
    " modeles stunde heure serveur stockages entrain mode dollars dollar buck bucks dans avec score scores store"
    " stores sores corps cores cures curse course coarse chores cares".split()
)


@cache
def _slips() -> dict[str, str]:
    found: dict[str, str] = {}
    for word in _KEYWORDS:
        for slip in _variants(word):
            found.setdefault(slip, word)
    for right in (*_RIGHT, *_KEYWORDS):
        found.pop(right, None)
    return found


def _variants(word: str) -> set[str]:
    inner = range(1, len(word))
    swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(1, len(word) - 1)}
    doubled = {word[:i] + word[i] + word[i:] for i in inner}
    if len(word) < 5:
        return (swapped | doubled) - {word}
    lost = {word[:i] + word[i + 1 :] for i in inner}
    added = {word[:i] + letter + word[i:] for i in inner for letter in word}
    vowels = set()
    if len(word) >= 6:
        vowels = {word[:i] + v + word[i + 1 :] for i in inner if word[i] in _VOWELS for v in _VOWELS}
    return (swapped | doubled | lost | added | vowels) - {word}


def mended(text: str) -> str:
    """The text with mistyped keywords as they were meant."""
    slips = _slips()
    return re.sub(r"(?<![\w-])[a-z]{4,}(?![\w-])", lambda m: slips.get(m[0], m[0]), text)
