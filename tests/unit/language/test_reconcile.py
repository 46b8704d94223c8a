"""Two readings become one that is no laxer than the stricter of them, or a question."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.language.places import EU_MEMBERS
from workflow.language.reconcile import BUDGET, RULES, Question, Reconciled, reconcile
from workflow.model.workload import LABELLED, Workload

BASE = Workload(kind="batch", vcpus=4, hours=3)
PLACES = ("EU", "EEA", "DE", "FR", "US", "NO", "JP")
REGIONS = ("eu-west-1", "us-east-1", "europe-west3")
CLOUDS = ("aws", "azure", "gcp")


def some(names: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(names), unique=True).map(lambda found: tuple(sorted(found)))


limits = st.none() | st.sampled_from([1.0, 5.0, 90.0])
budgets = st.one_of(
    st.just((None, None)), st.tuples(st.sampled_from([1.0, 5.0, 90.0]), st.sampled_from(["run", "hour"]))
)


@st.composite
def readings(draw: st.DrawFn) -> Workload:
    """Workloads that differ in everything but the sizes, and sometimes in those."""
    usd, per = draw(budgets)
    return Workload(
        kind=draw(st.sampled_from(["batch", "batch", "batch", "training"])),
        vcpus=4,
        hours=3,
        nodes=draw(st.sampled_from([1, 1, 1, 9])),
        deadline_hours=draw(limits),
        budget_usd=usd,
        budget_per=per,
        residency=draw(some(PLACES)),
        near=draw(st.sampled_from([None, "madrid", "tokyo"])),
        regions=draw(some(REGIONS)),
        clouds=draw(some(CLOUDS)),
        purchase=draw(st.sampled_from(["any", "spot", "on_demand"])),
        max_latency_ms=draw(limits),
        personal_data=draw(st.booleans()),
    )


def allows(work: Workload, place: str) -> bool:
    """True where data may lie in this place, by the law of who belongs to whom."""
    european = place in EU_MEMBERS or place == "EU"
    wider = {place, *(("EU", "EEA") if european else ()), *(("EEA",) if place == "NO" else ())}
    return not work.residency or bool(wider & set(work.residency))


def assert_no_laxer(taken: Workload, than: Workload) -> None:
    """On money, places, personal data, clouds and purchase."""
    for limit in ("budget_usd", "deadline_hours", "max_latency_ms"):
        was, now = getattr(than, limit), getattr(taken, limit)
        assert was is None or (now is not None and now <= was)
    assert than.budget_per in (None, taken.budget_per)
    assert all(allows(than, place) for place in PLACES if place not in ("EU", "EEA") and allows(taken, place))
    assert not than.residency or taken.residency
    for names in ("regions", "clouds"):
        assert not getattr(than, names) or set() < set(getattr(taken, names)) <= set(getattr(than, names))
    assert taken.personal_data >= than.personal_data
    assert {"on_demand": 2, "spot": 1, "any": 0}[taken.purchase] >= {"on_demand": 2, "spot": 1, "any": 0}[than.purchase]
    sizes = ("kind", "gpu", "gpu_count", "nodes", "vcpus", "memory_gib", "storage_gib", "hours")
    assert [getattr(taken, name) for name in sizes] == [getattr(than, name) for name in sizes]


@given(readings(), readings())
def test_what_is_taken_is_never_laxer_than_either_reading(model: Workload, rules: Workload) -> None:
    found = reconcile(model, rules)
    if isinstance(found, Reconciled):
        assert_no_laxer(found.workload, model)
        assert_no_laxer(found.workload, rules)
    else:
        assert found.ask.endswith("?")
        assert found.message.startswith("The request can be read in two ways: ")


@given(readings(), readings())
def test_it_does_not_matter_who_read_which_but_for_the_users_place(one: Workload, other: Workload) -> None:
    there, back = reconcile(one, other), reconcile(other, one)
    assert isinstance(there, Question) == isinstance(back, Question)
    if isinstance(there, Reconciled) and isinstance(back, Reconciled):
        assert there.workload.model_dump(exclude={"near"}) == back.workload.model_dump(exclude={"near"})


@given(readings())
def test_readings_that_agree_are_taken_without_a_word(work: Workload) -> None:
    found = reconcile(work, work)
    assert isinstance(found, Reconciled)
    assert found.notes == ()
    assert_no_laxer(found.workload, work)


def test_every_labelled_field_has_a_rule() -> None:
    fields = set(LABELLED) - {"budget_usd", "budget_per"} | {BUDGET}
    assert set(RULES) == fields


@pytest.mark.parametrize(
    ("model", "rules", "taken"),
    [
        ({"budget_usd": 50, "budget_per": "run"}, {"budget_usd": 90, "budget_per": "run"}, {"budget_usd": 50}),
        ({"budget_usd": 50, "budget_per": "hour"}, {}, {"budget_usd": 50, "budget_per": "hour"}),
        ({"residency": ("DE",)}, {"residency": ("EU",)}, {"residency": ("DE",)}),
        ({}, {"residency": ("EU",)}, {"residency": ("EU",)}),
        ({"clouds": ("aws", "gcp")}, {"clouds": ("azure", "gcp")}, {"clouds": ("gcp",)}),
        ({"purchase": "spot"}, {"purchase": "on_demand"}, {"purchase": "on_demand"}),
        ({"purchase": "spot"}, {}, {"purchase": "spot"}),
        ({"personal_data": True}, {}, {"personal_data": True}),
        ({"deadline_hours": 9.0}, {"deadline_hours": 5.0}, {"deadline_hours": 5.0}),
        ({"near": "lima"}, {"near": "quito"}, {"near": "quito"}),
        ({"near": "lima"}, {}, {"near": "lima"}),
        ({"regions": ("us-east-1",)}, {"excluded_regions": ("us-east-1",)}, {"regions": ()}),
    ],
)
def test_the_stricter_value_is_taken(model: dict[str, Any], rules: dict[str, Any], taken: dict[str, Any]) -> None:
    found = reconcile(BASE.model_copy(update=model), BASE.model_copy(update=rules))
    assert isinstance(found, Reconciled)
    assert found.workload.model_dump(include=set(taken)) == taken


@pytest.mark.parametrize(
    ("model", "rules", "ask"),
    [
        ({"kind": "service"}, {}, "What is to run: batch or service?"),
        ({"residency": ("US",)}, {"residency": ("EU",)}, "Where must the data stay: EU or US?"),
        ({"clouds": ("gcp",)}, {"clouds": ("aws", "azure")}, "Which clouds may be used: aws/azure or gcp?"),
        ({"regions": ("us-east-1",)}, {"regions": ("eu-west-1",)}, "Which region is demanded: eu-west-1 or us-east-1?"),
        (
            {"budget_usd": 5.0, "budget_per": "hour"},
            {"budget_usd": 90.0, "budget_per": "run"},
            "What is the cap: $90 per run or $5 per hour?",
        ),
        ({"nodes": 50}, {}, "How many machines: 1 or 50?"),
        ({"hours": None}, {}, "How many hours does one run take: 3 or not said?"),
        ({"gpu_count": 1, "nodes": 2}, {}, "How many GPUs does each machine need: 0 or 1?"),
    ],
)
def test_where_neither_is_stricter_one_question_is_asked(
    model: dict[str, Any], rules: dict[str, Any], ask: str
) -> None:
    found = reconcile(BASE.model_copy(update=model), BASE.model_copy(update=rules))
    assert isinstance(found, Question)
    assert found.ask == ask


def test_what_the_labels_cannot_say_stays_as_the_rules_read_it() -> None:
    kept = {"excluded_regions": ("us-east-1",), "excluded_clouds": ("aws",), "recurs": "daily", "stateful": True}
    found = reconcile(BASE, BASE.model_copy(update=kept))
    assert isinstance(found, Reconciled)
    assert found.workload.model_dump(include=set(kept)) == kept
