"""The model reader: a Language that asks a chat model of any provider, and the rules whenever it does not answer well.

The model only reads. What it says is checked like anything from outside and reconciled with what the rules read, and
the gate judges the Workload either way.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workflow.language.answer import answer_schema, checked, parsed
from workflow.language.asking import Asking, NotAsked
from workflow.language.failing import reason, retry_after, status
from workflow.language.instructions import INSTRUCTIONS
from workflow.language.legible import check
from workflow.language.normal import normal
from workflow.language.orders import ORDER
from workflow.language.reconcile import Question, reconcile
from workflow.language.rules import NoWork
from workflow.model.errors import Unclear
from workflow.model.ports import Language, Reading
from workflow.model.workload import Workload

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage

_ENDED = frozenset({"stop", "end_turn", "tool_use", "tool_calls"})
"""How providers say that an answer came to its end by itself."""


class Unusable(Exception):
    """The model answered, but not with a Workload. `note` is what the answer cost."""

    def __init__(self, why: str, note: str) -> None:
        super().__init__(why)
        self.note = note


@dataclass(frozen=True)
class ModelReader:
    """Reads with the chat model that `connect` gives, LangChain's port for any provider.

    Falls back on `rules` after `deadline` seconds or any failure, and says so in the notes. Raises BadRequest where
    `rules` does, and Unclear where the two read the text differently and neither reading is the stricter.
    """

    connect: Callable[[], BaseChatModel] = field(repr=False)
    asking: Asking
    rules: Language
    deadline: float = 12.0

    async def read(self, text: str) -> Reading:
        """The reading that model and rules can both stand for, or the rules' with a note of why."""
        check(text)
        witness = await self._witness(text)
        try:
            seen, cost = await self._answer(text)
        except Exception as error:  # noqa: BLE001  a model's failure of whatever kind must not fail the run
            return await self._by_rules(text, error)
        if witness is None:
            return Reading(
                workload=seen, reader=self.asking.model, notes=(cost, "The rules found no work in the text.")
            )
        found = reconcile(seen, witness)
        if isinstance(found, Question):
            raise Unclear(f"{found.message} ({cost})", found.ask)
        return Reading(workload=found.workload, reader=self.asking.model, notes=(cost, *found.notes))

    async def _witness(self, text: str) -> Workload | None:
        """What the rules read; None where they find no work in a text that gives no orders to its reader."""
        try:
            return (await self.rules.read(text)).workload
        except NoWork:
            if ORDER.search(normal(text)[0]):
                raise
            return None

    async def _by_rules(self, text: str, error: Exception) -> Reading:
        """What is left where the model is not asked, or fails with `error`."""
        if isinstance(error, NotAsked):
            notes = [f"{self.asking.model} was not asked ({error}); read by rules instead"]
        else:
            notes = [f"{self.asking.model} gave no usable answer ({_why(error)}); read by rules instead"]
        if isinstance(error, Unusable):
            notes.append(error.note)
        try:
            reading = await self.rules.read(text)
        except NoWork as unread:
            raise NoWork(f"{unread.message} ({'; '.join(notes)})", unread.remedy) from None
        return reading.model_copy(update={"notes": (*reading.notes, *notes)})

    async def _answer(self, text: str) -> tuple[Workload, str]:
        """The checked answer and what it cost. A pause that the provider asks for is kept where it fits the time."""
        until = asyncio.get_running_loop().time() + self.deadline
        async with asyncio.timeout_at(until):
            chat = await asyncio.to_thread(lambda: self._chat)
            try:
                return await self._ask(chat, text)
            except Exception as error:
                pause = retry_after(error)
                if pause is None or asyncio.get_running_loop().time() + pause >= until:
                    raise
            await asyncio.sleep(pause)
            return await self._ask(chat, text)

    @cached_property
    def _chat(self) -> BaseChatModel:
        return self.connect()

    async def _ask(self, chat: BaseChatModel, text: str) -> tuple[Workload, str]:
        data = json.dumps({"request": text}, ensure_ascii=False)
        structured = chat.with_structured_output(answer_schema(), include_raw=True)
        hold = await self.asking.begin(INSTRUCTIONS + json.dumps(answer_schema()) + data)
        try:
            answer: Any = await structured.ainvoke([("system", INSTRUCTIONS), ("human", data)])
        except asyncio.CancelledError:
            self.asking.failed(TimeoutError())
            raise
        except Exception as error:
            self.asking.failed(error)
            if status(error) is not None:
                await self.asking.meter.settle(hold, 0)
            raise
        raw: AIMessage = answer["raw"]
        tokens = raw.usage_metadata
        note = await self.asking.answered(hold, (tokens["input_tokens"], tokens["output_tokens"]) if tokens else None)
        try:
            return checked(_content(raw)), note
        except ValueError as error:
            raise Unusable(type(error).__name__, note) from None


def _content(raw: AIMessage) -> Any:
    """The JSON in an answer, said or called. Raises ValueError where it was cut short or blocked."""
    told = raw.response_metadata
    ended = told.get("finish_reason") or told.get("stop_reason")
    if ended is not None and str(ended).lower() not in _ENDED:
        raise ValueError("the answer was cut short or blocked")
    return raw.tool_calls[0]["args"] if raw.tool_calls else parsed(raw.text)


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, Unusable) else reason(error)
