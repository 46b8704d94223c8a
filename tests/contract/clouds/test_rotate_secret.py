"""rotate_secret on every cloud, judged by the cloud's own SDK."""

from __future__ import annotations

import base64
import importlib
import json
import logging
import traceback
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from importlib.util import find_spec
from typing import Any

import pytest
from pydantic import ValidationError

from functions.registry import cloud_names
from mcp_handlers.gcp import rotation
from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.grant import Grant
from mcp_handlers.tools import get_health, release_resource
from mcp_handlers.tools.rotate_secret import ALPHABET, TOOL, Input, Output
from policies.engine.bundle import PACKAGED
from tests.contract.clouds.secret_clouds import FIRST, AwsSecrets, AzureSecrets, GcpSecrets, SecretStore
from tests.fakes.world import ADA, World, call
from workflow.model.base import digest
from workflow.model.errors import (
    CloudDown,
    NotFound,
    Rejected,
    Throttled,
    TollgateError,
)
from workflow.model.resource import Resource

KEY = "0123456789abcdef0123456789abcdef01234567"
NAME = "db-password"


@dataclass(frozen=True)
class Bench:
    """A cloud's handlers beside its judge, with one secret of tenant acme."""

    store: SecretStore
    environment: dict[str, str]
    clients: Any
    first: str

    def handler(self, tool: str) -> Any:
        return importlib.import_module(f"mcp_handlers.{self.store.cloud}.{tool}").call

    def rotate(self, key: str = KEY, **wanted: Any) -> Output:
        asked = Input(**{"region": self.store.region, "secret": NAME, "tenant": "acme", **wanted})
        made: Output = self.handler("rotate_secret")(asked, self.clients, key)
        return made

    def health(self, name: str = NAME, tenant: str = "acme") -> str:
        asked = get_health.Input(resource=self.resource(name), tenant=tenant)
        return str(self.handler("get_health")(asked, self.clients, "").health.status)

    def resource(self, name: str = NAME) -> Resource:
        return Resource(cloud=self.store.cloud, kind="secret", id=name, region=self.store.region)


STORES = {"aws": AwsSecrets, "azure": AzureSecrets, "gcp": GcpSecrets}


@pytest.fixture(params=cloud_names())
def bench(request: pytest.FixtureRequest) -> Bench:
    cloud = request.param
    local = request.getfixturevalue(cloud)
    store: Any = STORES[cloud](local)
    connect = importlib.import_module(f"mcp_handlers.{cloud}.client").connect
    environment = local.environment
    return Bench(store, environment, connect(environment), store.create(NAME, "acme"))


def test_a_new_version_is_current_and_the_old_one_stays_usable(bench: Bench) -> None:
    before = datetime.now(UTC)
    made = bench.rotate(length=40, grace_hours=2)

    version, value = bench.store.current(NAME)
    assert (made.resource, made.version, made.previous) == (bench.resource(), version, bench.first)
    assert len(value) == 40
    assert set(value) <= set(ALPHABET)
    assert bench.store.versions(NAME) == {bench.first: FIRST, version: value}
    assert made.previous_valid_until is not None
    assert abs(made.previous_valid_until - before - timedelta(hours=2)) < timedelta(minutes=2)
    assert bench.health() == "healthy"


