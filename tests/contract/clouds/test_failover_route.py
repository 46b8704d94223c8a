"""failover_route on every cloud, judged by the cloud's own SDK."""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.registry import cloud_names
from mcp_handlers.tools import get_health, release_resource
from mcp_handlers.tools.failover_route import TOOL, Input, Output, moved, note, recalled
from policies.engine.bundle import PACKAGED
from tests.contract.clouds.route_clouds import AwsRoutes, AzureRoutes, GcpRoutes, Routes
from workflow.model.errors import CloudDown, NotFound, Rejected, Throttled, TollgateError
from workflow.model.resource import Resource

KEY = "0123456789abcdef0123456789abcdef01234567"
ASKED = {
    "region": "eu-west-1", "zone": "Z1", "record": "shop.example.com", "tenant": "acme", "from_target": "old",
    "to_target": "new",
}  # fmt: skip


@dataclass(frozen=True)
class Bench:
    """A cloud's handlers beside its judge."""

    routes: Routes
    clients: Any

    def handler(self, tool: str) -> Any:
        return importlib.import_module(f"mcp_handlers.{self.routes.cloud}.{tool}").call

    def asked(self, zone: str, **wanted: Any) -> Input:
        ends = {"from_target": self.routes.old, "to_target": self.routes.new}
        where = {"region": self.routes.region, "zone": zone, "record": self.routes.name, "tenant": "acme"}
        return Input(**{**where, **ends, **wanted})

    def move(self, zone: str, key: str = KEY, **wanted: Any) -> Output:
        made: Output = self.handler("failover_route")(self.asked(zone, **wanted), self.clients, key)
        return made

    def resource(self, zone: str) -> Resource:
        route = f"{zone}/{self.routes.name}/A"
        return Resource(cloud=self.routes.cloud, kind="route", id=route, region=self.routes.region)

    def health(self, zone: str, tenant: str = "acme") -> str:
        asked = get_health.Input(resource=self.resource(zone), tenant=tenant)
        return str(self.handler("get_health")(asked, self.clients, "").health.status)

    def weights(self, old: float, new: float) -> dict[str, float]:
        return {self.routes.old: old, self.routes.new: new}


JUDGES = {"aws": AwsRoutes, "azure": AzureRoutes, "gcp": GcpRoutes}


@pytest.fixture(params=cloud_names())
def bench(request: pytest.FixtureRequest) -> Bench:
    cloud = request.param
    local = request.getfixturevalue(cloud)
    judge: Any = JUDGES[cloud](local)
    return Bench(judge, importlib.import_module(f"mcp_handlers.{cloud}.client").connect(local.environment))


def test_everything_moves_to_a_healthy_target(bench: Bench) -> None:
    zone = bench.routes.create("acme", 50)
    made = bench.move(zone)
    assert made == Output(
        resource=bench.resource(zone), before=bench.weights(100, 50), after=bench.weights(0, 150), health="healthy"
    )
    assert bench.routes.weights(zone) == bench.weights(0, 150)
    assert bench.health(zone) == "healthy"


def test_a_part_moves(bench: Bench) -> None:
    zone = bench.routes.create("acme", 50)
    assert bench.move(zone, weight=25).after == bench.weights(75, 75)
    assert bench.routes.weights(zone) == bench.weights(75, 75)


