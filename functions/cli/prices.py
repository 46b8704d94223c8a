"""`tollgate prices`: what things cost, from the terminal, and the price files built anew or refreshed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.table import Table

from functions.cli import output
from functions.cli.output import out
from mcp_handlers.prices.quote import Quote
from mcp_handlers.prices.quote import quote as ask
from mcp_handlers.tools.get_cost_estimate import Input
from workflow.model.errors import BadRequest, TollgateError
from workflow.model.money import cents, usd, usd_per_hour

app = typer.Typer(help="Prices of machines and buckets in every cloud.", no_args_is_help=True)
Many = list[str] | None


@app.command()
def quote(
    sells: Annotated[str, typer.Option(help="machine, bucket or disk.")] = "machine",
    vcpus: Annotated[int, typer.Option(help="At least, per machine.")] = 1,
    memory_gib: Annotated[float, typer.Option(help="At least, GiB per machine.")] = 0.5,
    gpu: Annotated[str | None, typer.Option(help="T4 L4 V100 A10G L40S A100 A100-80GB H100 H200 B200.")] = None,
    gpu_count: Annotated[int, typer.Option(help="At least, per machine.")] = 0,
    arch: Annotated[str, typer.Option(help="any, x86_64 or arm64.")] = "any",
    purchase: Annotated[str, typer.Option(help="any, on_demand or spot.")] = "any",
    machine: Annotated[str, typer.Option(help="Exactly this type.")] = "",
    cloud: Annotated[Many, typer.Option(help="Only this cloud; may be repeated.")] = None,
    region: Annotated[Many, typer.Option(help="Only this region; may be repeated.")] = None,
    jurisdiction: Annotated[
        Many, typer.Option(help="Only here (EU, US, DE …); may be repeated: any one of them.")
    ] = None,
    exclude: Annotated[
        Many, typer.Option(help="Not here: cloud/region/zone/machine, or its beginning; may be repeated.")
    ] = None,
    exclude_family: Annotated[Many, typer.Option(help="Not this family; may be repeated.")] = None,
    nodes: Annotated[int, typer.Option(help="Machines.")] = 1,
    hours: Annotated[float, typer.Option(help="Length of the stay.")] = 1,
    storage_gib: Annotated[float, typer.Option(help="Disk per machine, or the bucket's size.")] = 0,
    egress_gib: Annotated[float, typer.Option(help="Leaving the cloud.")] = 0,
    managed: Annotated[bool, typer.Option(help="As a managed training job.")] = False,
    each: Annotated[str, typer.Option(help="The cheapest per region, or per machine.")] = "region",
    limit: Annotated[int, typer.Option(help="How many.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What fits a need, over all clouds, cheapest first. The options are those of get_cost_estimate."""
    told = locals() | {"regions": region or (), "jurisdictions": jurisdiction or ()}
    told |= {"exclude_families": exclude_family or (), "gpu_count": max(gpu_count, 1 if gpu else 0)}
    told["exclude"] = [_place(place) for place in exclude or ()]
    try:
        wanted = _input({name: told[name] for name in Input.model_fields if name in told})
        answer = ask(wanted, tuple(cloud or ()))
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        offers = [priced.model_dump(mode="json") for priced in answer.offers]
        output.say_json({"offers": offers, "matched": answer.matched, "snapshots": answer.snapshots})
    else:
        out.print(_table(answer))


def _place(words: str) -> dict[str, str]:
    """`gcp/europe-west4/europe-west4-b/n2-standard-8` as an Exclusion; parts left out or empty match anything."""
    parts = dict(zip(("cloud", "region", "zone", "machine"), words.split("/"), strict=False))
    return {**parts, "reason": "excluded by hand"}


def _input(told: dict[str, object]) -> Input:
    try:
        return Input.model_validate(told)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = "--" + str(first["loc"][0]).replace("_", "-")
        raise BadRequest(f"{option}: {first['msg']}.", "See `tollgate prices quote --help`.") from None


def _table(answer: Quote) -> Table:
    table = Table(box=None, header_style="dim")
    for name in ("cloud", "region", "zone", "machine", "vCPU", "GiB", "GPU", "purchase", "$/h", "total"):
        table.add_column(name, justify="right" if name in ("vCPU", "GiB", "$/h", "total") else "left", no_wrap=True)
    for priced in answer.offers:
        offer, about = priced.offer, "~" if priced.offer.estimate else ""
        table.add_row(
            offer.cloud,
            offer.region,
            offer.zone or "any",
            offer.machine or "bucket",
            str(offer.vcpus or ""),
            f"{offer.memory_gib:g}" if offer.memory_gib else "",
            f"{offer.gpu_count}×{offer.gpu}" if offer.gpu else "",
            offer.purchase.replace("_", "-"),
            about + usd_per_hour(offer.compute_micros_hour),
            about + usd(cents(priced.cost.total)),
        )
    return table


@app.command()
def build(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Build every cloud's price file from its CSV, behind the gates, and say what they rejected."""
    from mcp_handlers.prices.build import build_all, table

    try:
        reports = build_all()
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        output.say_json([{"cloud": r.cloud, "rejected": r.by_rule} for r in reports])
    else:
        out.print(table(reports), markup=False)


@app.command()
def refresh(
    cloud: Annotated[Many, typer.Option(help="Only this cloud; may be repeated.")] = None,
    into: Annotated[Path | None, typer.Option(help="The folder; else TOLLGATE_PRICES, or `prices` at home.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read the clouds' own price lists, and put their prices in force if they can be believed.

    One that was stopped goes on where it was. Exit 0: every cloud was refreshed; otherwise the first failure's code.
    """
    from functions.cli import refreshing

    raise typer.Exit(refreshing.run(tuple(cloud or ()), into, as_json))
