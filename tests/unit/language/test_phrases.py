"""A Workload keeps the phrases that each of its fields was read from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workflow.language.fields import FIELDS
from workflow.language.phrases import MOST, with_words
from workflow.language.rules import parse, read
from workflow.language.rules_parser import RulesParser
from workflow.model.ports import Reading
from workflow.model.workload import Words, Workload

OWN = Path(__file__).parents[2] / "data" / "requests-own.jsonl"
TEXTS = [json.loads(line)["text"] for line in OWN.read_text(encoding="utf-8").splitlines()[::40]]


def kept(text: str) -> dict[str, tuple[str, ...]]:
    return {words.field: words.text for words in with_words(text, parse(text)).words}


def test_each_field_has_the_phrases_that_it_was_read_from() -> None:
    text = "Train a vision model on one A100 for 6 hours, EU data only, under $100"
    assert with_words(text, parse(text)).words == (
        Words(field="gpu", text=("on one A100",)),
        Words(field="gpu_count", text=("on one A100",)),
        Words(field="hours", text=("for 6 hours,",)),
        Words(field="budget_usd", text=("under $100",)),
        Words(field="budget_per", text=("under $100",)),
        Words(field="residency", text=("EU data only,",)),
    )


def test_a_terse_command_is_told_apart_by_its_words() -> None:
    assert kept("etl 16 vcpu 64gb 3h spot $20") == {
        "vcpus": ("16", "vcpu"),
        "memory_gib": ("vcpu", "64gb"),
        "hours": ("3h",),
        "budget_usd": ("$20",),
        "budget_per": ("$20",),
        "purchase": ("spot",),
    }


def test_the_phrase_without_which_there_is_no_work_says_what_the_work_is() -> None:
    assert kept("EU only, under $90 a month, a bucket, thanks")["kind"] == ("a bucket,",)


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_kept_stands_in_the_text_and_changes_nothing_else(text: str) -> None:
    work = with_words(text, parse(text))
    assert work.model_copy(update={"words": ()}) == parse(text)
    flat = " ".join(text.split())
    assert [phrase for words in work.words for phrase in words.text if " ".join(phrase.split()) not in flat] == []


def test_a_long_text_costs_no_more_than_a_dozen_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "ETL on 8 cores. " + "It was like that, and so on, for us. " * 60
    work, again = parse(text), []
    monkeypatch.setattr("workflow.language.phrases.read", lambda part, names: again.append(part) or work)
    with_words(text, work)
    assert 1 < len(again) <= MOST


def test_there_is_a_way_to_read_every_field_but_the_words_themselves() -> None:
    assert [*FIELDS, "words"] == [*Workload.model_fields]


@pytest.mark.parametrize("text", TEXTS)
def test_a_field_says_the_same_whether_or_not_others_are_read(text: str) -> None:
    work = parse(text)
    alone = {name: getattr(read(text, [name]), name) for name in FIELDS}
    assert alone == {name: getattr(work, name) for name in FIELDS}


async def test_the_rules_parser_keeps_them() -> None:
    text = "a bucket of 2 TB, EU only"
    assert await RulesParser().read(text) == Reading(workload=with_words(text, parse(text)), reader="rules")
