"""The phrases that a Workload was read from, kept with it. `explain` tells the same by the word, and costs more."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workflow.language.fields import FIELDS
from workflow.language.rules import read
from workflow.model.errors import BadRequest
from workflow.model.workload import Words, Workload

MOST = 12
"""Phrases that a text is cut into, each costing one reading; in a longer text neighbours are taken together."""
FEW = 4
"""Fewer phrases than this tell nothing apart, as in a terse command; its words do."""
_GAP = "\u25a2"
"""Stands for a phrase taken away, so that its neighbours do not run together."""
_CUT = re.compile(
    r"(?<=[,;.!?])\s+|\n+|\s+(?=(?:on|for|in|with|under|at|within|by|near|from|must|but|and|not|no|mit|f\u00fcr|auf|unter"
    r"|bis|und|nicht|con|para|en|por|y|sin|avec|pour|sur|dans|et|sans)\s)",
    re.IGNORECASE,
)


def with_words(text: str, work: Workload) -> Workload:
    """The Workload with the phrases that each of its fields was read from: those without which it reads otherwise.

    Only the fields that say something are read again.
    """
    pieces, blank = _pieces(text), Workload(kind=work.kind)
    names = [name for name in FIELDS if name == "kind" or getattr(work, name) != getattr(blank, name)]
    without = [_read(" ".join([*pieces[:i], _GAP, *pieces[i + 1 :]]), names) for i in range(len(pieces))]
    pairs = tuple(zip(pieces, without, strict=True))
    found = ((name, tuple(piece for piece, other in pairs if _differ(work, other, name))) for name in names)
    return work.model_copy(update={"words": tuple(Words(field=name, text=said) for name, said in found if said)})


def _differ(work: Workload, other: Workload | None, name: str) -> bool:
    """Without the phrase the field is another. Where nothing can be read any more, the phrase said what the work is."""
    return name == "kind" if other is None else getattr(other, name) != getattr(work, name)


def _read(text: str, names: Sequence[str]) -> Workload | None:
    try:
        return read(text, names)
    except BadRequest:
        return None


def _pieces(text: str) -> list[str]:
    cut = [piece.strip() for piece in _CUT.split(text) if piece.strip()]
    if len(cut) < FEW:
        cut = text.split()
    size = -(-len(cut) // MOST)
    return [" ".join(cut[i : i + size]) for i in range(0, len(cut), size)]
