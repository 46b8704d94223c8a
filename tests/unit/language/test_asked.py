"""`tollgate run` asks a person at a terminal what a request leaves unclear, and nobody else."""

from __future__ import annotations

import io
import sys

import pytest

from functions.cli.run import asked


class Terminal(io.StringIO):
    """A stream that says that a person is at its other end."""

    def isatty(self) -> bool:
        return True


def at_a_terminal(monkeypatch: pytest.MonkeyPatch, answers: str) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(answers))
    monkeypatch.setattr(sys, "stdout", Terminal())


def test_the_answer_is_added_to_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    at_a_terminal(monkeypatch, "2 T4\n")
    assert asked("train our model", quiet=False) == "train our model\n2 T4"


def test_it_asks_again_until_nothing_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    at_a_terminal(monkeypatch, "train a model\non 8 cores\nnever read\n")
    assert asked("hello", quiet=False) == "hello\ntrain a model\non 8 cores"


def test_what_is_clear_is_not_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    at_a_terminal(monkeypatch, "never read\n")
    assert asked("train on 2 T4", quiet=False) == "train on 2 T4"


def test_a_script_and_a_caller_of_json_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked("train our model", quiet=False) == "train our model"
    at_a_terminal(monkeypatch, "2 T4\n")
    assert asked("train our model", quiet=True) == "train our model"
