"""What a call's arguments say, wherever they say it: the values that rules look for under any name and at any depth.

It is derived from the question itself, here alone and just before an engine is asked. So every engine sees the same,
nobody can ask with another, and no rule walks the arguments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from string import ascii_lowercase
from typing import Any

from workflow.model.base import Json, compact

_PARTS = re.compile(r"[/.:]")


def said(resource: Any) -> Json:
    """`input.said` for these arguments. Null says nothing, and neither does an empty object or list.

    `regions`, `public`: every value below a name that has `region` or `public` in it, in whatever case. `encrypted`,
    `tenants`: every value below a name that is `encrypted` or `tenant`. `words`: every text outside the tags, which
    are words of the caller's own, in its parts between `/`, `.` and `:`, and each also without the letter of a zone
    behind it.
    """
    found: dict[str, list[Any]] = {"encrypted": [], "public": [], "regions": [], "tenants": []}
    words: dict[str, None] = {}
    for name, value in resource.items() if isinstance(resource, dict) else ():
        for kinds, leaf in _leaves(value, _kinds(name)):
            # Equals are kept: to Python 0 is the same as false, and to a rule it is not.
            for kind in kinds:
                found[kind].append(leaf)
            if isinstance(leaf, str) and name != "tags":
                words.update(dict.fromkeys(_words(leaf)))
    return {**found, "words": list(words)}


def asked(question: Json) -> Json:
    """The question as engines are asked it. Raises ValueError where it already says what is derived here."""
    if "said" in question:
        raise ValueError("the question comes with what is derived from it")
    return {**question, "said": said(question.get("resource"))}


def asked_as_text(question: Json, text: str) -> str:
    """The same as JSON, where `text` is the question's own JSON. Raises as `asked`."""
    derived = compact(asked(question)["said"])
    return f'{text[:-1]}{"," if question else ""}"said":{derived}}}'


def _leaves(value: Any, kinds: frozenset[str]) -> Iterator[tuple[frozenset[str], Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, kinds | _kinds(name))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner, kinds)
    elif value is not None:
        yield kinds, value


def _words(text: str) -> Iterator[str]:
    for part in _PARTS.split(text):
        yield part
        yield part.rstrip(ascii_lowercase).rstrip("-")


@lru_cache(1024)
def _kinds(name: str) -> frozenset[str]:
    # Of the dotted capital I Python makes two letters, the second of them a dot, and OPA one.
    lower = name.lower().replace("\u0307", "")
    holds = {
        "encrypted": lower == "encrypted",
        "public": "public" in lower,
        "regions": "region" in lower,
        "tenants": lower == "tenant",
    }
    return frozenset(kind for kind, is_one in holds.items() if is_one)
