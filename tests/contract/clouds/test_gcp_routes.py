"""Moves of traffic in Cloud DNS: a move that is told of has been made, whoever else moves at that moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from infra.local.gcp.metadata import PROJECT
from mcp_handlers.gcp import failover_route
from mcp_handlers.tools.failover_route import TOOL, Input, Output
from tests.contract.clouds.gcp_cloud import LocalGcp
from tests.contract.clouds.route_clouds import NAME, GcpRoutes
from workflow.model.errors import NotFound, OutcomeUnknown, Rejected, Throttled, TollgateError

KEY = "0" * 40
ZONE = f"/dns/v1/projects/{PROJECT}/managedZones/shop-zone"
OLD, NEW = GcpRoutes.old, GcpRoutes.new


@pytest.fixture
def routes(gcp: LocalGcp) -> GcpRoutes:
    """A zone whose one route is weighted with 100 and 50."""
    judge = GcpRoutes(gcp)
    assert judge.create("acme", 50) == "shop-zone"
    return judge


def asked(**wanted: Any) -> Input:
    ends = {"from_target": OLD, "to_target": NEW, "tenant": "acme"}
    return Input(**{"region": GcpRoutes.region, "zone": "shop-zone", "record": NAME, **ends, **wanted})


def move(gcp: LocalGcp, key: str = KEY, **wanted: Any) -> Output:
    return failover_route.call(asked(**wanted), gcp.connect(), key)


def records(gcp: LocalGcp) -> dict[str, dict[str, Any]]:
    """The zone's records by type."""
    listed = gcp.http.get(f"{ZONE}/rrsets").raise_for_status().json()["rrsets"]
    return {one["type"]: one for one in listed}


def weigh(gcp: LocalGcp, old: float, new: float) -> None:
    """Set the weights by hand."""
    record = records(gcp)["A"]
    items = [{**item, "weight": weight} for item, weight in zip(_items(record), (old, new), strict=True)]
    changed = {**record, "routingPolicy": {"wrr": {"items": items}}}
    body = {"deletions": [record], "additions": [changed]}
    gcp.http.post(f"{ZONE}/changes", json=body).raise_for_status()


def _items(record: dict[str, Any]) -> list[dict[str, Any]]:
    return list(record["routingPolicy"]["wrr"]["items"])


@pytest.mark.parametrize("callers", [5, 15])
def test_moves_of_different_effects_at_once_are_all_made_one_after_the_other(
    gcp: LocalGcp, routes: GcpRoutes, callers: int
) -> None:
    keys = [f"{number:040x}" for number in range(callers)]
    with ThreadPoolExecutor(callers) as pool:
        made = list(pool.map(lambda key: move(gcp, key, weight=10), keys))

    in_turn = sorted(made, key=lambda one: -one.before[OLD])
    assert in_turn[0].before == {OLD: 100, NEW: 50}
    assert [one.before for one in in_turn[1:]] == [one.after for one in in_turn[:-1]]
    assert routes.weights("shop-zone") == in_turn[-1].after


def test_moves_of_one_effect_at_once_are_one(gcp: LocalGcp, routes: GcpRoutes) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: move(gcp, weight=10), range(8)))
    assert (made, routes.weights("shop-zone")) == ([made[0]] * 8, {OLD: 90, NEW: 60})


def test_an_earlier_effect_is_answered_again_after_a_later_one_has_moved_on(gcp: LocalGcp, routes: GcpRoutes) -> None:
    first, second = move(gcp, "a" * 40, weight=50), move(gcp, "b" * 40, weight=50)
    assert (move(gcp, "a" * 40, weight=50), move(gcp, "b" * 40, weight=50)) == (first, second)
    assert routes.weights("shop-zone") == second.after == {OLD: 25, NEW: 125}


