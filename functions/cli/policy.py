"""`tollgate policy`: for authors and auditors of the policies: check, test, explain, compare, log, sign."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from functions.cli import output, policy_view
from functions.cli.output import out
from functions.cli.past import decisions, moment
from functions.cli.policy_view import Explained
from functions.judges import live, opa
from policies.engine.archive import pack
from policies.engine.decision_log import Past, logged
from policies.engine.embedded import Embedded
from policies.engine.opa_check import opa_findings
from policies.engine.opa_server import OpaServer
from policies.engine.shadow import judgement
from policies.engine.signature import private_key
from policies.engine.source import Source, in_force, shadow
from policies.engine.trial import Trial, tried
from workflow.control.judging import judge
from workflow.model.base import Json
from workflow.model.errors import BadRequest, NotFound, TollgateError

app = typer.Typer(help="Check, test, explain and compare the policies.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Folder = Annotated[Path | None, typer.Argument(help="A folder or bundle file; left out, the policies in force.")]
Since = Annotated[str, typer.Option(help="From this time on (UTC): a date, a time, or 90m, 24h, 7d ago.")]
DIFFERS = 6
"""Exit code where the other policies would decide otherwise."""


SHORTEST = 8
"""Digits of a decision's digest that name it."""


def _source(folder: Path | None) -> Source:
    return Source(folder) if folder else in_force(os.environ)


def _tried(folder: Path | None) -> tuple[Trial, tuple[str, ...] | None]:
    source = _source(folder)
    texts = source.read()
    return tried(texts, source.path.name), opa_findings(texts)


@app.command()
def check(folder: Folder = None, as_json: AsJson = False) -> None:
    """Whether policies parse, their data is sound and their tests pass. Exit code 1 where not."""
    try:
        trial, findings = _tried(folder)
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        told = {"revision": trial.bundle.revision, "faults": trial.faults, "tests": trial.tests}
        output.say_json({**told, "failed": trial.failed, "opa": findings})
    else:
        policy_view.say_trial(trial, findings)
    raise typer.Exit(output.OK if trial.passed and not findings else output.FAILED)


@app.command("test")
def run_tests(folder: Folder = None, as_json: AsJson = False) -> None:
    """Run the policies' tests by the engine in process. Exit code 1 where one fails."""
    try:
        source = _source(folder)
        trial = tried(source.read(), source.path.name)
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        output.say_json({"tests": trial.tests, "failed": trial.failed})
    else:
        for name in trial.failed:
            out.print(f"[red]failed[/] {name}")
        out.print(f"{trial.tests - len(trial.failed)} of {trial.tests} tests pass")
    raise typer.Exit(output.FAILED if trial.failed else output.OK)


def _asked(file: Path) -> list[Explained]:
    try:
        asked = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadRequest(f"{file} is no JSON: {error}.", "Give the gate's question as JSON.") from None
    decision = asyncio.run(live().decide(asked))
    return [policy_view.explained(in_force(os.environ).read(), str(file), [asked], decision)]


async def _decided(target: str) -> list[Explained]:
    past = [each async for each in decisions(run=target)]
    if not past and len(target) >= SHORTEST:
        past = [each async for each in decisions() if each.decision.input_digest.startswith(target)]
    if not past:
        raise NotFound(f"There is no run, decision or file {target}.", "List runs with `tollgate runs list`.")
    texts = in_force(os.environ).read()
    named = [(f"entry {each.entry.seq} of {each.entry.event.run}", each) for each in past]
    return [policy_view.explained(texts, name, each.questions, each.decision) for name, each in named]


@app.command()
def explain(
    target: Annotated[str, typer.Argument(help="A run, a decision's digest (8 digits or more), or a question's file.")],
    as_json: AsJson = False,
) -> None:
    """What was decided and why: each reason with its rule, its remedy, and where it is written."""
    try:
        file = Path(target)
        found = _asked(file) if file.is_file() else asyncio.run(_decided(target))
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        output.say_json([each.json() for each in found])
        return
    for each in found:
        policy_view.say_explained(each)


