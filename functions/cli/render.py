"""A run as people see it: each ledger event drawn as it happens, and drawn the same when it is shown again later."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from functions.cli.candidates import candidate_table
from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.money import usd
from workflow.model.plan import Plan
from workflow.model.ports import Event
from workflow.model.resource import Health
from workflow.model.run import Record, Remnant
from workflow.model.workload import Workload

COLOURS = {"allow": "green", "ask": "yellow", "deny": "red"}
MARKS = {"succeeded": "[green]●[/]", "denied": "[red]●[/]", "failed": "[red]●[/]"}


class Picture:
    """Draws events on a console. `full` shows every candidate, not the telling ones only."""

    def __init__(self, console: Console, *, full: bool = False) -> None:
        self._out = console
        self._full = full

    def draw(self, event: Event) -> None:
        """One event. Kinds that say nothing to people are left out."""
        kinds: dict[str, Callable[[Json], None]] = {
            "requested": self._requested,
            "parsed": self._parsed,
            "planned": self._planned,
            "allocated": self._allocated,
            "no_offer": self._no_offer,
            "decided": self._decided,
            "approved": self._person,
            "refused": self._person,
            "step.done": self._step,
            "step.failed": self._step_failed,
            "deferred": self._deferred,
            "operation.awaited": self._awaited,
            "run.resumed": self._resumed,
            "run.stuck": self._stuck,
            "run.cancel_asked": self._cancel,
            "gate.unavailable": self._away,
            "gate.returned": self._back,
            "verified": self._verified,
            "undone": self._undone,
            "rollback.waits": self._rollback_waits,
            "rolled_back": self._rolled_back,
            "alert.cloud_degraded": self._degraded,
            "alert.cloud_restored": self._restored,
            "finished": self._finished,
        }
        if draw := kinds.get(event.kind):
            draw(event.body)

    def call(self, tool: str, cloud: str, seconds: float) -> None:
        """One tool call with its time."""
        self._out.print(f"  [dim]{tool:<24} {cloud:<6} {seconds * 1000:8.0f} ms[/]")

    def _title(self, text: str) -> None:
        self._out.print(f"\n[bold]{text}[/]")

    def _requested(self, body: Json) -> None:
        request = body["request"]
        self._out.print(
            f"[bold]Run {request['id']}[/]  {request['principal']['id']} of {request['principal']['tenant']}"
        )
        self._out.print(f"  “{request['text']}”", markup=False, soft_wrap=True)

    def _parsed(self, body: Json) -> None:
        self._title(f"Workload [dim](read by {body['reader']})[/]")
        table = Table(show_header=False, box=None, padding=(0, 2, 0, 2))
        for name, value in workload_rows(Workload.model_validate(body["workload"])):
            table.add_row(f"[dim]{name}[/]", escape(value))
        self._out.print(table)
        for note in body["notes"]:
            self._out.print(f"  [yellow]{escape(note)}[/]")

    def _planned(self, body: Json) -> None:
        for note in body["brief"]["assumptions"]:
            self._out.print(f"  [dim]assumed: {escape(note)}[/]")
        for exclusion in body["exclusions"]:
            place = "/".join(p for p in (exclusion["cloud"], exclusion["region"], exclusion["machine"]) if p)
            self._out.print(f"  [yellow]without {place}: {escape(exclusion['reason'])}[/]")

    def _allocated(self, body: Json) -> None:
        self._title("Candidates")
        self._out.print(candidate_table(body, full=self._full))
        for exclusion in body["exclusions"]:
            if not exclusion["region"]:
                ways = {"": "", "spot": "'s spot", "on_demand": "'s on-demand machines"}
                what = exclusion["cloud"] + ways[exclusion["purchase"]]
                self._out.print(f"  [yellow]without {what}: {escape(exclusion['reason'])}[/]", soft_wrap=True)
        total = len(body["candidates"])
        if body["removed"]:
            told = ", ".join(f"{code} {count}" for code, count in sorted(body["removed"].items(), key=lambda i: -i[1]))
            self._out.print(f"  [dim]{total} candidates; stood against: {told}[/]")
        self._out.print("  [dim]~ estimate: reckoned, not published for this place[/]")

    def _no_offer(self, body: Json) -> None:
        self._title("Candidates")
        self._out.print(f"  none: {escape(body['trouble']['message'])}")

    def _deferred(self, body: Json) -> None:
        self._out.print(f"  [yellow]later:[/] {escape(body['why'])}", soft_wrap=True)

    def _awaited(self, body: Json) -> None:
        look = f"{body['wake_at'][11:16]} UTC"
        self._out.print(
            f"  [yellow]waiting:[/] {escape(body['reason'])} [dim]looked at again at {look}[/]", soft_wrap=True
        )

    def _resumed(self, body: Json) -> None:
        self._out.print(f"  [green]goes on[/] [dim]after waiting for: {escape(body['waited_for'])}[/]", soft_wrap=True)

    def _stuck(self, body: Json) -> None:
        self._out.print(f"  [red]stuck:[/] taken up {body['tries']} times without coming any further")

    def _cancel(self, body: Json) -> None:
        self._out.print(f"  [yellow]cancelled[/] by {body['by']} {escape(body['reason'])}", soft_wrap=True)

    def _away(self, body: Json) -> None:
        self._out.print(f"  [yellow]waiting:[/] {escape(body['reason'])}", soft_wrap=True)
        self._out.print(f"  [dim]asked again for {body['patience_seconds']:g} s; then the run is parked[/]")

    def _back(self, body: Json) -> None:
        self._out.print(f"  [green]the policy engine answers again[/] [dim]after {body['seconds']:.1f} s[/]")

    def _degraded(self, body: Json) -> None:
        outage = body["outage"]
        self._out.print(f"  [bold red]ALERT[/] {outage['cloud']} is degraded for every run: {escape(outage['reason'])}")
        self._out.print("  [dim]Nothing is written there; it is probed, and taken back when it stays up.[/]")

    def _restored(self, body: Json) -> None:
        outage = body["outage"]
        self._out.print(f"  [bold green]ALERT[/] {outage['cloud']} is back [dim]after {outage['good']} good probes[/]")

    def _decided(self, body: Json) -> None:
        decision, plan = Decision.model_validate(body["decision"]), Plan.model_validate(body["plan"])
        self._title("Gate")
        self._verdict(decision)
        self._out.print(f"  [dim]plan {body['digest'][:16]}  policy {decision.revision[:16]}[/]")
        for step in plan.steps:
            cost = usd(step.cost_cents)
            self._out.print(f"  [dim]{step.name:<28} {plan.offer.place:<34} {cost:>12}[/]")
        if decision.allowed:
            self._title("Tool calls")

    def _verdict(self, decision: Decision) -> None:
        self._out.print(f"  [bold {COLOURS[decision.verdict]}]{decision.verdict.upper()}[/]")
        if decision.allowed and not decision.violations:
            self._out.print("  [dim]no rule objects[/]")
        for violation in decision.violations:
            self._out.print(f"  [bold]{violation.code}[/] {escape(violation.message)}", soft_wrap=True)
            self._out.print(f"    [dim]remedy:[/] {escape(violation.remedy)}", soft_wrap=True)

    def _person(self, body: Json) -> None:
        words = ((body["asked"] or {}).get("words")) or []
        self._title(f"Approval: {', '.join(word['approver'] for word in words) or 'nobody'}")
        self._verdict(Decision.model_validate(body["decision"]))

    def _step(self, body: Json) -> None:
        for resource in body["receipt"]["resources"]:
            what = f"{resource['kind']} {escape(resource['id'])} in {resource['region']}"
            self._out.print(f"    [green]made[/] {what} [dim]({body['step']['tool']}, {body['seconds']:.2f} s)[/]")

    def _step_failed(self, body: Json) -> None:
        trouble = body["trouble"]
        self._out.print(f"    [red]{trouble['code']}[/] {escape(trouble['message'])}", soft_wrap=True)

    def _verified(self, body: Json) -> None:
        self._title("Health")
        for health in (Health.model_validate(h) for h in body["health"]):
            colour = "green" if health.status in ("healthy", "finished") else "red"
            what = f"{health.resource.kind} {escape(health.resource.id)}"
            self._out.print(f"  [{colour}]{health.status:<10}[/] {what}  [dim]{escape(health.detail)}[/]")

    def _undone(self, body: Json) -> None:
        what = body["resource"] or {"kind": "what", "id": f"{body['tool']} was called for"}
        self._out.print(f"    [yellow]released[/] {what['kind']} {escape(what['id'])}")

    def _rollback_waits(self, body: Json) -> None:
        waiting = len(body["waiting"]) + bool(body["unknown"])
        self._out.print(f"    [yellow]{waiting} not undone yet[/] [dim]pass {body['pass']}, tried again shortly[/]")

    def _rolled_back(self, body: Json) -> None:
        self._title("Rolled back")
        self._out.print(f"  {body['trouble']['code']}: {escape(body['trouble']['message'])}", soft_wrap=True)
        self._out.print(f"  [dim]next: {body['next']}[/]")

    def _finished(self, body: Json) -> None:
        record = Record.model_validate(body["record"])
        if record.state == "denied" and record.decision and not record.plan_digest:
            self._title("Gate")
            self._verdict(record.decision)
        self._title("Record")
        self._out.print(record.model_dump_json(indent=2), markup=False, soft_wrap=True, style="dim")
        self._out.print(f"{MARKS[record.state]} [bold]{record.state}[/]  {escape(record.reason)}", soft_wrap=True)
        if record.remedy:
            self._out.print(f"  [dim]What to do:[/] {escape(record.remedy)}", soft_wrap=True)
        for remnant in record.left_behind:
            self._left_behind(remnant)
        self._money(record)

    def _left_behind(self, remnant: Remnant) -> None:
        made = remnant.resource
        what = f"{made.kind} {escape(made.id)}" if made else f"whatever {remnant.tool} made"
        how = "left behind" if remnant.certain else "possibly left behind"
        where = f"{remnant.cloud}/{remnant.region}"
        self._out.print(f"  [red]{how}[/] {what} in {where}: {escape(remnant.message)}", soft_wrap=True)
        self._out.print(f"    [dim]What to do:[/] {escape(remnant.remedy)}", soft_wrap=True)

    def _money(self, record: Record) -> None:
        if record.state != "succeeded":
            return
        self._out.print(f"  cost     {usd(record.cost_cents):>12}")
        if record.savings:
            saved = record.savings
            self._out.print(
                f"  saved    {usd(saved.against_dearest_cents):>12}  against the dearest of {saved.compliant}"
            )
            self._out.print(f"           {usd(saved.against_median_cents):>12}  against the median")


def workload_rows(work: Workload) -> list[tuple[str, str]]:
    """What was understood, with units; what was not said is left out."""
    rows = [
        ("kind", work.kind),
        ("vCPUs", f"{work.vcpus} per node" if work.vcpus else ""),
        ("memory", f"{work.memory_gib:g} GiB per node" if work.memory_gib else ""),
        ("GPU", f"{work.gpu_count} × {work.gpu or 'any type'} per node" if work.gpu_count else ""),
        ("nodes", str(work.nodes)),
        ("storage", f"{work.storage_gib:g} GiB" if work.storage_gib else ""),
        ("length", f"{work.hours:g} hours" if work.hours else ""),
        ("deadline", f"{work.deadline_hours:g} hours" if work.deadline_hours else ""),
        ("budget", f"${work.budget_usd:,.2f} per {work.budget_per}" if work.budget_usd is not None else ""),
        ("residency", " or ".join(work.residency)),
        ("regions", " or ".join(work.regions)),
        ("clouds", " or ".join(work.clouds)),
        ("near", work.near or ""),
        ("latency", f"{work.max_latency_ms:g} ms at most" if work.max_latency_ms else ""),
        ("purchase", work.purchase),
        ("personal data", "yes" if work.personal_data else ""),
    ]
    return [(name, value) for name, value in rows if value]
