"""What in a text is about the work: without orders injected to sway the reader, and without history."""

from __future__ import annotations

import re

from workflow.language.orders import CLAIM, ORDER, ORDER_WORD
from workflow.language.past import PAST

_SENTENCE = re.compile(
    r"(?<=[.!?;。])\s+|\n+|(?=<!--|/\*|\{\{|\bp\.? ?s\.? )|(?=\[(?:developer|system|admin|debug|inst))"
    r"|(?<=\])(?=\s|$)|(?=</?(?:request|system|user"
    r"|instruction))"
)
_CLAUSE = re.compile(
    r"(,\s|;|:\s|\n|(?<=[.!?])\s|\s-\s|\s(?:but|so|now|aber|jetzt|diesmal|pero|ahora|mais|maintenant|this time"
    r"|instead)\s|하지만|이번에)"
)

_ASIDE = re.compile(r" ?\([^()\n]*\)")
_HEADING = re.compile(r"\[(?:system|assistant|developer)(?: \w+){1,2}\]\s+(?=\S)")
"""A bracket that poses as the sender of the rest of its line."""
_WAS = re.compile(r"\b(?:was|were|had|instead of|formerly|up from|down from|not \d+)\b")


def sentences(text: str) -> list[str]:
    """The sentences, lines and bracketed asides of a normal text."""
    return [part for part in _SENTENCE.split(text) if part and part.strip()]


def without_orders(text: str) -> str:
    """The text without injected orders: sentences that begin with one, and the clauses of others that hold one.

    After a closed `</request>` nothing counts.
    """
    text = re.split(r"</(?:request|user|message|input|prompt)>", text)[0]
    text = _HEADING.sub("system: ", text)
    return "\n".join(kept for sentence in sentences(text) if (kept := _without_order(sentence)))


def clauses_without_orders(text: str) -> str:
    """The gentler way: only the clauses that hold an order are taken out, wherever they stand."""
    return "\n".join(", ".join(c for c in s.split(", ") if not _is_order(c)) for s in sentences(text))


def _is_order(text: str) -> bool:
    return bool(ORDER.search(text) or (CLAIM.search(text) and ORDER_WORD.search(text)))


def _without_order(sentence: str) -> str:
    clauses = sentence.split(", ")
    if not _is_order(sentence):
        return sentence
    if _is_order(clauses[0]) or CLAIM.search(clauses[0]):
        return ""
    return ", ".join(clause for clause in clauses if not _is_order(clause))


def without_past(text: str) -> str:
    """The text without clauses that tell what was: past runs and bills, where things lie today."""
    text = _ASIDE.sub(lambda aside: "" if PAST.search(aside[0]) or _WAS.search(aside[0]) else aside[0], text)
    parts = _CLAUSE.split(text)
    return "".join(part if i % 2 else ("" if PAST.search(part) else part) for i, part in enumerate(parts))
