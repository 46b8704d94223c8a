"""What a model did is in the run's ledger, and what it failed to do never fails the run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from mcp_handlers.kernel.clock import SystemClock
from tests.unit.language.gemini_server import GeminiServer
from workflow.deploy.context import Context
from workflow.deploy.journal import Journal
from workflow.deploy.planner import plan
from workflow.deploy.state import State, dump
from workflow.language.choose import choose
from workflow.language.gemini import DEFAULT_MODEL
from workflow.language.phrases import with_words
from workflow.language.rules import parse
from workflow.model.principal import Principal
from workflow.model.workload import LABELLED, Request
from workflow.store.store import open_store

TEXT = "Train a vision model on one A100 for 6 hours, EU data only, under $100"
BY_RULES = with_words(TEXT, parse(TEXT))
REQUEST = Request(
    id="r1",
    text=TEXT,
    principal=Principal(id="ada", tenant="acme", roles=("ml-engineer",)),
    submitted_at=datetime(2026, 5, 4, tzinfo=UTC),
)
READ = parse(TEXT).model_dump(mode="json", include=set(LABELLED))


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    running = GeminiServer()
    yield running
    running.close()


async def planned(folder: Path, env: Mapping[str, str], request: Request = REQUEST) -> tuple[State, list[Any]]:
    """The first stage of a run alone: its state, and the notes in the ledger. Nothing else of the world is needed."""
    nothing, clock = cast("Any", None), SystemClock()
    async with open_store(folder / "tollgate.db") as store:
        context = Context(
            language=choose(env, store), tools=nothing, gate=nothing, control=nothing, store=store, clock=clock,
            journal=Journal(store, clock, lambda event: None), contracts={}, clouds=("aws",),
        )  # fmt: skip
        state = await plan(context, State(request=dump(request)))
        entries = await store.entries(run="r1")
    return state, [list(e.event.body["notes"]) for e in entries if e.event.kind == "parsed"]


async def test_a_model_that_is_down_is_recorded_and_the_run_goes_on(tmp_path: Path, server: GeminiServer) -> None:
    server.fails(503, "UNAVAILABLE")
    state, notes = await planned(tmp_path, {"GOOGLE_API_KEY": "k", "TOLLGATE_GEMINI_URL": server.url})
    assert (state["trouble"], state["next"], state["workload"]) == (None, "allocator", dump(BY_RULES))
    assert notes == [[f"{DEFAULT_MODEL} gave no usable answer (503); read by rules instead"]]


async def test_a_key_that_is_missing_is_recorded_and_the_run_goes_on(tmp_path: Path) -> None:
    state, notes = await planned(tmp_path, {})
    assert (state["trouble"], state["next"], state["workload"]) == (None, "allocator", dump(BY_RULES))
    assert notes == [["No model was asked (GOOGLE_API_KEY is not set); read by rules"]]


async def test_tokens_and_cost_of_a_request_are_recorded(tmp_path: Path, server: GeminiServer) -> None:
    server.answers(json.dumps(READ))
    state, notes = await planned(tmp_path, {"GOOGLE_API_KEY": "k", "TOLLGATE_GEMINI_URL": server.url})
    assert (state["trouble"], state["workload"]) == (None, dump(BY_RULES))
    assert notes == [[f"{DEFAULT_MODEL}: 700 tokens read, 90 written, 0.1725 cents; 0.1725 of 100 today"]]


async def test_a_model_that_reads_other_money_has_the_person_asked(tmp_path: Path, server: GeminiServer) -> None:
    server.answers(json.dumps(READ | {"nodes": 50}))
    state, notes = await planned(tmp_path, {"GOOGLE_API_KEY": "k", "TOLLGATE_GEMINI_URL": server.url})
    trouble = state["trouble"]
    assert trouble is not None
    assert (state["next"], trouble["code"], trouble["remedy"]) == (
        "finisher", "UNCLEAR", "How many machines: 1 or 50?",
    )  # fmt: skip
    assert notes == []


async def test_a_deadline_by_the_calendar_counts_in_hours_and_is_told_in_the_ledger(tmp_path: Path) -> None:
    text = "Render the trailer on 16 cores for 3 hours, done by tomorrow noon"
    state, notes = await planned(tmp_path, {}, REQUEST.model_copy(update={"text": text}))
    assert state["workload"] == dump(with_words(text, parse(text)).model_copy(update={"deadline_hours": 36.0}))
    (told,) = notes
    assert told[1:] == ["The deadline is Tuesday 2026-05-05 12:00 UTC; a day without an hour ends at 17:00."]
