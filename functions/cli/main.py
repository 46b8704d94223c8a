"""The `tollgate` command. Each sub-command's module is imported only when it is the one that is called."""

from __future__ import annotations

import importlib
import sys

import typer

import functions.start  # noqa: F401 - before anything imports pydantic

ROOMS = (
    "runs",
    "policy",
    "approvals",
    "ledger",
    "prices",
    "local",
    "freeze",
    "revoke",
    "keys",
    "apikeys",
    "flags",
    "answers",
)
COMMANDS = ("run", "serve", "orchestrate", "cleanup", "reevaluate", "savings", "parse", "token", "costs")


def build(wanted: str) -> typer.Typer:
    """The command line, with only the wanted part loaded; all of it where the word names none (for `--help`)."""
    app = typer.Typer(
        name="tollgate",
        help="Policy-gated multi-cloud deployment that runs as functions.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    known = wanted in ROOMS + COMMANDS
    for name in ROOMS:
        if name == wanted or not known:
            app.add_typer(importlib.import_module(f"functions.cli.{name}").app, name=name)
    for name in COMMANDS:
        if name == wanted or not known:
            app.command(name)(getattr(importlib.import_module(f"functions.cli.{name}"), name))
    if known:
        # A single command would otherwise become the whole program, and lose its name.
        app.callback()(lambda: None)
    return app


def main() -> None:
    """Entry point."""
    wanted = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    build(wanted)()


if __name__ == "__main__":
    main()