def test_a_move_that_was_refused_is_made_from_where_another_has_left_the_weights(
    gcp: LocalGcp, routes: GcpRoutes
) -> None:
    routes.fault("throttle", operation=routes.change, times=1)
    with pytest.raises(Throttled):
        move(gcp, weight=50)
    weigh(gcp, 40, 110)

    made = move(gcp, weight=50)
    assert (made.before, made.after) == ({OLD: 40, NEW: 110}, {OLD: 20, NEW: 130})
    assert routes.weights("shop-zone") == made.after


@pytest.mark.parametrize(("fault", "raised"), [("throttle", Throttled), ("lost", OutcomeUnknown)])
@pytest.mark.parametrize(("old", "new"), [(0.33333, 0.66667), (1 / 3, 2 / 3), (0.5004, 999.4996)])
def test_weights_finer_than_a_thousandth_are_moved_once_and_set_back_exactly(
    gcp: LocalGcp, routes: GcpRoutes, old: float, new: float, fault: str, raised: type[TollgateError]
) -> None:
    weigh(gcp, old, new)
    routes.fault(fault, operation=routes.change, times=1)
    with pytest.raises(raised):
        move(gcp, weight=50)
    made = move(gcp, weight=50)
    assert made.before == {OLD: old, NEW: new}
    assert routes.weights("shop-zone") == made.after != made.before

    assert TOOL.undo is not None
    (undo,) = TOOL.undo(asked(weight=50), made)
    undone = failover_route.call(Input.model_validate(undo.arguments), gcp.connect(), "e" * 40)
    assert routes.weights("shop-zone") == undone.after == {OLD: old, NEW: new}


def test_a_failover_of_a_fine_share_is_set_back_exactly(gcp: LocalGcp) -> None:
    routes = GcpRoutes(gcp)
    routes.failover("acme")
    record = records(gcp)["A"]
    policy = {"primaryBackup": {**record["routingPolicy"]["primaryBackup"], "trickleTraffic": 0.0123456}}
    body = {"deletions": [record], "additions": [{**record, "routingPolicy": policy}]}
    gcp.http.post(f"{ZONE}/changes", json=body).raise_for_status()
    ends = {"from_target": "primary", "to_target": "backup", "weight": 30}
    made = move(gcp, **ends)

    assert made.before == {"primary": 98.76544, "backup": 1.23456}
    assert TOOL.undo is not None
    (undo,) = TOOL.undo(asked(**ends), made)
    failover_route.call(Input.model_validate(undo.arguments), gcp.connect(), "e" * 40)
    assert records(gcp)["A"]["routingPolicy"] == policy


def test_the_latest_twenty_moves_are_remembered_in_a_record_of_their_own(gcp: LocalGcp, routes: GcpRoutes) -> None:
    move(gcp, f"{0:040x}", weight=1)
    noted = records(gcp)["TXT"]
    body = {"deletions": [noted], "additions": [{**noted, "rrdatas": ['"by hand"', *noted["rrdatas"]]}]}
    gcp.http.post(f"{ZONE}/changes", json=body).raise_for_status()
    made = [move(gcp, f"{number:040x}", weight=1) for number in range(21)]

    kept = records(gcp)["TXT"]
    assert (len(kept["rrdatas"]), kept["name"].partition("-route-")[0]) == (20, "_tollgate")
    assert kept["name"].endswith(".example.com.")
    assert [move(gcp, f"{number:040x}", weight=1) for number in range(1, 21)] == made[1:]
    assert routes.weights("shop-zone") == made[-1].after


def test_a_route_is_not_left_without_any_weight(gcp: LocalGcp, routes: GcpRoutes) -> None:
    with pytest.raises(Rejected, match=f"no target of {NAME} would carry anything"):
        move(gcp, weights={OLD: 0, NEW: 0})
    with pytest.raises(NotFound):
        move(gcp, weights={OLD: 0, "third": 1})
    assert routes.weights("shop-zone") == {OLD: 100, NEW: 50}
