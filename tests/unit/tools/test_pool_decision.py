"""What is to be done to a node pool: the decision that all clouds share."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mcp_handlers.tools.scale_nodepool import TOOL, Input, Move, Output, Sizes, decide
from workflow.control.pricing import needs
from workflow.model.errors import Rejected

TAGS = {"tenant": "acme", "project": "vision", "run": "r1", "owner": "ada@acme", "environment": "staging"}
MACHINE = frozenset({"m7i.large"})


def ask(sizes: Sizes, **changes: Any) -> Input:
    asked = {"region": "eu-west-1", "pool": "web", "machine": "m7i.large", "tags": TAGS, **sizes.model_dump()}
    return Input.model_validate(asked | changes)


def ordered(numbers: list[int]) -> Sizes:
    low, middle, high = sorted(numbers)
    return Sizes(minimum=low, desired=middle, maximum=high)


sizes = st.lists(st.integers(0, 1000), min_size=3, max_size=3).map(ordered)


@given(sizes, sizes, st.text(max_size=50))
def test_the_first_time_a_pool_is_marked_and_its_own_sizes_are_before(present: Sizes, to: Sizes, key: str) -> None:
    move = decide(ask(to, accept_shrink=True), key, present, "", MACHINE)
    assert (move.before, move.target) == (present, None if to == present else to)
    assert len(move.mark) <= 63
    assert set(move.mark) <= set("0123456789abcdef_")


@given(sizes, sizes, sizes, st.text(max_size=50))
def test_a_repeat_answers_what_the_first_call_answered(present: Sizes, to: Sizes, now: Sizes, key: str) -> None:
    asked = ask(to, accept_shrink=True)
    first = decide(asked, key, present, "", MACHINE)
    assert decide(asked, key, to, first.mark, MACHINE) == Move(before=present, mark="", target=None)
    assert decide(asked, key, now, first.mark, MACHINE).before == present


@given(sizes, sizes, st.sampled_from(["", "junk", "0" * 16 + "_1_2", "f" * 16 + "_1_3_2", "x" * 16 + "_1_3_2"]))
def test_no_machine_is_taken_away_without_leave_whatever_is_marked(present: Sizes, to: Sizes, mark: str) -> None:
    assume(to.desired < present.desired)
    with pytest.raises(Rejected, match=f"has {present.desired} machines; {to.desired} are wanted"):
        decide(ask(to), "key", present, mark, MACHINE)


def test_a_repeat_leaves_what_has_grown_by_itself_since() -> None:
    present, to = Sizes(minimum=1, maximum=9, desired=3), Sizes(minimum=2, maximum=9, desired=5)
    mark = decide(ask(to), "key", present, "", MACHINE).mark
    grown = to.model_copy(update={"desired": 8})
    assert decide(ask(to), "key", grown, mark, MACHINE) == Move(before=present, mark="", target=None)


@given(st.builds(Sizes, **{name: st.integers(0, 3000) for name in ("minimum", "maximum", "desired")}), sizes)
def test_what_is_changed_can_be_changed_back(present: Sizes, to: Sizes) -> None:
    asked = ask(to, accept_shrink=True)
    try:
        move = decide(asked, "key", present, "", MACHINE)
    except Rejected:
        assert not present.minimum <= present.desired <= present.maximum <= 1000
        return
    assert TOOL.undo is not None
    (undo,) = TOOL.undo(asked, Output(resource=asked.found_in("aws"), before=move.before, after=to))
    back = decide(Input.model_validate(undo.arguments), "undo", to, move.mark, MACHINE)
    assert (back.before, back.target) == (to, None if to == present else present)


@pytest.mark.parametrize(
    "present",
    [
        Sizes(minimum=1, maximum=2000, desired=3), Sizes(minimum=1001, maximum=1001, desired=1001),
        Sizes(minimum=2, maximum=5, desired=1), Sizes(minimum=2, maximum=5, desired=6),
    ],
    ids=str,
)  # fmt: skip
def test_a_pool_that_could_not_be_put_back_is_left_alone_but_not_by_a_call_that_has_begun(present: Sizes) -> None:
    to = Sizes(minimum=1, maximum=9, desired=7)
    asked = ask(to, accept_shrink=True)
    with pytest.raises(Rejected, match="could not be set again") as refused:
        decide(asked, "key", present, "", MACHINE)
    assert "at most 1000" in refused.value.remedy
    mark = decide(asked, "key", ordered([1, 2, 3]), "", MACHINE).mark
    assert decide(asked, "key", present, mark, MACHINE).before == ordered([1, 2, 3])


@pytest.mark.parametrize("machines", [frozenset[str](), frozenset({"c7i.large"}), MACHINE | {"p5.48xlarge"}])
def test_only_the_machine_that_was_priced_is_scaled(machines: frozenset[str]) -> None:
    with pytest.raises(Rejected, match=r"not m7i.large"):
        decide(ask(Sizes(minimum=0, maximum=1, desired=1)), "key", ordered([0, 0, 0]), "", machines)


def test_a_call_is_priced_by_as_many_machines_as_may_run_for_a_month() -> None:
    wanted = needs(TOOL.name, ask(Sizes(minimum=1, maximum=7, desired=2)).model_dump(mode="json"))
    assert wanted is not None
    assert (wanted["machine"], wanted["regions"], wanted["purchase"]) == ("m7i.large", ["eu-west-1"], "on_demand")
    assert (wanted["nodes"], wanted["hours"]) == (7, 730)
    none = needs(TOOL.name, ask(ordered([0, 0, 0])).model_dump(mode="json"))
    assert none is not None
    assert none["nodes"] == 1


def test_a_client_is_told_that_it_may_destroy() -> None:
    assert TOOL.hints()["destructiveHint"]
    assert not TOOL.hints()["readOnlyHint"]