@pytest.mark.parametrize(
    "wrong",
    [
        {"region": "Nowhere Land"},
        {"zone": "../other"},
        {"record": "shop/example"},
        {"type": "TXT"},
        {"tenant": "ACME!"},
        {"from_target": ""},
        {"to_target": "\n"},
        {"weight": 0},
        {"weight": 101},
        {"weights": {"old": -1}},
        {"weights": {"old": 1001}},
        {"weights": {"old": float("nan")}},
        {"force": "perhaps"},
        {"unheard": 1},
    ],
    ids=str,
)
def test_each_field_is_held_to_its_bounds(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Input(**{**ASKED, **wrong})


def test_the_same_call_again_is_the_same_answer_and_moves_nothing_more(bench: Bench) -> None:
    zone = bench.routes.create("acme", 50)
    made = bench.move(zone, weight=50)
    assert bench.move(zone, weight=50) == made
    assert bench.routes.weights(zone) == made.after == bench.weights(50, 100)


def test_another_key_moves_on_from_there(bench: Bench) -> None:
    zone = bench.routes.create("acme", 50)
    bench.move(zone, weight=50)
    assert bench.move(zone, "f" * 40, weight=50).before == bench.weights(50, 100)
    assert bench.routes.weights(zone) == bench.weights(25, 125)


def test_an_unhealthy_target_gets_nothing_unless_forced(bench: Bench) -> None:
    zone = bench.routes.create("acme", 50)
    bench.routes.sicken(bench.routes.new)
    with pytest.raises(Rejected, match="unhealthy") as refused:
        bench.move(zone)
    assert "force" in refused.value.remedy
    assert bench.routes.weights(zone) == bench.weights(100, 50)
    assert bench.health(zone) == "unhealthy"

    assert bench.move(zone, force=True).health == "unhealthy"
    assert bench.routes.weights(zone) == bench.weights(0, 150)


def test_undo_sets_exactly_what_was_before_whatever_the_old_targets_health(bench: Bench) -> None:
    zone = bench.routes.create("acme", 50)
    asked = bench.asked(zone, weight=33)
    made = bench.move(zone, weight=33)
    assert TOOL.undo is not None
    (undo,) = TOOL.undo(asked, made)
    bench.routes.sicken(bench.routes.old)

    undone = bench.move(key="e" * 40, **undo.arguments)
    assert (undo.tool, undone.before, undone.after) == ("failover_route", made.after, made.before)
    assert bench.routes.weights(zone) == bench.weights(100, 50)


def test_a_failover_route_fails_over_and_back(bench: Bench) -> None:
    zone = bench.routes.failover("acme")
    ends = {"from_target": "primary", "to_target": "backup"} if bench.routes.cloud == "gcp" else {}
    first = bench.routes.serving(zone)
    made = bench.move(zone, **ends)
    assert sorted(made.after.values()) == [0, 100]
    assert bench.routes.serving(zone) != first

    assert TOOL.undo is not None
    (undo,) = TOOL.undo(bench.asked(zone, **ends), made)
    bench.move(key="d" * 40, **undo.arguments)
    assert bench.routes.serving(zone) == first


def test_half_a_failover_is_refused_where_there_is_no_such_thing(bench: Bench) -> None:
    zone = bench.routes.failover("acme")
    if bench.routes.cloud == "gcp":
        assert bench.move(zone, from_target="primary", to_target="backup", weight=30).after["backup"] == 30
    else:
        with pytest.raises(Rejected, match="carries everything"):
            bench.move(zone, weight=30)
        assert bench.routes.serving(zone) == "old"


@pytest.mark.parametrize(
    "wanted",
    [{"zone": "Znone"}, {"record": "other.example.com"}, {"to_target": "third"}, {"tenant": "rival"}],
    ids=str,
)
def test_what_is_not_there_or_anothers_is_not_found(bench: Bench, wanted: dict[str, str]) -> None:
    zone = bench.routes.create("acme", 50)
    with pytest.raises(NotFound):
        bench.move(**{"zone": zone, **wanted})
    assert bench.routes.weights(zone) == bench.weights(100, 50)


def test_what_carries_nothing_cannot_be_moved(bench: Bench) -> None:
    zone = bench.routes.create("acme")
    ends = {"from_target": bench.routes.new, "to_target": bench.routes.old}
    with pytest.raises(Rejected, match="carries nothing"):
        bench.move(zone, **ends)


def test_health_of_what_is_gone_and_of_anothers(bench: Bench) -> None:
    zone = bench.routes.create("acme", 50)
    resource = bench.resource(zone).model_copy(update={"id": f"{zone}/gone.example.com/A"})
    asked = get_health.Input(resource=resource, tenant="acme")
    assert bench.handler("get_health")(asked, bench.clients, "").health.status == "gone"
    with pytest.raises(NotFound):
        bench.health(zone, "rival")


def test_a_route_is_not_released(bench: Bench) -> None:
    zone = bench.routes.create("acme", 50)
    asked = release_resource.Input(resource=bench.resource(zone), tenant="acme")
    with pytest.raises(Rejected, match="did not create"):
        bench.handler("release_resource")(asked, bench.clients, KEY)


@pytest.mark.parametrize(("kind", "raised"), [("throttle", Throttled), ("cloud_down", CloudDown)])
def test_trouble_is_told_apart(bench: Bench, kind: str, raised: type[TollgateError]) -> None:
    zone = bench.routes.create("acme", 50)
    bench.routes.fault(kind)
    with pytest.raises(raised):
        bench.move(zone)


def shares(most: int, part: int = 1) -> st.SearchStrategy[dict[str, float]]:
    """What three targets carry."""
    weight = st.integers(0, most * part).map(lambda number: number / part)
    return st.fixed_dictionaries({"old": weight, "new": weight, "third": weight})


@given(shares(5000), st.integers(1, 100))
def test_what_is_moved_is_neither_lost_nor_made(before: dict[str, float], weight: int) -> None:
    wanted = Input(**{**ASKED, "weight": weight})
    try:
        after = moved(wanted, before, most=1000)
    except Rejected:
        assert not before["old"] or before["old"] + before["new"] > 1000
        return
    assert sum(after.values()) == sum(before.values())
    assert after["third"] == before["third"]
    assert after["old"] < before["old"]


WANTED = st.one_of(
    st.builds(lambda weight: {"weight": weight}, st.integers(1, 100)),
    st.builds(lambda weights: {"weights": weights}, st.one_of(shares(1000), shares(1000, 1000))),
)


@given(st.one_of(shares(2000), shares(2000, 1000), shares(3, 100_000)), WANTED, st.sampled_from([1, 0.001]))
def test_what_is_moved_can_be_moved_back(before: dict[str, float], how: dict[str, Any], step: float) -> None:
    wanted = Input(**{**ASKED, **how})
    try:
        after = moved(wanted, before, most=1000, step=step)
    except Rejected:
        return
    assert TOOL.undo is not None
    made = Output(resource=wanted.resource("aws"), before=before, after=after, health="healthy")
    (undo,) = TOOL.undo(wanted, made)
    back = Input.model_validate(undo.arguments)
    assert moved(back, after, most=1000, step=step) == before
    assert max(len(note(back, after, KEY)), len(note(wanted, before, KEY))) <= 63


@pytest.mark.parametrize("before", [{"old": 1500, "new": 0}, {"old": 0.33333, "new": 0.66667}, {"old": 0, "new": 0}])
def test_weights_that_could_not_be_put_back_are_left_alone(before: dict[str, float]) -> None:
    with pytest.raises(Rejected, match="could not be put back") as refused:
        moved(Input(**{**ASKED, "weights": {"old": 1, "new": 2}}), before, most=1000, step=0.001)
    assert "by the cloud's own means" in refused.value.remedy


def test_more_targets_than_an_undo_could_remember_are_left_alone() -> None:
    names = [f"t{number}" for number in range(8)]
    before = dict.fromkeys(["old", "new", *names], 0.0) | {"old": 1.0}
    with pytest.raises(Rejected, match="remembered"):
        moved(Input(**{**ASKED, "weights": dict.fromkeys(names, 999)}), before, most=1000)
    assert moved(Input(**{**ASKED, "weights": dict.fromkeys(names[:7], 999)}), before, most=1000)["t6"] == 999


@given(st.floats(0, 1000), st.floats(0, 1000))
def test_a_note_is_read_back_by_the_same_call_only(old: float, new: float) -> None:
    wanted, before = Input(**ASKED), {"old": round(old, 3), "new": round(new, 3)}
    kept = note(wanted, before, KEY)
    assert recalled(wanted, kept, KEY) == before
    assert recalled(wanted, kept, KEY[::-1]) is None
    assert recalled(wanted, "", KEY) is None


def test_only_those_who_run_things_move_traffic() -> None:
    entitled = json.loads((PACKAGED / "data" / "roles" / "data.json").read_text(encoding="utf-8"))
    may = [role for role, rights in entitled.items() if any(TOOL.name in right["tools"] for right in rights)]
    assert may == ["operator", "admin", "rebalancer"]
    assert TOOL.hints()["destructiveHint"] is True
