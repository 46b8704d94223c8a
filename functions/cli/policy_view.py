"""How `tollgate policy` shows what it found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich.table import Table

from functions.cli.output import out
from policies.engine.archive import Texts
from policies.engine.rulebook import Rule, rule
from policies.engine.trial import Trial
from workflow.model.base import Json
from workflow.model.decision import Decision, Violation

COLOURS = {"allow": "green", "ask": "yellow", "deny": "red"}


@dataclass(frozen=True)
class Explained:
    """A decision with the rule behind each of its reasons."""

    name: str
    tools: tuple[str, ...]
    decision: Decision
    reasons: tuple[tuple[Violation, Rule], ...]

    def json(self) -> Json:
        """For programs."""
        reasons = [{**v.model_dump(), "rule": asdict(r)} for v, r in self.reasons]
        told = {"name": self.name, "tools": list(self.tools), "verdict": self.decision.verdict, "reasons": reasons}
        return {**told, "revision": self.decision.revision, "input_digest": self.decision.input_digest}


def explained(texts: Texts, name: str, questions: Sequence[Json], decision: Decision) -> Explained:
    """Each reason beside its rule, as it is written in the policies now."""
    tools = tuple(str((q.get("action") or {}).get("tool", "")) if isinstance(q, dict) else "" for q in questions)
    return Explained(name, tools, decision, tuple((v, rule(texts, v.code)) for v in decision.violations))


def say_explained(found: Explained) -> None:
    """One decision and its reasons."""
    decision = found.decision
    verdict = f"[bold {COLOURS[decision.verdict]}]{decision.verdict.upper()}[/]"
    out.print(f"{verdict}  {', '.join(found.tools)}  [dim]{found.name}[/]", soft_wrap=True)
    out.print(f"  [dim]decision {decision.input_digest[:16]}  policy {decision.revision[:16]}[/]")
    for violation, behind in found.reasons:
        out.print(f"  [bold]{violation.code}[/] {behind.title}", soft_wrap=True)
        out.print(f"    {violation.message}", markup=False, soft_wrap=True)
        out.print(f"    what to do: {violation.remedy}", markup=False, soft_wrap=True)
        if behind.where:
            out.print(f"    [dim]policies/{behind.where}  severity {behind.severity}[/]", soft_wrap=True)


def say_trial(trial: Trial, findings: Sequence[str] | None) -> None:
    """What a trial found, and what OPA says beside it."""
    for fault in trial.faults:
        out.print(f"[red]fault[/]  {fault}", soft_wrap=True)
    for name in trial.failed:
        out.print(f"[red]failed[/] {name}")
    for line in findings or ():
        out.print(f"[red]opa[/]    {line}", soft_wrap=True)
    if findings is None:
        out.print("[yellow]not checked by OPA: there is none on this machine; set TOLLGATE_OPA[/]")
    passed = trial.passed and not findings
    mark = "[green]●[/]" if passed else "[red]●[/]"
    count = f"{trial.tests - len(trial.failed)} of {trial.tests} tests pass"
    out.print(f"{mark} revision {trial.bundle.revision[:16]}  {count}  {len(trial.faults)} faults in the data")


def say_difference(asked: int, found: Sequence[Json]) -> None:
    """Past decisions that other policies would have made otherwise."""
    if found:
        table = Table(box=None, header_style="dim")
        for name in ("entry", "at (UTC)", "run", "tools", "was", "would be"):
            table.add_column(name, justify="right" if name == "entry" else "left")
        for each in found:
            at = each["at"][:16].replace("T", " ")
            table.add_row(str(each["seq"]), at, each["run"], each["tools"], _said(each["was"]), _said(each["would_be"]))
        out.print(table)
    out.print(f"{len(found)} of {asked} decisions would have been others.")


def _said(judged: Json) -> str:
    return f"[{COLOURS[judged['verdict']]}]{judged['verdict']}[/] {' '.join(judged['codes'])}"