async def _differing(other: Embedded, start: str) -> tuple[int, list[Json]]:
    asked, found = 0, []
    async for past in decisions(moment(start)):
        asked += 1
        derived = await judge(other, past.questions) if len(past.questions) > 1 else other.judge(past.questions[0])
        was, would = judgement(past.decision), judgement(derived)
        if was != would:
            found.append(_difference(past, was, would))
    return asked, found


def _difference(past: Past, was: Json, would: Json) -> Json:
    event = past.entry.event
    told = {"seq": past.entry.seq, "at": event.at.isoformat(timespec="seconds"), "run": event.run}
    return {**told, "tenant": event.tenant, "tools": past.tools, "was": was, "would_be": would}


@app.command()
def diff(
    since: Since = "7d",
    policies: Annotated[Path | None, typer.Option(help="A folder or bundle file; left out, the shadow's.")] = None,
    as_json: AsJson = False,
) -> None:
    """What other policies would have changed on past decisions. Exit code 6 where they would have changed one."""
    try:
        source = Source(policies) if policies else shadow(os.environ)
        if source is None:
            raise BadRequest("There are no other policies.", "Name them: --policies, or TOLLGATE_SHADOW_POLICIES.")
        trial = tried(source.read(), source.path.name)
        asked, found = asyncio.run(_differing(Embedded(trial.bundle), since))
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        output.say_json({"revision": trial.bundle.revision, "decisions": asked, "differing": found})
    else:
        policy_view.say_difference(asked, found)
    raise typer.Exit(DIFFERS if found else output.OK)


@app.command()
def log(
    since: Since = "7d", as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one event a line.")] = False
) -> None:
    """Decisions in OPA's decision log format, masked: secrets and free text taken out, persons renamed."""

    async def events() -> list[Json]:
        salt = secrets.token_bytes(16)
        return [logged(past, salt) async for past in decisions(moment(since))]

    try:
        found = asyncio.run(events())
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        for event in found:
            print(json.dumps(event, ensure_ascii=False))
        return
    table = Table(box=None, header_style="dim")
    for name in ("at (UTC)", "decision", "run", "verdict", "reasons"):
        table.add_column(name)
    for event in found:
        result, codes = event["result"], {each["code"] for each in event["result"]["violations"]}
        at = event["timestamp"][:19].replace("T", " ")
        row = (at, event["decision_id"][:8], event["custom"]["run"], result["verdict"], ", ".join(sorted(codes)))
        table.add_row(*row)
    out.print(table)


@app.command()
def bundle(
    file: Annotated[Path, typer.Argument(help="The bundle file to write, such as policies.tar.gz.")],
    policies: Annotated[Path | None, typer.Option(help="A folder; left out, the policies in force.")] = None,
    key: Annotated[Path | None, typer.Option(help="PEM file of the private key to sign with.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write policies that pass as one file, in OPA's bundle format, signed where a key is given."""
    try:
        source = _source(policies)
        texts = source.read()
        revision = tried(texts, source.path.name).insist().revision
        content = pack(texts, private_key(key) if key else None)
        file.write_bytes(content)
    except OSError as error:
        said = BadRequest(f"{file} cannot be written: {error.strerror}.", "Name another file.")
        raise typer.Exit(output.say_error(said, as_json)) from None
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    if as_json:
        output.say_json({"file": str(file), "revision": revision, "bytes": len(content), "signed": key is not None})
    else:
        out.print(f"[green]●[/] {file}  revision {revision[:16]}  {len(content):,} bytes", soft_wrap=True)


async def _answers(server: OpaServer) -> bool:
    """Whether it is healthy and judges by the policies in force."""
    try:
        return await server.health()
    finally:
        await server.close()


@app.command()
def status(as_json: AsJson = False) -> None:
    """Which policies are in force, which engine judges, and whether it answers. Exit code 1 where it does not."""
    try:
        server, revision = opa(), live().revision
        engine = str(server.address) if server else "in process"
        well = server is None or asyncio.run(_answers(server))
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    told = {"engine": engine, "revision": revision, "answers": well}
    if as_json:
        output.say_json(told)
    else:
        mark = "[green]●[/]" if well else "[red]●[/]"
        out.print(f"{mark} {engine}  revision {revision[:16]}  {'answers' if well else 'does not answer'}")
    raise typer.Exit(output.OK if well else output.FAILED)
