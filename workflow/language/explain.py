"""Why a text is read as it is: the words behind each field, how sure that is, and the words that changed nothing.

Found by taking words away and reading again, so it holds for every rule and every language, and cannot drift from them.
"""

from __future__ import annotations

import re
from typing import Any

from workflow.language.rules import parse
from workflow.language.typos import mistyped
from workflow.model.base import Noun
from workflow.model.errors import BadRequest
from workflow.model.workload import LABELLED, Workload

PIECES = 60
"""The most pieces that a text is cut into, each costing one reading: words, or runs of words in a longer text."""
SAID, MENDED, CONTESTED, IMPLIED = 0.95, 0.8, 0.7, 0.6
"""How sure a field is: said outright; in mistyped words; where other words ask for something else; not said in words
of its own. A scale for people to read, not a measured frequency."""
_GAP = "\u25a2 "
"""Stands for pieces taken away, so that their neighbours do not run together."""
_PLAIN = re.compile(
    r"[\W_]*(?:\w{1,2}|the|and|for|our|you|are|with|please|that|this|would|like|can|need|have|has)?[\W_]*"
)


_NEVER_CONTESTED = ("kind", "gpu_count")
"""Without its words, a kind is guessed anew, and a GPU by name still counts as one."""


class Evidence(Noun):
    """One field's value, the words that it was read from in the order of the text, and how sure it is, 0 to 1."""

    field: str
    value: Any
    words: tuple[str, ...]
    sure: float


class Explanation(Noun):
    """The evidence for every field that the text fills, and the runs of words that fill none."""

    evidence: tuple[Evidence, ...]
    ignored: tuple[str, ...]


def explain(text: str) -> Explanation:
    """Raises BadRequest where the text cannot be read at all. Costs a reading for each word, `PIECES` at most."""
    return _Reading(text).explanation()


class _Reading:
    """A text in pieces, and what it reads as without each of them."""

    def __init__(self, text: str) -> None:
        self.work = parse(text)
        self.pieces = _pieces(text)
        self.others: set[int] = set()
        """The pieces behind fields other than the kind."""
        self.without = [self._read(set(range(len(self.pieces))) - {i}) for i in range(len(self.pieces))]

    def explanation(self) -> Explanation:
        default = Workload(kind=self.work.kind)
        filled = [name for name in Workload.model_fields if name == "kind" or self._of(name) != getattr(default, name)]
        behind = {name: self._behind(name) for name in filled}
        of_kind = set(behind["kind"])
        for name in set(filled) - {"kind"}:
            if not behind[name]:
                fewest = self._fewest(name)
                behind[name] = [i for i in fewest if i not in of_kind] or fewest
        if "budget_per" in behind:
            behind["budget_per"] = sorted({*behind["budget_per"], *behind["budget_usd"]})
        used = {index for indexes in behind.values() for index in indexes}
        self.others = {index for name, indexes in behind.items() if name != "kind" for index in indexes}
        evidence = tuple(
            Evidence(
                field=name,
                value=self.work.model_dump(mode="json")[name],
                words=tuple(self.pieces[i].strip(" \t\r\n,;.!?()") for i in behind[name]),
                sure=self._sure(name, behind[name]),
            )
            for name in filled
        )
        return Explanation(evidence=evidence, ignored=_runs(self.pieces, used))

    def _of(self, name: str) -> Any:
        return getattr(self.work, name)

    def _behind(self, name: str) -> list[int]:
        """The pieces without which the field reads otherwise; none where each can be spared."""
        alone = [i for i, work in enumerate(self.without) if work is not None and getattr(work, name) != self._of(name)]
        lost = [i for i, work in enumerate(self.without) if work is None] if name == "kind" else []
        return sorted({*alone, *lost}) or (self._fewest(name) if name == "kind" else [])

    def _fewest(self, name: str) -> list[int]:
        """As few pieces as still say it, the earliest where several do."""
        kept = set(range(len(self.pieces)))
        for index in reversed(range(len(self.pieces))):
            work = self._read(kept - {index})
            if work is not None and getattr(work, name) == self._of(name):
                kept.discard(index)
        return sorted(kept)

    def _read(self, kept: set[int]) -> Workload | None:
        """What the text reads as with only these pieces; None where it cannot be read."""
        try:
            return parse("".join(piece if i in kept else _GAP for i, piece in enumerate(self.pieces)))
        except BadRequest:
            return None

    def _sure(self, name: str, behind: list[int]) -> float:
        blank = getattr(Workload(kind=self.work.kind), name)
        if name == "kind" and set(behind) <= self.others:
            return IMPLIED
        if name in LABELLED and name not in _NEVER_CONTESTED and self._contested(name, behind, blank):
            return CONTESTED
        return MENDED if any(mistyped(self.pieces[i]) for i in behind) else SAID

    def _contested(self, name: str, behind: list[int], blank: Any) -> bool:
        """Without all the words behind it, the field is still filled, and otherwise."""
        rest = self._read(set(range(len(self.pieces))) - set(behind))
        return rest is not None and getattr(rest, name) not in (blank, self._of(name))


def _pieces(text: str) -> list[str]:
    words = re.findall(r"\S+\s*", text)
    size = -(-len(words) // PIECES)
    return ["".join(words[i : i + size]) for i in range(0, len(words), size)]


def _runs(pieces: list[str], used: set[int]) -> tuple[str, ...]:
    """The runs of unused pieces that hold more than small words."""
    runs: list[str] = []
    for index, piece in enumerate(pieces):
        if index in used:
            runs.append("")
        elif runs:
            runs[-1] += piece
        else:
            runs = [piece]
    tidy = (" ".join(run.split()).strip(" ,;.!?()-") for run in runs)
    return tuple(run for run in tidy if not all(_PLAIN.fullmatch(word) for word in run.lower().split()))
