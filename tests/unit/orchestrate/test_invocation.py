"""What a queue pushes is read for the log only, whatever it is."""

from __future__ import annotations

import base64

import pytest

from functions.orchestrate.invocation import run_named


def pushed(data: bytes) -> dict[str, object]:
    return {"message": {"data": base64.b64encode(data).decode()}}


def test_the_run_that_a_push_names_is_read() -> None:
    assert run_named(pushed(b"r-1")) == "r-1"


@pytest.mark.parametrize(
    "told",
    [
        None,
        "r-1",
        [],
        {},
        {"message": None},
        {"message": {"data": 7}},
        {"message": {"data": "no base64!"}},
        pushed(b"\xff\xfe"),
        pushed(b"r-1\nERROR forged line"),
        pushed(b"r" * 101),
    ],
)
def test_what_names_none_is_no_trouble(told: object) -> None:
    assert run_named(told) == ""
