"""Gemini, as a chat model: which one, what it costs, and how it is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflow.language.asking import MOST_WRITTEN
from workflow.language.spending import Price

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

DEFAULT_MODEL = "gemini-3.8-flash"
"""The current stable Flash model, as listed in the profiles of langchain-google-genai 4.4."""
PRICES = {
    "gemini-3.8-flash": Price(read=150, written=750),
    "gemini-3.5-flash": Price(read=150, written=900),
    "gemini-3.5-flash-lite": Price(read=30, written=250),
    "gemini-2.5-flash": Price(read=30, written=250),
}
"""Cents per million tokens, from ai.google.dev/gemini-api/docs/pricing as transcribed on 2026-10-07. For 3.8 Flash
the price from 2027 on, which is twice the introductory one: better too much than too little."""
UNLISTED = Price(read=400, written=1800)
"""For any other model: the dearest text tokens on the same page."""


def price_of(model: str) -> Price:
    """What `model` is reckoned to cost."""
    return PRICES.get(model, UNLISTED)


def connect(key: str, model: str, url: str | None, deadline: float) -> BaseChatModel:
    """The client at temperature 0. It tries once: who asks decides about trying again. `url` replaces Google's
    endpoint. Imports the client library, which takes two seconds."""
    from langchain_google_genai import ChatGoogleGenerativeAI

    return ChatGoogleGenerativeAI(
        model=model,
        api_key=key,
        base_url=url,
        temperature=0,
        max_retries=1,
        timeout=deadline,
        max_output_tokens=MOST_WRITTEN,
    )
