"""Two readings of one text, a model's and the rules', into one that is no laxer than the stricter of them.

Where one of two values is the stricter, it is taken. Where neither is, and money, places or machines hang on it, the
person is asked. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from workflow.language import residency
from workflow.model.base import Noun
from workflow.model.workload import LABELLED, Workload

Rule = Callable[[Any, Any], Any]
"""(the model's value, the rules') → the value that both can live with, or `APART`."""
APART: Final = object()
"""Neither value is the stricter."""
_STRICTNESS = ("any", "spot", "on_demand")


class Reconciled(Noun):
    """The reading taken. `notes` say where the model and the rules differed and what was made of it."""

    workload: Workload
    notes: tuple[str, ...]


class Question(Noun):
    """The readings differ where nothing but the person can tell. `ask` is the one question to put first."""

    message: str
    ask: str


def same(model: Any, rules: Any) -> Any:
    """Sizes and lengths cost money either way round: they are the same, or they are asked about."""
    return rules if model == rules else APART


def least(model: float | None, rules: float | None) -> float | None:
    """A limit: the lower one; the only one where the other reading saw none."""
    return min((limit for limit in (rules, model) if limit is not None), default=None)


def narrower(model: tuple[str, ...], rules: tuple[str, ...]) -> Any:
    """A choice of names, where none means any: what both allow."""
    if not model or set(model) == set(rules):
        return rules
    if not rules:
        return model
    return tuple(sorted(set(model) & set(rules))) or APART


def inner(model: tuple[str, ...], rules: tuple[str, ...]) -> Any:
    """Jurisdictions, of which the EU holds its members: what satisfies both demands."""
    if not model or not rules:
        return rules or model
    return tuple(sorted(residency.both(set(model), set(rules)))) or APART


def cap(model: tuple[float | None, str | None], rules: tuple[float | None, str | None]) -> Any:
    """A budget and what it is per: the lower of two that are per the same."""
    if model[0] is None or rules[0] is None:
        return model if rules[0] is None else rules
    return (min(model[0], rules[0]), rules[1]) if model[1] == rules[1] else APART


def steadier(model: str, rules: str) -> str:
    """The purchase option: machines that are not taken back, before those that are, before either."""
    return max(model, rules, key=_STRICTNESS.index)


def either(model: bool, rules: bool) -> bool:
    """Personal data, where one of the two sees it."""
    return model or rules


def known(model: str | None, rules: str | None) -> str | None:
    """A wish that forbids nothing: the rules' value, and the model's where they have none."""
    return rules or model


BUDGET = "budget"
"""Stands for `budget_usd` and `budget_per`, which mean nothing apart."""
RULES: dict[str, Rule] = {
    "kind": same,
    "residency": inner,
    "clouds": narrower,
    "regions": narrower,
    BUDGET: cap,
    "gpu_count": same,
    "gpu": same,
    "nodes": same,
    "vcpus": same,
    "memory_gib": same,
    "storage_gib": same,
    "hours": same,
    "deadline_hours": least,
    "max_latency_ms": least,
    "purchase": steadier,
    "personal_data": either,
    "near": known,
}
"""In the order in which differences are asked about: what changes most comes first."""
_ASKED = {
    "kind": "What is to run",
    "residency": "Where must the data stay",
    "clouds": "Which clouds may be used",
    "regions": "Which region is demanded",
    BUDGET: "What is the cap",
    "gpu_count": "How many GPUs does each machine need",
    "gpu": "Which type of GPU",
    "nodes": "How many machines",
    "vcpus": "How many vCPUs does each machine need",
    "memory_gib": "How many GiB of memory does each machine need",
    "storage_gib": "How many GiB of storage does each machine need",
    "hours": "How many hours does one run take",
}


def reconcile(model: Workload, rules: Workload) -> Reconciled | Question:
    """`model` has the labelled fields; what the labels cannot say is the rules' alone."""
    regions = tuple(name for name in model.regions if name not in rules.excluded_regions)
    model = model.model_copy(update={"regions": regions})
    pairs = {name: (_value(model, name), _value(rules, name)) for name in RULES}
    settled = {name: RULES[name](*pair) for name, pair in pairs.items()}
    apart = [name for name, value in settled.items() if value is APART]
    if apart:
        ways = "; ".join(f"{name} {_either(*pairs[name])}" for name in apart)
        first = apart[0]
        return Question(
            message=f"The request can be read in two ways: {ways}.", ask=f"{_ASKED[first]}: {_either(*pairs[first])}?"
        )
    notes = tuple(
        f"{name}: {_shown(pair[0])} by the model, {_shown(pair[1])} by the rules; {_shown(settled[name])} is taken"
        for name, pair in pairs.items()
        if not _agree(*pair)
    )
    settled["budget_usd"], settled["budget_per"] = settled.pop(BUDGET)
    return Reconciled(workload=rules.model_copy(update={name: settled[name] for name in LABELLED}), notes=notes)


def _agree(model: Any, rules: Any) -> bool:
    """Lists of names are compared without their order."""
    return bool(model == rules) or (isinstance(rules, tuple) and set(model) == set(rules))


def _value(work: Workload, name: str) -> Any:
    return (work.budget_usd, work.budget_per) if name == BUDGET else getattr(work, name)


def _either(model: Any, rules: Any) -> str:
    return f"{_shown(rules)} or {_shown(model)}"


def _shown(value: Any) -> str:
    if value in (None, (), (None, None)):
        return "not said"
    if isinstance(value, tuple):
        if isinstance(value[0], int | float):
            return f"${value[0]:g} per {value[1]}"
        return "/".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)
