"""How the command speaks: words or JSON on stdout, errors on stderr, exit codes that mean something."""

from __future__ import annotations

import json
import shutil
from typing import Any

from rich.console import Console

from workflow.model.errors import TollgateError

OK, FAILED, BAD_REQUEST, DENIED, WAITING, TAMPERED, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130

WIDTH = 150
"""Columns that the widest table takes. A narrower terminal wraps its lines; nothing is cut off."""


def _console(*, stderr: bool = False) -> Console:
    columns = shutil.get_terminal_size((WIDTH, 50)).columns
    return Console(stderr=stderr, highlight=False, width=max(columns, WIDTH))


out = _console()
err = _console(stderr=True)


def code_of(error: TollgateError) -> int:
    """2 for what the caller must correct, 3 for what they may not do, 1 for the rest."""
    if error.code == "FORBIDDEN":
        return DENIED
    return BAD_REQUEST if error.code in ("BAD_REQUEST", "NOT_FOUND") else FAILED


def say_json(value: Any) -> None:
    """One JSON document on stdout, nothing else."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def say_error(error: TollgateError, as_json: bool) -> int:
    """The error with its remedy; returns the exit code."""
    if as_json:
        say_json({"error": {"code": error.code, "message": error.message, "remedy": error.remedy}})
    else:
        err.print(f"[bold red]{error.code}[/] {error.message}", soft_wrap=True)
        err.print(f"[dim]What to do:[/] {error.remedy}", soft_wrap=True)
    return code_of(error)
