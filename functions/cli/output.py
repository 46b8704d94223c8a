"""How the command speaks: words or JSON on stdout, errors on stderr, exit codes that mean something."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console

from workflow.model.errors import TollgateError

OK, FAILED, BAD_REQUEST, DENIED, WAITING, TAMPERED, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def code_of(error: TollgateError) -> int:
    """2 for what the caller must correct, 1 for the rest."""
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
