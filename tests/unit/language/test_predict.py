"""Predictions for a file of requests."""

from __future__ import annotations

import json

import pytest

from workflow.language.predict import predictions
from workflow.language.rules_parser import RulesParser
from workflow.model.errors import BadRequest
from workflow.model.workload import LABELLED, Workload


async def test_each_request_gets_one_prediction_with_all_fields() -> None:
    lines = [json.dumps({"id": "a", "text": "need a bucket", "expect": {}}), "", '{"id": "b", "text": "start a VM"}\n']
    assert [row async for row in predictions(lines, RulesParser())] == [
        {"id": "a", "got": Workload(kind="storage").model_dump(mode="json", include=set(LABELLED))},
        {"id": "b", "got": Workload(kind="service").model_dump(mode="json", include=set(LABELLED))},
    ]


async def test_a_request_that_cannot_be_read_is_answered_with_the_reason() -> None:
    (row,) = [row async for row in predictions(['{"id": "a", "text": "hello"}'], RulesParser())]
    assert (row["id"], row["got"]) == ("a", None)
    assert row["error"].startswith("The text names no work that a cloud could do.")


@pytest.mark.parametrize("line", ["not json", "[]", '{"id": 1, "text": "x"}', '{"id": "a"}'])
async def test_a_line_that_is_no_request_is_named(line: str) -> None:
    with pytest.raises(BadRequest, match="Line 2 is not a request"):
        [row async for row in predictions(['{"id": "a", "text": "need a bucket"}', line], RulesParser())]
