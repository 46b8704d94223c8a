"""What must hold of the packaged policies for every question, not only for the ones that somebody thought of."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from policies.engine.embedded import Embedded
from tests.contract.gates import changed, reading, training
from workflow.model.base import Json
from workflow.model.decision import Decision

GATE = Embedded()
Path = tuple[str, ...]

UNREAD = {
    "resource.arch",
    "resource.disk_gib",
    "resource.tags.expires_at",
    "resource.data",
    "resource.data.residency",
    "resource.data.personal",
}
"""Arguments that no rule reads: `data` is judged at the question's own top, the rest decides only the price."""
MAY_BE_ABSENT = {"resource.region", "resource.zone", "resource.hours"}
"""`action.region` says the region too, and a machine may have any zone and no end. Null is absent."""

JUNK = [None, True, 7, -1, 0.5, "", "\u202eeu-west-1", [], [None], {}, {"a": 1}]


def decide(question: Any) -> Decision:
    """The gate's decision; nothing in it waits."""
    waiting = GATE.decide(question)
    try:
        waiting.send(None)
    except StopIteration as done:
        decision: Decision = done.value
        return decision
    raise AssertionError("the engine in process waited for something")


def _paths(value: Any, prefix: Path = ()) -> Iterator[Path]:
    if prefix:
        yield prefix
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _paths(inner, (*prefix, name))


def _kind(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return str(type(value))
    return "number" if isinstance(value, int | float) else str(type(value))


def _parent(question: Json, path: Path) -> Json:
    place: Json = question
    for name in path[:-1]:
        place = place[name]
    return place


READ_PATHS = [path for path in _paths(training()) if ".".join(path) not in UNREAD]


def test_the_question_that_is_spoiled_below_is_allowed() -> None:
    assert decide(training()).allowed


@given(st.sampled_from([path for path in READ_PATHS if ".".join(path) not in MAY_BE_ABSENT]))
def test_a_question_without_one_of_its_fields_is_never_allowed(path: Path) -> None:
    question = training()
    del _parent(question, path)[path[-1]]
    assert decide(question).verdict == "deny"


@given(st.sampled_from(READ_PATHS), st.sampled_from(JUNK))
def test_a_question_with_a_field_of_another_type_is_never_allowed(path: Path, junk: Any) -> None:
    question = training()
    place = _parent(question, path)
    if _kind(place[path[-1]]) == _kind(junk) or (".".join(path) in MAY_BE_ABSENT and junk is None):
        return
    place[path[-1]] = copy.deepcopy(junk)
    assert decide(question).verdict == "deny"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(training())), json_values), json_values)
def test_whatever_is_asked_there_is_an_answer_and_junk_is_denied(parts: Json, junk: Any) -> None:
    assert decide(junk).verdict == "deny"
    assert decide(training() | parts).allowed == (not parts)


WRONGS: dict[str, tuple[str, Any]] = {
    "a role without the tool": ("principal.roles", ["viewer"]),
    "another tenant": ("principal.tenant", "globex"),
    "another's name": ("principal.id", "ben@acme"),
    "an unknown tool": ("action.tool", "mine_bitcoin"),
    "a write that calls itself a read": ("action.risk", "read"),
    "an unknown cloud": ("action.cloud", "oracle"),
    "an unknown region": ("action.region", "eu-west-99"),
    "a region outside": ("resource.region", "us-east-1"),
    "one more region": ("resource.regions", ["ap-south-1"]),
    "not encrypted": ("resource.encrypted", False),
    "public": ("resource.public", True),
    "a malformed tag": ("resource.tags.run", "Run 1!"),
    "no machine": ("machine", None),
    "a denied family": ("machine.family", "m1"),
    "bare metal": ("machine.name", "p4d.metal"),
    "a GPU of no tier": ("machine.gpu", "Z9000"),
    "over the cap": ("cost.total_cents", 10_001),
    "over the tenant's limit": ("context.spend.tenant_month_cents", 5_000_000),
    "over the project's limit": ("context.spend.project_month_cents", 2_500_000),
    "narrower residency": ("data.residency", ["CH"]),
    "no plane": ("context.plane", "other"),
}
WRONGS |= {
    "a region in a word of its own": ("resource.copy_to", "us-east-1"),
    "a region within an address": ("resource.bucket", "arn:aws:s3:us-east-1::copies"),
    "a zone elsewhere": ("resource.zone", "us-east-1a"),
    "another tenant within": ("resource.target", {"tenant": "globex"}),
    "public within": ("resource.network", {"public_ip": True}),
    "unencrypted within": ("resource.disks", [{"encrypted": False}]),
    "an environment of no role": ("resource.tags.environment", "moon"),
    "too many": ("resource.count", 101),
    "too long": ("resource.hours", 8761),
    "frozen": ("context.freeze", [{"scope": "global", "name": "", "reason": "x"}]),
    "over the run's limit": ("context.spend.run_cents", 2_500_000),
}
wrongs = st.sets(st.sampled_from(sorted(WRONGS)))


def _wronged(names: set[str]) -> Json:
    question = training()
    for name in sorted(names, key=lambda name: len(WRONGS[name][0])):
        path, value = WRONGS[name]
        if "machine" in path and name != "no machine" and "no machine" in names:
            continue
        question = changed(question, path, value)
    return question


@given(wrongs, wrongs)
def test_one_more_wrong_never_makes_a_denial_into_leave(some: set[str], more: set[str]) -> None:
    few, many = decide(_wronged(some)), decide(_wronged(some | more))
    assert few.allowed == (not some)
    assert many.allowed == (not some | more)


@given(
    st.sampled_from(["us-east-1", "eu-west-1", "nowhere-1"]),
    st.lists(st.sampled_from(["EU", "US", "CH", "DE"]), max_size=3),
)
def test_a_write_is_allowed_only_where_the_data_may_stay(region: str, residency: list[str]) -> None:
    question = changed(changed(training(), "action.region", region), "resource.region", region)
    question = changed(question, "data.residency", residency)
    lies_in = {"us-east-1": {"US"}, "eu-west-1": {"EU", "EEA", "IE"}}.get(region, set())
    assert decide(question).allowed == bool(lies_in and (not residency or lies_in & set(residency)))


@given(st.lists(st.sampled_from(["viewer", "developer", "operator", "root", ""]), max_size=4))
def test_a_read_takes_a_known_role_and_nothing_else(roles: list[str]) -> None:
    question = changed(reading("get_quotas", {"region": "anywhere-1", "machine": "m5.large"}), "principal.roles", roles)
    assert decide(question).allowed == bool(set(roles) & {"viewer", "developer", "operator"})
