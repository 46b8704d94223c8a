"""The Gemini reader: a Language that asks a model, and the rules parser whenever the model does not answer well.

The model only reads. What it says is checked like anything from outside, and the gate judges the Workload either way.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workflow.language.clouds import CLOUDS
from workflow.language.instructions import FIELDS, INSTRUCTIONS
from workflow.language.places import jurisdictions
from workflow.language.regions import is_name
from workflow.language.rules import beyond_labels, check
from workflow.model.base import Json
from workflow.model.ports import Language, Reading
from workflow.model.workload import Workload

if TYPE_CHECKING:
    from langchain_google_genai import ChatGoogleGenerativeAI

DEFAULT_MODEL = "gemini-3.8-flash"
"""The current stable Flash model, as listed in the profiles of langchain-google-genai 4.4."""


@dataclass(frozen=True)
class GeminiReader:
    """Reads with `model`; falls back on `rules` after `deadline` seconds or any failure, and says so in the notes.

    `url` replaces Google's endpoint (a proxy, or a test's server). Raises BadRequest only where `rules` does.
    """

    key: str = field(repr=False)
    rules: Language
    model: str = DEFAULT_MODEL
    url: str | None = None
    deadline: float = 12.0

    async def read(self, text: str) -> Reading:
        """The model's Workload, or the rules parser's with a note of why."""
        check(text)
        try:
            async with asyncio.timeout(self.deadline):
                workload = await self._ask(text)
        except Exception as error:  # noqa: BLE001  a model's failure of whatever kind must not fail the run
            reading = await self.rules.read(text)
            note = f"{self.model} gave no usable answer ({_reason(error)}); read by rules instead"
            return reading.model_copy(update={"notes": (*reading.notes, note)})
        return Reading(workload=workload.model_copy(update=beyond_labels(text)), reader=self.model)

    async def _ask(self, text: str) -> Workload:
        chat = await asyncio.to_thread(lambda: self._chat)
        structured = chat.with_structured_output(answer_schema(), method="json_schema", include_raw=True)
        data = json.dumps({"request": text}, ensure_ascii=False)
        answer = await structured.ainvoke([("system", INSTRUCTIONS), ("human", data)])
        raw = answer["raw"]  # type: ignore[index]
        if raw.response_metadata.get("finish_reason") != "STOP":
            raise ValueError("the answer was cut short or blocked")
        return checked(json.loads(raw.text))

    @cached_property
    def _chat(self) -> ChatGoogleGenerativeAI:
        from langchain_google_genai import ChatGoogleGenerativeAI

        return ChatGoogleGenerativeAI(
            model=self.model, api_key=self.key, base_url=self.url, temperature=0, max_retries=1, timeout=self.deadline
        )


def checked(answer: Any) -> Workload:
    """A model's answer as a Workload. Raises ValueError where a field is missing, unknown or makes no sense."""
    if not isinstance(answer, dict) or set(answer) != set(FIELDS):
        raise ValueError("the answer does not have the Workload's fields")
    for name in ("residency", "regions", "clouds"):
        answer = answer | {name: sorted(set(answer[name] or ()))}
    workload = Workload.model_validate(answer)
    if (workload.budget_usd is None) != (workload.budget_per is None):
        raise ValueError("a budget and what it is per belong together")
    if workload.gpu is not None and workload.gpu_count == 0:
        raise ValueError("a GPU type without a GPU")
    if not (
        set(workload.residency) <= jurisdictions()
        and set(workload.clouds) <= set(CLOUDS)
        and all(map(is_name, workload.regions))
    ):
        raise ValueError("an unknown jurisdiction, cloud or region")
    return workload


def answer_schema() -> Json:
    """The Workload's JSON schema in the subset that the Gemini API takes, with every field required."""
    schema: Json = _subset(Workload.model_json_schema())
    del schema["description"]
    schema["properties"] = {name: schema["properties"][name] for name in FIELDS}
    return schema | {"required": list(FIELDS), "propertyOrdering": list(FIELDS)}


_TAKEN = frozenset({"type", "title", "description", "enum", "items", "minimum", "maximum", "anyOf", "properties"})


def _subset(schema: Json) -> Json:
    kept = {name: value for name, value in schema.items() if name in _TAKEN}
    if "properties" in kept:
        kept["properties"] = {name: _subset(value) for name, value in kept["properties"].items()}
    if "items" in kept:
        kept["items"] = _subset(kept["items"])
    if "anyOf" in kept:
        kept["anyOf"] = [_subset(value) for value in kept["anyOf"]]
    return kept


def _reason(error: Exception) -> str:
    """Why, in a word or a status code. The message itself is left out: it may hold the text or the key."""
    if isinstance(error, TimeoutError):
        return "deadline"
    for link in (error, error.__cause__):
        if (code := getattr(link, "code", None)) and isinstance(code, int):
            return str(code)
    return type(error).__name__
