"""An approval as a person sees it in the terminal: the diff, its cost, the reasons, who has said what."""

from __future__ import annotations

from datetime import datetime

from rich.markup import escape

from functions.cli.output import out
from functions.registry import contracts
from functions.serve.titles import titles
from workflow.control.approvals.diff import WORDS, Sign, changes
from workflow.model.approval import Asked, lacking
from workflow.model.money import usd

_COLOURS: dict[Sign, str] = {"+": "green", "~": "yellow", "-": "red"}


def render_request(asked: Asked, now: datetime) -> None:
    """Everything that a person should know before saying yes."""
    request = asked.request
    out.print(f"[bold]Approval {request.id}[/]  {asked.state(now)}, until {request.expires_at:%Y-%m-%d %H:%M} UTC")
    out.print(
        f"  asked by {request.requester} of {request.tenant}" + (f" for run {request.run}" if request.run else "")
    )
    if request.reason:
        out.print(f"  “{request.reason}”", markup=False, soft_wrap=True)
    out.print("\n[bold]What would be done[/]")
    for change in changes(request, contracts()):
        colour = _COLOURS[change.sign]
        out.print(
            f"  [{colour}]{change.sign} {WORDS[change.sign]}[/] {change.title}  {escape(change.where)}  {change.cost}",
            soft_wrap=True,
        )
        for field, value in change.details:
            out.print(f"      {field} = {value}", markup=False, style="dim", soft_wrap=True)
    out.print(f"  cost {usd(request.cost_cents)}; void if it rises by more than {request.tolerance_percent} %")
    out.print("\n[bold]Why somebody is asked[/]")
    known = titles()
    for violation in request.violations:
        out.print(f"  [bold]{violation.code}[/] {known.get(violation.code, '')}", soft_wrap=True)
        out.print(f"    {violation.message}", markup=False, soft_wrap=True)
    out.print("\n[bold]Who must say yes[/]")
    missing = lacking(request, asked.words)
    for need in request.requirements:
        mark = "[yellow]open[/]" if need in missing else "[green]met [/]"
        people = "1 person" if need.people == 1 else f"{need.people} different people"
        own = "" if need.own else ", not the requester"
        out.print(f"  {mark} {need.code}: {people} of {', '.join(need.roles)}{own}")
    for word in asked.words:
        said = "yes" if word.approved else "no"
        out.print(f"  {word.approver} said {said} at {word.decided_at:%Y-%m-%d %H:%M} UTC. {word.reason}", markup=False)
    out.print(f"\n[dim]  tollgate approvals approve {request.id}   tollgate approvals deny {request.id} --reason …[/]")
    out.print(f"[dim]  plan {request.subject[:16]}  policy {request.revision[:16]}[/]")
