"""A run's course as a picture: one HTML file with an SVG in it, no script, nothing fetched. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from html import escape
from math import log1p
from typing import Literal, NamedTuple

from workflow.model.base import Json, Noun
from workflow.model.ports import Entry
from workflow.model.run import Run

Sort = Literal["stage", "call", "retry", "wait", "good", "bad"]
FILLS: dict[Sort, str] = {
    "stage": "#4a6fa5", "call": "#7aa6a1", "retry": "#c98a2b", "wait": "#b9b4a6", "good": "#3f8f4f", "bad": "#b5413a",
}  # fmt: skip
WORDS: dict[Sort, str] = {
    "stage": "stage", "call": "tool call", "retry": "retry or undo", "wait": "wait", "good": "allowed, succeeded",
    "bad": "denied, failed",
}  # fmt: skip
PEOPLE = ("approval.approved", "approval.denied", "approval.expired", "approval.revoked")
VERDICTS: dict[str, Sort] = {"allow": "good", "ask": "wait", "deny": "bad"}
STAGES = {"parsed": "read the words", "planned": "planner", "allocated": "allocator", "no_offer": "allocator"}
WIDTH, LABELS, ROW, TOP = 1120, 420, 22, 34


class Bar(Noun):
    """One thing that took from `start` to `end`; `detail` says more of it."""

    label: str
    sort: Sort
    start: datetime
    end: datetime
    detail: str = ""

    @property
    def took(self) -> str:
        """Its length for people."""
        seconds = (self.end - self.start) / timedelta(seconds=1)
        if seconds < 120:
            return f"{seconds:.3f} s" if seconds < 10 else f"{seconds:.1f} s"
        return str(timedelta(seconds=round(seconds)))


def bars(entries: Sequence[Entry]) -> tuple[Bar, ...]:
    """What the ledger tells of a run, in its order. Each event ends what began with the one before."""
    found: list[Bar] = []
    before = entries[0].event.at if entries else None
    for entry in entries:
        event = entry.event
        told = _told(event.kind, event.body)
        if told is not None and before is not None:
            start = before if told.seconds is None else event.at - timedelta(seconds=told.seconds)
            start = min(start, event.at)
            found.append(Bar(label=told.label, sort=told.sort, start=start, end=event.at, detail=told.detail))
        before = event.at
    return tuple(found)


def page(run: Run, entries: Sequence[Entry]) -> str:
    """The whole file."""
    drawn = bars(entries)
    state = run.record.reason if run.record else run.waits_for
    title = f"Run {run.id}: {run.state}"
    said = [
        f"<h1>{escape(title)}</h1>",
        f"<p>“{escape(run.request.text)}”</p>",
        f"<p>{escape(run.request.principal.id)} of {escape(run.tenant)}, {run.created_at:%Y-%m-%d %H:%M:%S} UTC. "
        f"{escape(state)}</p>",
        svg(drawn, title),
        "<p>The axis is bent so that short things can be seen beside long ones; the figures are exact.</p>",
    ]
    body = "font:15px/1.5 system-ui,sans-serif;max-width:1140px;margin:2em auto;padding:0 1em;color:#222"
    style = f"body{{{body}}}svg{{max-width:100%}}"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{style}</style></head><body>\n" + "\n".join(said) + "\n</body></html>\n"
    )


def svg(drawn: Sequence[Bar], title: str) -> str:
    """The bars below each other, each with its label, its length and a word for whoever hears it."""
    where = _axis(drawn)
    height = TOP + ROW * max(len(drawn), 1) + 10
    rows = [_row(bar, TOP + ROW * index, where) for index, bar in enumerate(drawn)]
    name, legend = escape(title), _legend()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="list" aria-label="{name}" '
        f'font-family="system-ui,sans-serif" font-size="12">\n{legend}\n' + "\n".join(rows) + "\n</svg>"
    )


def _row(bar: Bar, y: int, where: Callable[[datetime], float]) -> str:
    left, right = where(bar.start), where(bar.end)
    told = escape(f"{bar.label}, {WORDS[bar.sort]}, {bar.took}{', ' if bar.detail else ''}{bar.detail}", quote=True)
    return (
        f'<g role="listitem" aria-label="{told}"><title>{told}</title>'
        f'<text x="0" y="{y + 14}">{escape(_short(bar.label, 44))}</text>'
        f'<text x="{LABELS - 10}" y="{y + 14}" text-anchor="end" fill="#555">{bar.took}</text>'
        f'<rect x="{left:.1f}" y="{y + 3}" width="{max(right - left, 2):.1f}" height="{ROW - 7}" rx="2" '
        f'fill="{FILLS[bar.sort]}"/></g>'
    )


def _legend() -> str:
    shown = []
    for index, (sort, word) in enumerate(WORDS.items()):
        x = index * 150
        shown.append(
            f'<rect x="{x}" y="4" width="12" height="12" rx="2" fill="{FILLS[sort]}"/>'
            f'<text x="{x + 18}" y="14">{escape(word)}</text>'
        )
    return '<g aria-hidden="true">' + "".join(shown) + "</g>"


def _axis(drawn: Sequence[Bar]) -> Callable[[datetime], float]:
    """A place for every moment: each gap is as wide as the logarithm of its length."""
    moments = sorted({moment for bar in drawn for moment in (bar.start, bar.end)})
    at, places = 0.0, {}
    for index, moment in enumerate(moments):
        at += log1p((moment - moments[index - 1]) / timedelta(milliseconds=10)) if index else 0.0
        places[moment] = at
    scale = (WIDTH - LABELS - 4) / at if at else 0.0
    return lambda moment: LABELS + places[moment] * scale


class _Told(NamedTuple):
    label: str
    sort: Sort
    detail: str = ""
    seconds: float | None = None


def _told(kind: str, body: Json) -> _Told | None:
    """What an event says; None for one that says nothing new."""
    if kind in STAGES:
        return _Told(STAGES[kind], "stage")
    if kind in PEOPLE:
        return _Told(f"waited for people: {kind.removeprefix('approval.')}", "wait")
    tell = _TELL.get(kind)
    return tell(body) if tell is not None else None


def _done(body: Json) -> _Told:
    step = body["step"]
    return _Told(f"{step['tool']} on {step['cloud']}", "call", step["name"], body["seconds"])


def _decided(body: Json) -> _Told:
    decision = body["decision"]
    codes = ", ".join(violation["code"] for violation in decision["violations"])
    return _Told(f"gate: {decision['verdict']}", VERDICTS[decision["verdict"]], codes)


def _verified(body: Json) -> _Told:
    found = [health["status"] for health in body["health"]]
    well = all(status in ("healthy", "finished") for status in found)
    return _Told("verifier", "stage" if well else "bad", ", ".join(found))


def _finished(body: Json) -> _Told:
    state = body["record"]["state"]
    return _Told(f"finished: {state}", "good" if state == "succeeded" else "bad", body["record"]["code"])


_TELL: dict[str, Callable[[Json], _Told]] = {
    "decided": _decided,
    "approved": _decided,
    "refused": _decided,
    "asked_again": _decided,
    "step.done": _done,
    "step.failed": lambda body: _Told(f"{body['step']['tool']} failed", "bad", body["trouble"]["code"]),
    "call.unknown": lambda body: _Told("outcome unknown, asked again", "retry"),
    "gate.returned": lambda body: _Told("waited for the policy engine", "wait", "", body["seconds"]),
    "run.resumed": lambda body: _Told("waited", "wait", body["waited_for"]),
    "verified": _verified,
    "undone": lambda body: _Told(f"undone by {body['tool']}", "retry", "", body["seconds"]),
    "rolled_back": lambda body: _Told("rolled back", "bad", body["trouble"]["code"]),
    "finished": _finished,
}


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
