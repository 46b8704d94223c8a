"""A run's picture: what it shows is what the ledger tells, exactly, and readable without eyes and without a script."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from functions.cli.timeline import Bar, bars, page, svg
from tests.contract.stores import a_run
from workflow.model.ports import Entry, Event

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"


def entries(*told: tuple[float, str, dict[str, Any]]) -> list[Entry]:
    """Ledger entries: (seconds after the beginning, kind, body)."""
    return [
        Entry(
            seq=n, previous="", hash="",
            event=Event(run="run-1", tenant="acme", kind=kind, body=body, at=NOW + timedelta(seconds=at)),
        )
        for n, (at, kind, body) in enumerate(told)
    ]  # fmt: skip


COURSE = entries(
    (0, "requested", {}),
    (0.5, "planned", {}),
    (1.5, "decided", {"decision": {"verdict": "ask", "violations": [{"code": "BUDGET_SOFT"}]}}),
    (3601.5, "approval.approved", {}),
    (3606.5, "step.done", {"step": {"tool": "launch_spot", "cloud": "gcp", "name": "machine"}, "seconds": 2.0}),
    (3607.0, "step.failed", {"step": {"tool": "attach_volume"}, "trouble": {"code": "<NO_CAPACITY>"}}),
    (3608.0, "undone", {"tool": "release_resource", "seconds": 1.0}),
    (3608.5, "finished", {"record": {"state": "failed", "code": "NO_CAPACITY"}}),
)


def test_every_stage_call_wait_and_verdict_is_a_bar_with_its_length() -> None:
    assert [(bar.label, bar.sort, bar.took, bar.detail) for bar in bars(COURSE)] == [
        ("planner", "stage", "0.500 s", ""),
        ("gate: ask", "wait", "1.000 s", "BUDGET_SOFT"),
        ("waited for people: approved", "wait", "1:00:00", ""),
        ("launch_spot on gcp", "call", "2.000 s", "machine"),
        ("attach_volume failed", "bad", "0.500 s", "<NO_CAPACITY>"),
        ("undone by release_resource", "retry", "1.000 s", ""),
        ("finished: failed", "bad", "0.500 s", "NO_CAPACITY"),
    ]


def test_the_file_stands_alone_has_no_script_and_says_everything_aloud() -> None:
    request = a_run().request.model_copy(update={"text": "<script>alert(1)</script>"})
    text = page(a_run().model_copy(update={"request": request}), COURSE)
    assert "<script" not in text
    assert "src=" not in text
    assert text.count("http") == text.count("http://www.w3.org/2000/svg") == 1
    picture = ElementTree.fromstring(text[text.index("<svg") : text.index("</svg>") + 6])
    told = [each.get("aria-label") for each in picture.iter(f"{SVG}g") if each.get("role") == "listitem"]
    assert told[3:5] == [
        "launch_spot on gcp, tool call, 2.000 s, machine",
        "attach_volume failed, denied, failed, 0.500 s, <NO_CAPACITY>",
    ]


def test_a_run_without_entries_is_an_empty_picture() -> None:
    assert bars([]) == ()
    assert ElementTree.fromstring(svg([], "nothing")).get("aria-label") == "nothing"


@given(st.lists(st.tuples(st.floats(0, 1e7), st.floats(0, 1e6)), min_size=1, max_size=20))
def test_every_bar_lies_in_the_picture_and_later_is_further_right(spans: list[tuple[float, float]]) -> None:
    drawn = [
        Bar(label="x", sort="call", start=NOW + timedelta(seconds=a), end=NOW + timedelta(seconds=a + b))
        for a, b in spans
    ]
    picture = ElementTree.fromstring(svg(drawn, "t"))
    found = [r for g in picture.iter(f"{SVG}g") if g.get("role") == "listitem" for r in g.iter(f"{SVG}rect")]
    lefts = [float(each.get("x", "nan")) for each in found]
    assert all(
        left >= 420 and left + float(r.get("width", "nan")) <= 1122 for left, r in zip(lefts, found, strict=True)
    )
    order = sorted(range(len(drawn)), key=lambda i: drawn[i].start)
    assert [lefts[i] for i in order] == sorted(lefts)
