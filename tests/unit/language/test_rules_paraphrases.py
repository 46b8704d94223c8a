"""The same demand in other words, units and surroundings reads the same; a correction reads as what it corrects to."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.language.rules import parse

WHOLE = st.integers(1, 96)


@given(WHOLE, st.integers(1, 512), st.sampled_from(["GB", "GiB", "gb", "gigs", "gig", "gigabytes"]))
@settings(max_examples=60, deadline=None)
def test_memory_is_the_same_in_every_spelling(cores: int, gib: int, unit: str) -> None:
    plain = parse(f"batch job with {cores} vCPUs and {gib} GiB of RAM for 2 hours")
    assert parse(f"batch job with {cores} vCPUs and {gib} {unit} of RAM for 2 hours") == plain
    assert parse(f"batch job with {cores} vCPUs and {gib}{unit} RAM for 2 hours") == plain
    assert parse(f"batch job, {cores} vCPUs, {gib} {unit}, 2 hours") == plain


@given(WHOLE, st.sampled_from(["vCPUs", "cores", "CPUs", "vcpu", "cpu cores", "virtual cores"]))
@settings(max_examples=60, deadline=None)
def test_cpus_are_the_same_by_every_name(cores: int, name: str) -> None:
    assert parse(f"web server with {cores} {name}") == parse(f"web server with {cores} vCPUs")


@given(st.integers(1, 64))
@settings(max_examples=30, deadline=None)
def test_terabytes_are_1024_gigabytes(size: int) -> None:
    assert parse(f"a bucket of {size} TB") == parse(f"a bucket of {size * 1024} GB")


@given(st.integers(1, 9), st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_thousands_are_the_same_in_every_form(whole: int, tenth: int) -> None:
    amount = whole * 1000 + tenth * 100
    plain = parse(f"train on 2 T4 for 3 hours, at most ${amount}")
    for form in (
        f"${whole}.{tenth}k",
        f"{amount} dollars",
        f"{whole},{tenth}00 USD",
        f"{amount} bucks",
        f"USD {amount}",
    ):
        assert parse(f"train on 2 T4 for 3 hours, at most {form}") == plain


PARAPHRASES = (
    (
        "no spot",
        "without spot",
        "not on spot",
        "don't use spot",
        "spot is not allowed",
        "spot is out",
        "non-preemptible",
    ),
    ("not on AWS", "no AWS", "anything but AWS", "AWS is out", "AWS is ruled out", "except AWS"),
    ("EU only", "must stay in the EU", "data may not leave the EU", "kept in the EU", "only in the European Union"),
    (
        "done within 6 hours",
        "in under 6 hours",
        "deadline 6 hours",
        "must finish inside 6 hours",
        "no later than 6 hours",
    ),
    ("under $90", "at most 90 dollars", "no more than 90 bucks", "budget: $90", "cap of $90", "90 USD max"),
    ("users in Oslo", "close to Oslo", "our people are in Oslo", "customers mostly in Oslo", "Oslo users"),
)


@pytest.mark.parametrize("same", PARAPHRASES)
def test_paraphrases_read_alike(same: tuple[str, ...]) -> None:
    assert {parse(f"api server on 4 cores, {words}") for words in same} == {parse(f"api server on 4 cores, {same[0]}")}


CORRECTIONS = (
    "{old}, no wait, {new}",
    "{old}, sorry, {new}",
    "{old}... I mean {new}",
    "{old} (correction: {new}",
    "{old}, or rather {new}",
    "{old}, scratch that, {new}",
    "{old}, actually {new}",
    "{old}, make that {new}",
)
PAIRS = (("4 cores", "16 cores"), ("16 cores", "4 cores"), ("2 T4", "8 L4"), ("32 GB of RAM", "8 GB of RAM"))


@pytest.mark.parametrize("form", CORRECTIONS)
@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_what_is_taken_back_does_not_count(form: str, old: str, new: str) -> None:
    said = form.format(old=old, new=new)
    assert parse(f"train a model with {said} for 3 hours") == parse(f"train a model with {new} for 3 hours")


NOISE = st.sampled_from(
    [
        "The weather is lovely.",
        "Ping me on Slack.",
        "Lunch is at noon.",
        "My cat says hi!",
        "See you on Monday.",
        "cc Maria",
    ]
)


@given(NOISE, NOISE)
@settings(max_examples=20, deadline=None)
def test_small_talk_around_a_request_changes_nothing(before: str, after: str) -> None:
    work = "Train a vision model on one A100 for 6 hours, EU data only, under $100."
    assert parse(f"{before} {work} {after}") == parse(work)
