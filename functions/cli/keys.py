"""`tollgate keys`: the keys that sign tokens and Grants."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from functions.cli import output
from functions.cli.operator import AsJson, operated
from functions.cli.output import out
from workflow.control.emergency import Emergency
from workflow.control.keyring import RingKey
from workflow.model.base import Json

app = typer.Typer(help="The keys that sign tokens and Grants.", no_args_is_help=True)


@app.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """Every key: which one signs, which still verify and until when, which are revoked."""
    found = operated(_listed, as_json)
    if as_json:
        output.say_json(found)
        return
    table = Table(box=None, header_style="dim")
    for title in ("key", "state", "since (UTC)", "verifies until (UTC)"):
        table.add_column(title, no_wrap=True)
    for key in found:
        table.add_row(key["kid"], key["state"], _minute(key["since"]), _minute(key["until"]))
    out.print(table)


@app.command()
def rotate(as_json: AsJson = False) -> None:
    """Sign with a new key in a minute, when every function knows it. What the old one signed holds until it expires."""
    ring = operated(lambda hand: hand.rotate(), as_json)
    old, new = ring.keys[-2], ring.keys[-1]
    if as_json:
        until = old.until.isoformat() if old.until else None
        output.say_json({"signs": new.kid, "since": new.since.isoformat(), "stops": old.kid, "until": until})
    else:
        out.print(f"[green]●[/] {new.kid} signs from {new.since:%H:%M:%S} UTC on.")
        out.print(f"  {old.kid} verifies until {old.until:%Y-%m-%d %H:%M} UTC.")


@app.command()
def retire(
    kid: Annotated[str, typer.Argument(help="This key; without it, every key whose time is over.")] = "",
    as_json: AsJson = False,
) -> None:
    """Take away keys that verify nothing any more. Exit code 2 where it is too early."""
    gone = operated(lambda hand: hand.retire(kid), as_json)
    if as_json:
        output.say_json({"retired": gone})
    else:
        out.print(f"Retired: {', '.join(gone)}." if gone else "No key's time is over.")


async def _listed(hand: Emergency) -> list[Json]:
    revoked = {each.name for each in await hand.store.list_revocations() if each.kind == "key"}
    ring, now = hand.signer.ring(), hand.clock.now()
    verifying = ring.verifying(now)

    def state(key: RingKey) -> str:
        if key.kid in revoked:
            return "revoked"
        if key.since > now:
            return "next"
        return "signs" if key == ring.signing(now) else "verifies" if key in verifying else "over"

    return [
        {
            "kid": key.kid,
            "state": state(key),
            "since": key.since.isoformat(),
            "until": key.until.isoformat() if key.until else None,
        }
        for key in ring.keys
    ]


def _minute(text: str | None) -> str:
    return "" if text is None else text[:16].replace("T", " ")