def test_the_old_version_is_awsprevious(aws: Any) -> None:
    store = AwsSecrets(aws)
    first = store.create(NAME, "acme")
    made = Bench(store, {}, aws.clients(), first).rotate()
    assert store.stages(NAME) == {first: ["AWSPREVIOUS"], made.version: ["AWSCURRENT"]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"region": "Not A Region"},
        {"secret": ""},
        {"secret": "../other"},
        {"secret": "a" * 128},
        {"tenant": "ACME!"},
        {"length": 15},
        {"length": 129},
        {"grace_hours": -1},
        {"grace_hours": 169},
        {"restore": "../1"},
        {"restore": "1", "finish": True},
        {"value": "mine"},
    ],
    ids=str,
)
def test_each_field_is_held_to_its_bounds(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Input(**{"region": "eu-west-1", "secret": NAME, "tenant": "acme", **wrong})


def test_a_rotation_that_another_followed_is_not_done_again(bench: Bench) -> None:
    made, next_one = bench.rotate(), bench.rotate("f" * 40)
    assert next_one.previous == made.version
    assert bench.rotate() == made
    assert bench.store.current(NAME)[0] == next_one.version
    assert set(bench.store.versions(NAME)) == {bench.first, made.version, next_one.version}


def test_without_a_grace_the_old_version_is_disabled_at_once(bench: Bench) -> None:
    made = bench.rotate(grace_hours=0)
    assert bench.store.versions(NAME)[bench.first] is None
    assert bench.store.current(NAME)[0] == made.version
    assert bench.health() == "healthy"


def wait(bench: Bench, patched: pytest.MonkeyPatch, hours: int) -> None:
    """Let so many hours pass since now, for this cloud's handlers."""

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(hours=hours)

    for name in ("rotate_secret", "secrets", "rotation"):
        module = f"mcp_handlers.{bench.store.cloud}.{name}"
        if find_spec(module) is not None:
            patched.setattr(f"{module}.datetime", Later)


def test_finish_disables_what_is_past_its_grace_and_nothing_else(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    one = bench.rotate(grace_hours=1)
    two = bench.rotate("f" * 40, grace_hours=10)
    all_usable = bench.store.versions(NAME)
    assert None not in all_usable.values()
    finished = Output(resource=bench.resource(), version=two.version)

    assert bench.rotate("e" * 40, finish=True) == finished
    assert bench.store.versions(NAME) == all_usable

    wait(bench, monkeypatch, 2)
    assert bench.store.versions(NAME) == all_usable, "nothing but a call disables a version"
    assert bench.rotate("d" * 40, finish=True) == finished
    assert bench.store.versions(NAME) == {**all_usable, bench.first: None}

    wait(bench, monkeypatch, 11)
    assert bench.rotate("c" * 40, finish=True) == finished
    assert bench.store.versions(NAME) == {**all_usable, bench.first: None, one.version: None}
    assert bench.store.current(NAME)[0] == two.version
    assert bench.health() == "healthy"


def test_the_next_rotation_disables_what_is_past_its_grace(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    one = bench.rotate(grace_hours=1)
    wait(bench, monkeypatch, 2)
    two = bench.rotate("f" * 40, grace_hours=10)

    usable = [version for version, value in bench.store.versions(NAME).items() if value is not None]
    assert sorted(usable) == sorted([one.version, two.version])
    with pytest.raises(Rejected, match="grace"):
        bench.rotate("e" * 40, restore=bench.first)
    assert bench.store.current(NAME)[0] == two.version


def test_undo_brings_the_old_value_back(bench: Bench) -> None:
    asked = Input(region=bench.store.region, secret=NAME, tenant="acme", grace_hours=3)
    made = bench.rotate(grace_hours=3)
    assert TOOL.undo is not None
    (undo,) = TOOL.undo(asked, made)

    assert undo.tool == "rotate_secret"
    undone = bench.rotate("c" * 40, **undo.arguments)
    assert bench.store.current(NAME) == (undone.version, FIRST)
    assert undone.previous == made.version
    assert bench.rotate("c" * 40, **undo.arguments) == undone
    assert bench.store.current(NAME) == (undone.version, FIRST)


def test_what_had_no_grace_or_nothing_before_it_cannot_be_undone() -> None:
    assert TOOL.undo is not None
    asked = Input(region="eu-west-1", secret=NAME, tenant="acme", grace_hours=0)
    made = Output(resource=Resource(cloud="aws", kind="secret", id=NAME, region="eu-west-1"), version="2", previous="1")
    assert TOOL.undo(asked, made) == []
    assert TOOL.undo(asked.model_copy(update={"grace_hours": 1}), made.model_copy(update={"previous": ""})) == []


def test_a_version_whose_grace_is_over_is_not_restored(bench: Bench) -> None:
    made = bench.rotate(grace_hours=0)
    with pytest.raises(Rejected, match="grace"):
        bench.rotate("b" * 40, restore=bench.first)
    assert bench.store.current(NAME)[0] == made.version


def test_a_version_that_never_was_is_not_found(bench: Bench) -> None:
    with pytest.raises(NotFound):
        bench.rotate(restore="99")
    assert set(bench.store.versions(NAME)) == {bench.first}


@pytest.mark.parametrize("wanted", [{"secret": "nothing"}, {"tenant": "rival"}, {"secret": "a/b"}], ids=str)
def test_what_is_not_there_or_anothers_is_not_found(bench: Bench, wanted: dict[str, str]) -> None:
    with pytest.raises(NotFound):
        bench.rotate(**wanted)
    assert bench.store.versions(NAME) == {bench.first: FIRST}


def test_health_tells_what_is_gone_and_hides_what_is_anothers(bench: Bench) -> None:
    assert bench.health("nothing") == "gone"
    with pytest.raises(NotFound):
        bench.health(tenant="rival")


def test_a_secret_is_not_released(bench: Bench) -> None:
    asked = release_resource.Input(resource=bench.resource(), tenant="acme")
    with pytest.raises(Rejected, match="did not create"):
        bench.handler("release_resource")(asked, bench.clients, KEY)
    assert bench.store.current(NAME)[1] == FIRST


@pytest.mark.parametrize(("kind", "raised"), [("throttle", Throttled), ("cloud_down", CloudDown)])
def test_trouble_is_told_apart_and_leaves_the_secret_alone(
    bench: Bench, kind: str, raised: type[TollgateError]
) -> None:
    bench.store.fault(kind)
    with pytest.raises(raised):
        bench.rotate()


def test_a_version_that_was_made_and_not_written_down_is_found_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the cloud's yes and the call's last step, the process dies."""
    monkeypatch.setattr(rotation, "CLAIM_SECONDS", 0.2)
    handler = importlib.import_module(f"mcp_handlers.{bench.store.cloud}.rotate_secret")
    last = {"aws": (handler, "_promote"), "azure": (handler, "_retire"), "gcp": (rotation, "complete")}
    module, name = last[bench.store.cloud]
    with monkeypatch.context() as dying:
        dying.setattr(module, name, _die)
        with pytest.raises(KeyboardInterrupt):
            bench.rotate()
    made = bench.rotate()
    assert set(bench.store.versions(NAME)) == {bench.first, made.version}
    assert (bench.store.current(NAME)[0], made.previous) == (made.version, bench.first)


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def told_of(values: list[str], text: str) -> list[str]:
    """The values that stand in a text, as they are or encoded."""
    return [value for value in values if any(one in text for one in spelt(value))]


def spelt(value: str) -> list[str]:
    """A value as it may stand in a text."""
    return [value, base64.b64encode(value.encode()).decode(), json.dumps(value), value.encode().hex()]


async def told(bench: Bench, number: int, **wanted: Any) -> str:
    """What the kernel answers to a rotation that it has leave for."""
    world, cloud = World(), bench.store.cloud
    handler = bench.handler("rotate_secret")
    function = replace(world.function(TOOL), cloud=cloud, handler=handler, clients=lambda: bench.clients)
    asked = {"region": bench.store.region, "secret": NAME, "tenant": "acme", **wanted}
    exact = Input.model_validate(asked).model_dump(mode="json")
    grant = Grant(
        tool=TOOL.name, cloud=cloud, arguments_digest=digest(exact), principal=ADA, run="r1", step=str(number),
        key=f"{number}" * 40, decision="d" * 64, revision=world.gate.revision,
    )  # fmt: skip
    headers = world.headers(TOOL.name, asked, grant=grant, plane=cloud)
    return (await Endpoint(function).rpc(headers, call(TOOL.name, asked))).body.decode()


@pytest.fixture
def values(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every value that a call was given to put into a store, whatever became of it there."""
    given: list[str] = []
    make = Input.value

    def value(wanted: Input) -> str:
        given.append(make(wanted))
        return given[-1]

    monkeypatch.setattr(Input, "value", value)
    return given


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Every message with its arguments and its traceback, and the exceptions as they were raised."""
    plain = logging.Formatter()
    return "\n".join(f"{plain.format(record)} {record.args} {record.__dict__}" for record in caplog.records)


async def test_the_value_never_leaves_the_function(
    bench: Bench, values: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Through the whole kernel, with everything that can be logged logged."""
    caplog.set_level(logging.DEBUG)
    said = await told(bench, 0) + await told(bench, 1) + await told(bench, 2, restore=bench.first)

    assert said.count("previous_valid_until") > 2
    assert len(values) == 2
    assert told_of([*values, FIRST], said + logged(caplog)) == []
    assert {value for value in bench.store.versions(NAME).values() if value} == {*values, FIRST}


@pytest.mark.parametrize("kind", ["throttle", "no_permission", "cloud_down", "error", "lost"])
async def test_a_value_that_was_refused_or_whose_answer_was_lost_is_told_nowhere(
    bench: Bench, values: list[str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """It may be in the store all the same, or be put there by the next try."""
    monkeypatch.setattr(rotation, "CLAIM_SECONDS", 0.2)
    caplog.set_level(logging.DEBUG)
    bench.store.fault(kind, operation=bench.store.add)
    with pytest.raises(TollgateError) as refused:
        bench.rotate("0" * 40)
    raised = "".join(traceback.format_exception(refused.value)) + refused.value.remedy
    said = await told(bench, 0)

    # After an answer that was lost, the same call finds what was done.
    assert ("previous_valid_until" if kind == "lost" else "tollgate/error") in said
    assert values
    assert told_of(values, raised + said + logged(caplog)) == []


def test_only_those_who_run_things_rotate_secrets() -> None:
    entitled = json.loads((PACKAGED / "data" / "roles" / "data.json").read_text(encoding="utf-8"))
    may = [role for role, rights in entitled.items() if any(TOOL.name in right["tools"] for right in rights)]
    assert may == ["operator", "admin"]
