"""Questions for both engines: sound ones, and each of them spoiled at a few places, the same ones every time."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

from tests.contract.gates import changed, reading, training
from workflow.model.base import Json

Path = tuple[str | int, ...]

LIKELY: dict[str, list[Any]] = {
    "principal.roles": [["developer"], ["viewer"], ["operator", "viewer"], [], ["root"], ["admin"]],
    "principal.tenant": ["globex", "ACME", "асme", "acme "],
    "principal.id": ["ben@acme", "mia@acme\u200b"],
    "action.tool": ["launch_spot", "submit_ml_job", "release_resource", "deploy_model", "get_quotas", "mine_bitcoin"],
    "action.risk": ["read", "destructive", "Write"],
    "action.cloud": ["azure", "gcp", "AWS", "oracle"],
    "action.region": ["us-east-1", "eu-west-1 ", "еu-west-1", "eu-central-1", None],
    "resource.region": ["us-east-1", "eu-central-1", "EU-WEST-1", None],
    "resource.zone": ["eu-west-1a", "eu-west-1-muc-1a", "us-east-1a"],
    "resource.count": [2, 100, 101, 10**18, 0],
    "resource.hours": [None, 0.5, 8760, 8761, 1e300],
    "resource.encrypted": [False],
    "resource.public": [True],
    "resource.purchase": ["spot", "on_demand", "SPOT"],
    "resource.max_price_micros_hour": [1, 200_000_000, 10**16],
    "resource.tags.environment": ["staging", "production", "moon"],
    "resource.tags.project": ["secret", "Vision!", "ü"],
    "resource.tags.run": ["us-east-1", ""],
    "resource.copy_to": ["us-east-1", "eu-west-1", ["s3://x.us-east-1.example/y"], {"region": "mars-1"}],
    "resource.target": [{"tenant": "globex"}, {"tenant": "acme"}, {"public_ip": True}, {"encrypted": "yes"}],
    "machine": [None],
    "machine.name": ["p4d.metal"],
    "machine.family": ["m1", "p3", "z9"],
    "machine.gpu": ["T4", "H200", "Z9000", None],
    "machine.gpu_count": [0, 1, 10_001],
    "cost": [None],
    "cost.total_cents": [10_000, 10_001, 1_500_001, 2**53, 10**30],
    "cost.hourly_cents": [1, 100_000],
    "cost.machines_cents": [1, 100_000],
    "cost.cap_cents": [None, 9000, 8999],
    "cost.cap_per": ["hour", "month", "year"],
    "data.residency": [[], ["CH"], ["EU", "US"], ["DE", "IE"]],
    "data.personal": [True],
    "context.plane": ["function", "moon"],
    "context.spend": [None],
    "context.spend.tenant_month_cents": [1_999_999, 2_000_000, 5_000_000],
    "context.spend.project_month_cents": [999_999, 2_600_000],
    "context.spend.run_cents": [1_500_000, 2_500_000],
    "context.freeze": [
        None,
        [{"scope": "global", "name": "", "reason": "x"}],
        [{"scope": "tenant", "name": "globex", "reason": "x"}, {"scope": "cloud", "name": "aws", "reason": "ü"}],
    ],
    "context.undo": [True],
}
"""Values that somebody might send, by the place where they would."""

JUNK: list[Any] = [
    None, True, False, 0, -1, 1, 7, 0.5, -0.0, 1e308, 5e-324, 2**53, 2**63, 2**64, -(2**63), 10**25, 10**60,
    "", " ", "\x00", "\u202e", "eu-west-1", "us-east-1", "ſtart", "🦑", "e\u0301", "\\", '"', "%v", "%!d(", "{}",
    "x" * 3000, [], [[]], [None], ["us-east-1"], [1, "1", True], {}, {"": ""}, {"tenant": None},
    {"region": "us-east-1"}, {"a": {"b": {"c": {"d": ["us-east-1"]}}}}, {"__proto__": {"verdict": "allow"}},
    {"ключ": "значение"},
]  # fmt: skip
NAMES = ["region", "REGION", "regions", "public", "encrypted", "tenant", "verdict", "", "регион", "a.b", "0"]


def generated(number: int) -> Iterator[Json]:
    """So many questions."""
    chance = random.Random(20)
    starts = _starts()
    for _ in range(number):
        question = copy.deepcopy(chance.choice(starts))
        for _ in range(chance.choice([0, 1, 1, 1, 2, 2, 3, 5])):
            question = chance.choice([_likely, _likely, _likely, _junk, _absent, _more])(question, chance)
        yield question


def _changed(question: Json, **changes: Any) -> Json:
    for path, value in changes.items():
        question = changed(question, path.replace("__", "."), value)
    return question


def _starts() -> list[Json]:
    resource = {"cloud": "aws", "kind": "instance", "id": "i-1", "region": "us-east-1", "zone": ""}
    about = {"resource": resource, "tenant": "acme"}
    asked = {"principal__roles": ["operator"], "context": training()["context"]}
    route = {"region": "eu-west-1", "zone": "Z1", "tenant": "acme", "from_target": "a", "to_target": "b"}
    spans = ("total_cents", "hourly_cents", "machines_cents", "monthly_cents")
    free = {**dict.fromkeys(spans, 0), "cap_cents": None, "cap_per": None}
    restricted = {"action__region": "me-central2", "resource__region": "me-central2", "data__residency": []}
    dear = {"cost__cap_cents": None, "cost__cap_per": None, "cost__total_cents": 1_500_001}
    return [
        training(),
        training(),
        training(),
        reading("get_health", about),
        _changed(reading("release_resource", about), action__risk="destructive", **asked),
        _changed(reading("failover_route", route), action__risk="write", cost=free, **asked),
        _changed(training(), action__tool="launch_spot", resource__max_price_micros_hour=20_000_000),
        _changed(training(), action__cloud="gcp", **restricted),
        _changed(training(), **dear),
    ]


def _likely(question: Json, chance: random.Random) -> Json:
    path = chance.choice(sorted(LIKELY))
    return _with(question, tuple(path.split(".")), copy.deepcopy(chance.choice(LIKELY[path])))


def _junk(question: Json, chance: random.Random) -> Json:
    return _with(
        question, chance.choice(list(_paths(question)) or [("principal",)]), copy.deepcopy(chance.choice(JUNK))
    )


def _absent(question: Json, chance: random.Random) -> Json:
    new = copy.deepcopy(question)
    path = chance.choice(list(_paths(new)) or [("principal",)])
    place = _at(new, path[:-1])
    if isinstance(place, dict):
        place.pop(path[-1], None)
    return new


def _more(question: Json, chance: random.Random) -> Json:
    places = [(), *(path for path in _paths(question) if isinstance(_at(question, path), dict))]
    return _with(question, (*chance.choice(places), chance.choice(NAMES)), copy.deepcopy(chance.choice(JUNK)))


def _paths(value: Any, prefix: Path = ()) -> Iterator[Path]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inner:
        yield (*prefix, name)
        yield from _paths(part, (*prefix, name))


def _at(value: Any, path: Path) -> Any:
    for name in path:
        value = value[name]
    return value


def _with(question: Json, path: Path, value: Any) -> Json:
    """A copy with `value` at `path`, where there is a place for it."""
    new = copy.deepcopy(question)
    place: Any = new
    for name in path[:-1]:
        if not _holds(place, name) or not isinstance(place[name], dict | list):
            return new
        place = place[name]
    if isinstance(place, dict) or _holds(place, path[-1]):
        place[path[-1]] = value
    return new


def _holds(place: Any, name: str | int) -> bool:
    return name in place if isinstance(place, dict) else isinstance(name, int) and name < len(place)


def _raw(question: str) -> Iterator[str]:
    yield question
    yield question[:-1]
    yield question + "}"
    yield question.replace('"risk":"write"', '"risk":"write","risk":"read"')
    yield question.replace('"risk":"write"', '"risk":"read","risk":"write"')
    yield question.replace('"tenant":"acme"', '"tenant":"globex","tenant":"acme"')
    yield question.replace('"public":false', '"public":true,"public":false')
    yield question.replace('"public":false', '"public":false,"public":true')
    yield question.replace('"count":1', '"count":1,"count":1')
    for number in (
        "1e400",
        "-1e400",
        "NaN",
        "Infinity",
        "01",
        "1.",
        ".5",
        "0x1",
        "1e",
        "9" * 400,
        "1e-400",
        "+1",
        "1_0",
    ):
        yield question.replace('"count":1', f'"count":{number}')
        yield question.replace('"total_cents":9000', f'"total_cents":{number}')
    for text in ('"\\ud800"', '"\\u0000"', '"\t"', '"\\x41"', "'mia@acme'", '"mia@acme', "mia", '"\\ud83e\\udd91"'):
        yield question.replace('"mia@acme"', text, 1)
    yield f"/* */{question}"
    yield f"\ufeff{question}"
    yield f"[{question}]"
    yield question.replace("{", "{,", 1)
    yield question.replace(",", ",,", 1)
    yield from ("", " ", "null", "true", "5", '"x"', "[]", "{}", "{", '{"a"}', "nul")


def doubtful(question: str) -> list[str]:
    """Texts that are, are not, or are just about JSON, from the text of a sound question."""
    return list(dict.fromkeys(_raw(question)))
