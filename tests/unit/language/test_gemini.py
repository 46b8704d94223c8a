"""The Gemini reader with the real client library against a local server."""

from __future__ import annotations

import asyncio
import dataclasses
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from workflow.language.choose import choose
from workflow.language.gemini import DEFAULT_MODEL, GeminiReader, answer_schema, checked
from workflow.language.rules import RulesParser, parse
from workflow.model.errors import BadRequest
from workflow.model.ports import Reading
from workflow.model.workload import LABELLED, Workload

KEY = "a-key-that-must-not-show"
TEXT = "Train a vision model on one A100 for 6 hours, EU data only, under $100"
ANSWER: dict[str, Any] = Workload(
    kind="training", gpu="A100", gpu_count=1, hours=6, budget_usd=90, budget_per="run", residency=("EU",)
).model_dump(mode="json", include=set(LABELLED))


def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def server() -> Iterator[Any]:
    running = _module("gemini_server").GeminiServer()
    yield running
    running.close()


@pytest.fixture
def reader(server: Any) -> GeminiReader:
    chosen = choose({"GOOGLE_API_KEY": KEY, "TOLLGATE_GEMINI_URL": server.url})
    assert isinstance(chosen, GeminiReader)
    return chosen


async def test_the_models_answer_becomes_the_workload(server: Any, reader: GeminiReader) -> None:
    server.answers(json.dumps(ANSWER))
    assert await reader.read(TEXT) == Reading(workload=Workload.model_validate(ANSWER), reader=DEFAULT_MODEL)


async def test_the_text_is_sent_as_data_apart_from_the_instructions(server: Any, reader: GeminiReader) -> None:
    server.answers(json.dumps(ANSWER))
    await reader.read(TEXT)
    ((path, headers, asked),) = server.asked
    assert path == f"/v1beta/models/{DEFAULT_MODEL}:generateContent"
    assert headers["x-goog-api-key"] == KEY
    assert asked["contents"] == [{"role": "user", "parts": [{"text": json.dumps({"request": TEXT})}]}]
    assert TEXT not in json.dumps(asked["systemInstruction"])
    assert asked["generationConfig"]["temperature"] == 0
    assert asked["generationConfig"]["responseMimeType"] == "application/json"
    assert asked["generationConfig"]["responseJsonSchema"]["required"] == list(LABELLED)


async def test_the_model_is_a_setting(server: Any) -> None:
    server.answers(json.dumps(ANSWER))
    env = {"GOOGLE_API_KEY": KEY, "TOLLGATE_GEMINI_URL": server.url, "TOLLGATE_GEMINI_MODEL": "gemini-next-flash"}
    assert (await choose(env).read(TEXT)).reader == "gemini-next-flash"
    assert server.asked[0][0] == "/v1beta/models/gemini-next-flash:generateContent"


async def test_what_the_model_is_not_asked_for_is_read_by_the_rules(server: Any, reader: GeminiReader) -> None:
    server.answers(json.dumps(ANSWER | {"clouds": ["azure", "gcp"]}))
    reading = await reader.read("Train nightly on one A100, not on AWS and not in europe-west1")
    assert reading.reader == DEFAULT_MODEL
    kept = reading.workload
    assert (kept.excluded_clouds, kept.excluded_regions, kept.recurs) == (("aws",), ("europe-west1",), "daily")


def fell_back(reading: Reading, reason: str) -> None:
    note = f"{DEFAULT_MODEL} gave no usable answer ({reason}); read by rules instead"
    assert reading == Reading(workload=parse(TEXT), reader="rules", notes=(note,))


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (429, "RESOURCE_EXHAUSTED"),
        (500, "INTERNAL"),
        (503, "UNAVAILABLE"),
        (403, "PERMISSION_DENIED"),
        (400, "INVALID_ARGUMENT"),
    ],
)
async def test_an_error_of_the_api_falls_back_to_the_rules_at_once(
    server: Any, reader: GeminiReader, status: int, name: str
) -> None:
    server.fails(status, name)
    fell_back(await reader.read(TEXT), str(status))
    assert len(server.asked) == 1


