"""What is said of a reading: the words behind each field, how sure it is, and what was ignored."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.language.explain import CONTESTED, IMPLIED, MENDED, PIECES, SAID, Evidence, Explanation, explain
from workflow.language.rules import parse
from workflow.model.errors import BadRequest
from workflow.model.workload import Workload


def test_every_field_names_its_words_and_the_rest_is_listed_as_ignored() -> None:
    assert explain("Render the teaser on 16 cores within 10 hours. The office party is on Friday.") == Explanation(
        evidence=(
            Evidence(field="kind", value="batch", words=("Render",), sure=SAID),
            Evidence(field="vcpus", value=16, words=("16", "cores"), sure=SAID),
            Evidence(field="deadline_hours", value=10.0, words=("within", "10", "hours"), sure=SAID),
        ),
        ignored=("the teaser on", "The office party is on Friday"),
    )


@pytest.mark.parametrize(
    ("text", "field", "sure"),
    [
        ("train on 2 T4 for 3 hours", "hours", SAID),
        ("train on 2 T4 for 3 huors", "hours", MENDED),
        ("train on 2 T4, at most $200. Finance allows $120.", "budget_usd", CONTESTED),
        ("2 T4 for 3 hours", "kind", IMPLIED),
        ("train on 2 T4 for 3 hours", "kind", SAID),
    ],
)
def test_how_sure_a_field_is_depends_on_how_it_is_said(text: str, field: str, sure: float) -> None:
    assert {each.field: each.sure for each in explain(text).evidence}[field] == sure


def test_of_words_that_say_the_same_one_is_enough() -> None:
    found = {each.field: each.words for each in explain("batch job, 4 cores, spot, preemptible").evidence}
    assert found["purchase"] == ("spot",)


def test_a_long_text_is_explained_in_a_bounded_number_of_readings() -> None:
    words = "lorem ipsum dolor sit amet, " * 60
    found = explain(f"{words} train on 2 T4 for 3 hours")
    assert {each.field for each in found.evidence} == {"kind", "gpu", "gpu_count", "hours"}
    assert all(len(each.words) <= PIECES for each in found.evidence)


def test_what_cannot_be_read_cannot_be_explained() -> None:
    with pytest.raises(BadRequest, match="names no work"):
        explain("hello there")


@given(st.permutations(["train a model", "2 T4", "for 3 hours", "under $50", "EU only", "on spot instances"]))
@settings(max_examples=15, deadline=None)
def test_every_field_that_is_filled_has_words_of_the_text_behind_it(clauses: list[str]) -> None:
    text = ", ".join(clauses)
    work, found = parse(text), explain(text)
    filled = {n for n in Workload.model_fields if getattr(work, n) != getattr(Workload(kind=work.kind), n)}
    assert {each.field for each in found.evidence} == filled | {"kind"}
    assert all(each.words and all(word in text for word in each.words) for each in found.evidence)
