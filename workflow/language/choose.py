"""Which reader reads: Gemini beside the rules where there is a key for it, else the rules alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial

from mcp_handlers.kernel.clock import SystemClock
from workflow.language.asking import Asking
from workflow.language.gemini import DEFAULT_MODEL, connect, price_of
from workflow.language.model_reader import ModelReader
from workflow.language.rules import RulesParser
from workflow.language.spending import Meter
from workflow.model.errors import BadRequest
from workflow.model.ports import Language, Reading

DEFAULT_CENTS = 100
"""A day's model budget where none is set: a hundred requests and more at the default model's price."""
DEADLINE = 12.0
"""Seconds that a model's answer may take, the import of its library included."""


@dataclass(frozen=True)
class Keyless:
    """The rules alone, with a note that no model was asked."""

    rules: Language

    async def read(self, text: str) -> Reading:
        """As `rules` reads."""
        reading = await self.rules.read(text)
        note = "No model was asked (GOOGLE_API_KEY is not set); read by rules"
        return reading.model_copy(update={"notes": (*reading.notes, note)})


def choose(env: Mapping[str, str]) -> Language:
    """The reader for these settings: `GOOGLE_API_KEY` turns Gemini on, `TOLLGATE_GEMINI_MODEL` names another model,
    `TOLLGATE_GEMINI_URL` another endpoint, `TOLLGATE_MODEL_CENTS_PER_DAY` this process's budget for it. The client
    library is imported when the first text is read. Raises BadRequest for a budget that is no whole number."""
    rules = RulesParser()
    key = env.get("GOOGLE_API_KEY", "").strip()
    if not key:
        return Keyless(rules)
    model, url = env.get("TOLLGATE_GEMINI_MODEL") or DEFAULT_MODEL, env.get("TOLLGATE_GEMINI_URL") or None
    asking = asking_of(model, url, _cents(env.get("TOLLGATE_MODEL_CENTS_PER_DAY", "")))
    return ModelReader(partial(connect, key, model, url, DEADLINE), asking, rules, DEADLINE)


@cache
def asking_of(model: str, url: str | None, cents: int) -> Asking:
    """The circuit and budget of a model, one for the life of the process whoever reads with it."""
    clock = SystemClock()
    return Asking(model, price_of(model), Meter(cents, clock), clock)


def _cents(said: str) -> int:
    said = said.strip()
    if said and not (said.isascii() and said.isdigit() and len(said) <= 9):
        raise BadRequest(
            "TOLLGATE_MODEL_CENTS_PER_DAY is no whole number of cents.", "Set it to 0 or more, or leave it out."
        )
    return int(said) if said else DEFAULT_CENTS
