"""The rules parser: a Language without a model, in English, German, Spanish, French and Korean."""

from __future__ import annotations

from workflow.language.phrases import with_words
from workflow.language.rules import parse
from workflow.model.ports import Reading


class RulesParser:
    """Reads by rules. Pure: no clock, no network."""

    async def read(self, text: str) -> Reading:
        """Raises BadRequest for text that is no text, names no cloud work, or contradicts itself."""
        return Reading(workload=with_words(text, parse(text)), reader="rules")
