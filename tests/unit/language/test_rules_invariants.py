"""What must not matter: casing, white space, courtesies, the order of clauses, and the unit a size is given in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.language.rules import parse
from workflow.model.errors import BadRequest
from workflow.model.workload import Workload

DATA = Path(__file__).parents[2] / "data"
TEXTS = [
    json.loads(line)["text"]
    for name in ("requests-dev.jsonl", "requests-own.jsonl")
    for line in (DATA / name).read_text(encoding="utf-8").split("\n")
    if line
]
texts = st.sampled_from(TEXTS)
BEFORE = (
    "Hello team, ",
    "Hi there! ",
    "Good morning, I hope you are all well. ",
    "Dear colleagues,\n",
    "Hola, ",
    "Hallo zusammen, ",
)
AFTER = (
    "\nThanks a lot",
    " Thank you very much.",
    "\nBest regards,\nKim",
    "\n\nCheers,\nSam",
    " Danke!",
    "\nMany thanks in advance.",
)


@given(texts, st.sampled_from([str.upper, str.lower, str.title, str.swapcase]))
@settings(max_examples=150, deadline=None)
def test_casing_does_not_matter(text: str, cased: object) -> None:
    assert parse(cased(text)) == parse(text)  # type: ignore[operator]


@given(texts, st.sampled_from([" ", "  ", "\t", " \t ", "\u00a0"]), st.sampled_from(["", "\n", " \n \n", "\r\n"]))
@settings(max_examples=150, deadline=None)
def test_extra_white_space_does_not_matter(text: str, space: str, around: str) -> None:
    assert parse(around + text.replace(" ", space) + around) == parse(text)


@given(texts, st.sampled_from(BEFORE), st.sampled_from(AFTER))
@settings(max_examples=150, deadline=None)
def test_courtesies_do_not_matter(text: str, before: str, after: str) -> None:
    assert parse(before + text + after) == parse(text)


CLAUSES = (
    ("4 nodes", "5 machines", "2 workers"), ("8 vcpus per node", "16 cores each"), ("32 GB RAM", "64 gigs of memory"),
    ("for 3 hours", "takes 90 minutes"), ("under $40", "at most 35 dollars", "budget USD 60"),
    ("EU only", "must stay in Japan", "Germany or France only"), ("AWS or GCP", "not on Azure"), ("spot", "on-demand"),
    ("done within 10 hours", "deadline: 2 days"), ("200 GB disk", "half a terabyte of disk"),
)  # fmt: skip


@given(
    st.tuples(*(st.sampled_from(clause) for clause in CLAUSES)).flatmap(
        lambda chosen: st.tuples(st.just(chosen), st.permutations(chosen))
    ),
    st.sampled_from(["; ", ", ", "\n", ". "]),
)
@settings(max_examples=200, deadline=None)
def test_the_order_of_clauses_does_not_matter(orders: tuple[tuple[str, ...], list[str]], joint: str) -> None:
    first, second = ("spark job" + joint + joint.join(clauses) for clauses in orders)
    assert parse(first) == parse(second)


@given(st.integers(1, 40), st.sampled_from([("TB", "GB"), ("terabytes", "gigabytes"), ("TiB", "GiB"), ("tb", "gigs")]))
@settings(deadline=None)
def test_a_size_is_the_same_in_either_unit(amount: int, units: tuple[str, str]) -> None:
    large, small = units
    for frame in ("bucket of {} in Canada only", "database server with 8 vcpus, 64 GB RAM and {} disk"):
        assert parse(frame.format(f"{amount} {large}")) == parse(frame.format(f"{amount * 1024} {small}"))


@given(st.integers(1, 60))
@settings(deadline=None)
def test_a_length_of_time_is_the_same_in_either_unit(days: int) -> None:
    for frame in ("render job, takes {}", "render job, must finish within {}", "Simulation, Dauer {}"):
        assert parse(frame.format(f"{days} days")) == parse(frame.format(f"{days * 24} hours"))


@given(st.integers(1, 999), st.sampled_from(["${}", "{} dollars", "USD {}", "{} USD", "{} bucks"]))
@settings(deadline=None)
def test_money_is_the_same_however_it_is_written(amount: int, form: str) -> None:
    plain = parse(f"web server, at most ${amount * 1000} per month")
    assert parse(f"web server, at most {form.format(f'{amount}k')} per month") == plain
    assert parse(f"web server, at most {form.format(f'{amount},000')} a month") == plain


def read(text: str) -> Workload | BadRequest:
    try:
        return parse(text)
    except BadRequest as refusal:
        return refusal


def sound(reading: Workload | BadRequest) -> bool:
    if isinstance(reading, BadRequest):
        return bool(reading.message and reading.remedy)
    return (reading.budget_usd is None) == (reading.budget_per is None) and (
        reading.gpu is None or reading.gpu_count > 0
    )


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    assert sound(read(text))


@given(st.lists(st.sampled_from(" ".join(TEXTS).split()), max_size=60))
@settings(max_examples=200, deadline=None)
def test_words_of_requests_in_any_order_are_read_or_refused(words: list[str]) -> None:
    assert sound(read(" ".join(words)))


@pytest.mark.parametrize("text", TEXTS[:20])
def test_reading_twice_gives_the_same(text: str) -> None:
    assert parse(text) == parse(text)