async def test_a_model_that_hangs_is_given_up_at_the_deadline(server: Any, reader: GeminiReader) -> None:
    server.answers(json.dumps(ANSWER))
    assert (await reader.read(TEXT)).reader == DEFAULT_MODEL
    server.hangs = True
    impatient = dataclasses.replace(reader, deadline=0.3)
    fell_back(await asyncio.wait_for(impatient.read(TEXT), 20), "deadline")


async def test_a_server_that_is_not_there_falls_back_to_the_rules(server: Any, reader: GeminiReader) -> None:
    reading = await dataclasses.replace(reader, url="http://127.0.0.1:9").read(TEXT)
    assert (reading.workload, reading.reader) == (parse(TEXT), "rules")
    assert KEY not in reading.notes[0]


@pytest.mark.parametrize(
    "answer",
    [
        "not json",
        "",
        "[]",
        json.dumps(ANSWER)[:-30],
        json.dumps({"kind": "training"}),
        json.dumps(ANSWER | {"approved": True}),
        json.dumps(ANSWER | {"kind": "mining"}),
        json.dumps(ANSWER | {"gpu_count": -4}),
        json.dumps(ANSWER | {"hours": "six"}),
        json.dumps(ANSWER | {"budget_per": None}),
        json.dumps(ANSWER | {"gpu_count": 0}),
        json.dumps(ANSWER | {"residency": ["MOON"]}),
        json.dumps(ANSWER | {"clouds": ["oracle"]}),
        json.dumps(ANSWER | {"regions": ["narnia-west-1"]}),
    ],
)
async def test_nonsense_falls_back_to_the_rules(server: Any, reader: GeminiReader, answer: str) -> None:
    server.answers(answer)
    reading = await reader.read(TEXT)
    assert (reading.workload, reading.reader, len(reading.notes)) == (parse(TEXT), "rules", 1)


@pytest.mark.parametrize("finish", ["SAFETY", "MAX_TOKENS", "RECITATION"])
async def test_a_blocked_or_cut_answer_falls_back_to_the_rules(server: Any, reader: GeminiReader, finish: str) -> None:
    server.answers(json.dumps(ANSWER), finish)
    fell_back(await reader.read(TEXT), "ValueError")


@pytest.mark.parametrize("body", [{"promptFeedback": {"blockReason": "SAFETY"}}, {}, b"<html>", {"candidates": []}])
async def test_an_answer_without_a_candidate_falls_back_to_the_rules(
    server: Any, reader: GeminiReader, body: Any
) -> None:
    server.body = body
    reading = await reader.read(TEXT)
    assert (reading.workload, reading.reader, len(reading.notes)) == (parse(TEXT), "rules", 1)


async def test_a_text_that_neither_can_read_is_refused(server: Any, reader: GeminiReader) -> None:
    server.fails(500, "INTERNAL")
    with pytest.raises(BadRequest, match="names no work"):
        await reader.read("Hello there")


async def test_what_is_no_text_is_never_sent(server: Any, reader: GeminiReader) -> None:
    with pytest.raises(BadRequest, match="control characters"):
        await reader.read("train\x00")
    assert server.asked == []


def test_the_key_shows_nowhere(reader: GeminiReader) -> None:
    assert KEY not in repr(reader)


@pytest.mark.parametrize("env", [{}, {"GOOGLE_API_KEY": ""}, {"GOOGLE_API_KEY": "  "}])
def test_without_a_key_the_rules_read(env: dict[str, str]) -> None:
    assert isinstance(choose(env), RulesParser)


def test_the_client_library_is_not_imported_before_a_text_is_read_with_a_key() -> None:
    code = (
        "import sys; from workflow.language.choose import choose; choose({}); choose({'GOOGLE_API_KEY': 'k'});"
        "sys.exit(not {'langchain_google_genai', 'langchain_core', 'google.genai'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_lists_in_an_answer_are_put_in_one_order() -> None:
    answer = ANSWER | {"clouds": ["gcp", "aws", "gcp"], "regions": None}
    assert (checked(answer).clouds, checked(answer).regions) == (("aws", "gcp"), ())


def test_the_schema_uses_only_what_the_api_takes() -> None:
    text = json.dumps(answer_schema())
    assert not any(word in text for word in ("exclusiveMinimum", "pattern", "$ref", "default", "additionalProperties"))
