"""Which reader reads: Gemini beside the rules where there is a key for it, else the rules alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial

from mcp_handlers.kernel.breaker import Breakers
from mcp_handlers.kernel.clock import SystemClock
from workflow.language.asking import Asking, Patience
from workflow.language.gemini import DEFAULT_MODEL, connect, price_of
from workflow.language.model_reader import ModelReader
from workflow.language.rules_parser import RulesParser
from workflow.language.spending import Meter
from workflow.model.errors import BadRequest
from workflow.model.model_spending import ModelSpending
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


def choose(env: Mapping[str, str], spending: ModelSpending) -> Language:
    """The reader for these settings: `GOOGLE_API_KEY` turns Gemini on, `TOLLGATE_GEMINI_MODEL` names another model,
    `TOLLGATE_GEMINI_URL` another endpoint, `TOLLGATE_MODEL_CENTS_PER_DAY` the budget for it of all
    who keep what they spend in the same `spending`. The client library is imported when the first text is read. Raises
    BadRequest for a budget that is no whole number."""
    key = model_key(env)
    if not key:
        return keyless()
    rules = RulesParser()
    model, url = env.get("TOLLGATE_GEMINI_MODEL") or DEFAULT_MODEL, env.get("TOLLGATE_GEMINI_URL") or None
    clock = SystemClock()
    meter = Meter(_cents(env.get("TOLLGATE_MODEL_CENTS_PER_DAY", "")), clock, spending)
    asking = Asking(model, price_of(model), meter, clock, patience_with(model, url))
    return ModelReader(partial(connect, key, model, url, DEADLINE), asking, rules, DEADLINE)


def keyless() -> Language:
    """The reader where no model is set up, and nothing can be spent."""
    return Keyless(RulesParser())


def model_key(env: Mapping[str, str]) -> str:
    """The key that turns Gemini on; empty where there is none."""
    return env.get("GOOGLE_API_KEY", "").strip()


@cache
def patience_with(model: str, url: str | None) -> Patience:
    """How a model has answered, one for the life of the process whoever reads with it."""
    return Patience(Breakers(model))


def _cents(said: str) -> int:
    said = said.strip()
    if said and not (said.isascii() and said.isdigit() and len(said) <= 9):
        raise BadRequest(
            "TOLLGATE_MODEL_CENTS_PER_DAY is no whole number of cents.", "Set it to 0 or more, or leave it out."
        )
    return int(said) if said else DEFAULT_CENTS
