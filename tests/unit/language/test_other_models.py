"""Any chat model of LangChain's reads through the same port: here one that answers by calling a tool."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import BaseTool

from mcp_handlers.kernel.breaker import Breakers
from mcp_handlers.kernel.clock import SystemClock
from tests.fakes.model_money import ModelMoney
from workflow.language.asking import Asking, Patience
from workflow.language.failing import LONGEST, reason, retry_after, status
from workflow.language.model_reader import ModelReader
from workflow.language.phrases import with_words
from workflow.language.rules import parse
from workflow.language.rules_parser import RulesParser
from workflow.language.spending import Meter, Price
from workflow.model.ports import Reading
from workflow.model.workload import LABELLED

TEXT = "Train a vision model on one A100 for 6 hours, EU data only, under $100"
BY_RULES = with_words(TEXT, parse(TEXT))
ANSWER = parse(TEXT).model_dump(mode="json", include=set(LABELLED))
NAME = "a-model"


class ToolCaller(BaseChatModel):
    """Answers with `args` in a call of the one tool that it was given, and ends with `stop`."""

    args: dict[str, Any]
    stop: str = "tool_use"
    fault: Exception | None = None
    tool: str = ""

    @property
    def _llm_type(self) -> str:
        return "tool-caller"

    def bind_tools(self, tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool], **_: Any) -> Any:
        (schema,) = tools
        assert isinstance(schema, dict)
        return self.model_copy(update={"tool": schema["title"]})

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        if self.fault:
            raise self.fault
        told = AIMessage(
            "",
            tool_calls=[{"name": self.tool, "args": self.args, "id": "1"}],
            usage_metadata={"input_tokens": 10, "output_tokens": 5, "total_tokens": 15},
            response_metadata={"stop_reason": self.stop},
        )
        return ChatResult(generations=[ChatGeneration(message=told)])


def reader(chat: BaseChatModel) -> ModelReader:
    clock = SystemClock()
    return ModelReader(
        lambda: chat,
        Asking(NAME, Price(100, 200), Meter(100, clock, ModelMoney()), clock, Patience(Breakers(NAME))),
        RulesParser(),
    )


async def test_a_model_that_answers_with_a_tool_call_is_read() -> None:
    cost = f"{NAME}: 10 tokens read, 5 written, 0.0020 cents; 0.0020 of 100 today"
    assert await reader(ToolCaller(args=ANSWER)).read(TEXT) == Reading(workload=BY_RULES, reader=NAME, notes=(cost,))


async def test_an_answer_of_another_provider_that_was_cut_short_falls_back_to_the_rules() -> None:
    reading = await reader(ToolCaller(args=ANSWER, stop="max_tokens")).read(TEXT)
    assert (reading.workload, reading.reader) == (BY_RULES, "rules")
    assert reading.notes[0] == f"{NAME} gave no usable answer (ValueError); read by rules instead"


class Busy(Exception):
    """An error as other clients have it: a status and the response's headers."""

    def __init__(self, after: str) -> None:
        super().__init__("a text that may hold secrets")
        self.status_code = 429
        self.response = type("Response", (), {"headers": {"retry-after": after}})()


async def test_a_pause_in_a_header_is_kept_as_well() -> None:
    asked = reader(ToolCaller(args=ANSWER, fault=Busy("60")))
    fell, left = await asked.read(TEXT), await asked.read(TEXT)
    assert fell.notes == (f"{NAME} gave no usable answer (429); read by rules instead",)
    assert left.notes[0].startswith(f"{NAME} was not asked (it asked to be left alone until ")


@pytest.mark.parametrize(
    ("after", "seconds"),
    [("7", 7.0), ("0.5s", 0.5), ("99999999", LONGEST), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-3", None)],
)
def test_a_pause_is_read_in_seconds_and_has_an_end(after: str, seconds: float | None) -> None:
    assert retry_after(Busy(after)) == seconds


def test_an_error_is_named_without_its_message() -> None:
    wrapped = ValueError("secret")
    wrapped.__cause__ = Busy("1")
    assert (status(wrapped), reason(wrapped), reason(KeyError("secret"))) == (429, "429", "KeyError")


async def test_a_client_that_cannot_be_had_falls_back_to_the_rules() -> None:
    def nothing() -> BaseChatModel:
        raise ImportError("no such library")

    clock = SystemClock()
    without = ModelReader(
        nothing,
        Asking(NAME, Price(1, 1), Meter(1, clock, ModelMoney()), clock, Patience(Breakers(NAME))),
        RulesParser(),
    )
    note = f"{NAME} gave no usable answer (ImportError); read by rules instead"
    assert await without.read(TEXT) == Reading(workload=BY_RULES, reader="rules", notes=(note,))
