"""How the command speaks: words or JSON on stdout, errors on stderr, exit codes that mean something."""

from __future__ import annotations

import json
import shutil
from typing import Any

from rich.console import Console
from rich.markup import escape

from functions.cli.screen import Screen, visible
from workflow.model.errors import TollgateError

OK, FAILED, BAD_REQUEST, DENIED, WAITING, TAMPERED, UNCLEAR, INTERRUPTED = 0, 1, 2, 3, 4, 5, 7, 130

WIDTH = 150
"""Columns that the widest table takes. A narrower terminal wraps its lines; nothing is cut off."""


def _console(*, stderr: bool = False) -> Console:
    columns = shutil.get_terminal_size((WIDTH, 50)).columns
    return Screen(stderr=stderr, highlight=False, width=max(columns, WIDTH))


out = _console()
err = _console(stderr=True)


def code_of(error: TollgateError) -> int:
    """2 for what the caller must correct, 7 what they must answer first, 3 what they may not do, 1 for the rest."""
    if error.code == "FORBIDDEN":
        return DENIED
    if error.code == "UNCLEAR":
        return UNCLEAR
    return BAD_REQUEST if error.code in ("BAD_REQUEST", "NOT_FOUND", "CONFLICT") else FAILED


def say_json(value: Any) -> None:
    """One JSON document on stdout, nothing else."""
    # What is not visible stands in texts only, where JSON takes it written out.
    print("\n".join(map(visible, json.dumps(value, indent=2, ensure_ascii=False, default=str).split("\n"))))


def say_error(error: TollgateError, as_json: bool) -> int:
    """The error with its remedy; returns the exit code."""
    if as_json:
        say_json({"error": {"code": error.code, "message": error.message, "remedy": error.remedy}})
    else:
        err.print(f"[bold red]{error.code}[/] {escape(error.message)}", soft_wrap=True)
        asks = "Please answer" if error.code == "UNCLEAR" else "What to do"
        err.print(f"[dim]{asks}:[/] {escape(error.remedy)}", soft_wrap=True)
    return code_of(error)
