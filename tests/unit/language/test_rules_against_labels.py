"""The rules parser against labelled requests: the development set, and a set of our own of the same kind."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from workflow.language.predict import predictions
from workflow.language.rules import parse
from workflow.language.rules_parser import RulesParser
from workflow.model.workload import LABELLED

DATA = Path(__file__).parents[2] / "data"
FIELDS = LABELLED


def labelled(name: str) -> list[dict[str, Any]]:
    lines = (DATA / name).read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


def same(want: Any, got: Any) -> bool:
    """As the sets' rules say: numbers within 1e-6, lists as sets, the rest exactly."""
    if isinstance(want, list):
        return set(want) == set(got)
    if isinstance(want, bool) or want is None or isinstance(want, str):
        return type(want) is type(got) and want == got
    return isinstance(got, int | float) and not isinstance(got, bool) and abs(want - got) <= 1e-6


@pytest.mark.parametrize(("name", "count"), [("requests-dev.jsonl", 70), ("requests-own.jsonl", 1314)])
async def test_every_field_of_every_labelled_request_is_read(name: str, count: int) -> None:
    rows = labelled(name)
    read = [row async for row in predictions((json.dumps(row) for row in rows), RulesParser())]
    misses: Counter[str] = Counter()
    wrong = []
    for row, prediction in zip(rows, read, strict=True):
        got = prediction["got"] or {}
        for field in FIELDS:
            if not same(row["expect"][field], got.get(field)):
                misses[field] += 1
                wrong.append((row["id"], field, row["expect"][field], got.get(field)))
    assert len(rows) == count
    assert set(rows[0]["expect"]) == set(FIELDS)
    assert (dict(misses), wrong) == ({}, [])


def test_the_kind_of_work_is_read_from_many_verbs_and_things() -> None:
    rows = [line.split("\t") for line in (DATA / "kinds.txt").read_text(encoding="utf-8").splitlines()]
    assert [(parse(text).kind, text) for _, text in rows] == [(kind, text) for kind, text in rows]
