"""Which reader reads: Gemini where there is a key for it, else the rules alone."""

from __future__ import annotations

from collections.abc import Mapping

from workflow.language.rules import RulesParser
from workflow.model.ports import Language


def choose(env: Mapping[str, str]) -> Language:
    """The reader for these settings: `GOOGLE_API_KEY` turns Gemini on, `TOLLGATE_GEMINI_MODEL` names another model,
    `TOLLGATE_GEMINI_URL` another endpoint. The client library is imported when the first text is read."""
    rules = RulesParser()
    key = env.get("GOOGLE_API_KEY", "").strip()
    if not key:
        return rules
    from workflow.language.gemini import DEFAULT_MODEL, GeminiReader

    return GeminiReader(
        key=key,
        rules=rules,
        model=env.get("TOLLGATE_GEMINI_MODEL") or DEFAULT_MODEL,
        url=env.get("TOLLGATE_GEMINI_URL"),
    )
