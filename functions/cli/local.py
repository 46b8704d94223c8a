"""`tollgate local`: the local cloud, started, stopped, looked at, and made to misbehave."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from typing import Annotated

import httpx
import typer
from pydantic import ValidationError
from rich.table import Table

from functions.cli import output
from functions.cli.output import out
from functions.serve.service import tollgate_service
from functions.serve.settings import Settings, settings
from infra.local import supervisor
from infra.local.faults import Fault
from infra.local.supervisor import Status
from workflow.model.errors import BadRequest, CloudDown, TollgateError

app = typer.Typer(help="The local cloud: AWS, Azure and GCP on this machine.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _say(states: Sequence[Status], as_json: bool) -> None:
    if as_json:
        output.say_json([{**vars(each), "log": str(each.log)} for each in states])
        return
    table = Table(box=None, header_style="dim")
    for name in ("service", "state", "pid", "address"):
        table.add_column(name)
    for each in states:
        colour = "green" if each.state == "running" else "red"
        table.add_row(each.name, f"[{colour}]{each.state}[/]", str(each.pid or ""), each.url)
    out.print(table)


@app.command()
def up(as_json: AsJson = False) -> None:
    """Start everything that does not run yet."""
    told = settings()
    try:
        with out.status("Starting…", spinner="dots") if not as_json else out.capture():
            states = supervisor.up(told.home, [tollgate_service(told)])
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    _say(states, as_json)


@app.command()
def down(as_json: AsJson = False) -> None:
    """Stop everything. What the emulators held is gone; runs and ledger stay."""
    told = settings()
    _say(supervisor.down(told.home, [tollgate_service(told)]), as_json)


@app.command()
def status(as_json: AsJson = False) -> None:
    """What runs, where."""
    told = settings()
    states = supervisor.status(told.home, [tollgate_service(told)])
    _say(states, as_json)
    raise typer.Exit(output.OK if all(each.state == "running" for each in states) else output.FAILED)


@app.command()
def fault(
    cloud: Annotated[str, typer.Argument(help="aws, azure or gcp.")],
    kind: Annotated[str, typer.Argument(help="What goes wrong; `clear` takes all faults away, `list` shows them.")],
    region: Annotated[str, typer.Option(help="Only in this region.")] = "",
    operation: Annotated[str, typer.Option(help="Only for operations whose name holds this.")] = "",
    times: Annotated[int | None, typer.Option(min=1, help="How often; until cleared if left out.")] = None,
    latency_ms: Annotated[int, typer.Option(min=0, max=60_000, help="For `latency`: milliseconds.")] = 0,
    limit: Annotated[int, typer.Option(min=0, help="For `quota`: the limit reported.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Make a local cloud misbehave.

    Kinds: throttle, error, latency, no_capacity, quota, region_down, cloud_down, unhealthy, spot_reclaimed.
    """
    told = settings()
    try:
        if kind in ("clear", "list"):
            faults = send_fault(told, cloud, None, clear=kind == "clear")
        else:
            wanted = _fault(kind, region, operation, times, latency_ms, limit)
            faults = send_fault(told, cloud, wanted)
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        output.say_json(faults)
        return
    for each in faults:
        words = " ".join(f"{name}={value}" for name, value in each.items() if value)
        out.print(f"{cloud}: {words}")
    out.print("[dim]no faults[/]" if not faults else "")


def _fault(kind: str, region: str, operation: str, times: int | None, latency_ms: int, limit: int) -> Fault:
    try:
        return Fault.model_validate(
            {
                "kind": kind,
                "region": region,
                "operation": operation,
                "times": times,
                "latency_ms": latency_ms,
                "limit": limit,
            }
        )
    except ValidationError:
        raise BadRequest(f"There is no fault {kind!r}.", "See `tollgate local fault --help`.") from None


def send_fault(told: Settings, cloud: str, fault: Fault | None, *, clear: bool = False) -> list[dict[str, object]]:
    """Put a fault in force at an emulator (None: only look, or clear). Returns the faults in force."""
    environment = told.environment()
    addresses = {
        "aws": environment["AWS_ENDPOINT_URL"],
        "azure": environment["TOLLGATE_AZURE_ENDPOINT"],
        "gcp": environment["TOLLGATE_GCP_ENDPOINT"],
    }
    if cloud not in addresses:
        raise BadRequest(f"There is no local cloud {cloud!r}.", f"The local clouds are {', '.join(addresses)}.")
    trusted = ssl.create_default_context(cafile=environment["TOLLGATE_AZURE_CA"] if cloud == "azure" else None)
    url = f"{addresses[cloud]}/_tollgate/faults"
    try:
        with httpx.Client(verify=trusted, timeout=10) as client:
            if clear:
                client.delete(url).raise_for_status()
            if fault is not None:
                client.post(url, json=fault.model_dump(mode="json")).raise_for_status()
            found: list[dict[str, object]] = client.get(url).raise_for_status().json()
            return found
    except (httpx.HTTPError, OSError) as error:
        raise CloudDown(f"The local {cloud} does not answer: {error}", "Start it with `tollgate local up`.") from None
