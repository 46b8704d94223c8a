"""Moves of one route on AWS and Azure that meet: each starts from what the others left, or is refused."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mcp_handlers.aws import failover_route as aws_route
from mcp_handlers.aws.routes import noting
from mcp_handlers.azure import failover_route as azure_route
from mcp_handlers.tools.failover_route import Input, Output
from tests.contract.clouds.route_clouds import AwsRoutes, AzureRoutes
from workflow.model.errors import OutcomeUnknown, Throttled

KEYS = [letter * 40 for letter in "abcde"]
HANDLERS: dict[str, Any] = {"aws": aws_route, "azure": azure_route}


class Bench:
    """A cloud's route and as many function instances as one likes, each with connections of its own."""

    def __init__(self, cloud: str, local: Any) -> None:
        self.cloud, self.local, self.handler = cloud, local, HANDLERS[cloud]
        self.routes: Any = {"aws": AwsRoutes, "azure": AzureRoutes}[cloud](local)
        self.zone = self.routes.create("acme", 50)

    def clients(self) -> Any:
        return importlib.import_module(f"mcp_handlers.{self.cloud}.client").connect(self.local.environment)

    def move(self, key: str, **wanted: Any) -> Output:
        where = {"region": self.routes.region, "zone": self.zone, "record": self.routes.name, "tenant": "acme"}
        ends = {"from_target": self.routes.old, "to_target": self.routes.new}
        made: Output = self.handler.call(Input(**{**where, **ends, "weight": 10, **wanted}), self.clients(), key)
        return made

    def at_once(self, keys: list[str], patched: pytest.MonkeyPatch) -> list[Output]:
        """What each answers, where none changes anything before all have read."""
        together, waited = threading.Barrier(len(keys)), threading.local()

        def read() -> None:
            if not getattr(waited, "done", False):
                waited.done = True
                together.wait(30)

        self.after_reading(read, patched)
        with ThreadPoolExecutor(len(keys)) as pool:
            return list(pool.map(self.move, keys))

    def after_reading(self, then: Callable[[], None], patched: pytest.MonkeyPatch) -> None:
        """Do `then` whenever the handler has read what the targets carry."""
        weights = self.handler.weights

        def read(found: Any) -> Any:
            said = weights(found)
            then()
            return said

        patched.setattr(self.handler, "weights", read)

    def carried(self) -> dict[str, float]:
        said: dict[str, float] = self.routes.weights(self.zone)
        return said


@pytest.fixture(params=["aws", "azure"])
def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(request.param, request.getfixturevalue(request.param))


def test_five_moves_at_once_start_one_from_what_the_other_left(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    made = sorted(bench.at_once(KEYS, monkeypatch), key=lambda one: -one.before["old"])

    assert [(one.before["old"], one.after["old"]) for one in made] == [
        (100, 90),
        (90, 81),
        (81, 72),
        (72, 64),
        (64, 57),
    ]
    assert bench.carried() == made[-1].after == {"old": 57, "new": 93}


def test_five_calls_of_one_move_at_once_are_one_move(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    made = bench.at_once(KEYS[:1] * 5, monkeypatch)

    assert made == [made[0]] * 5
    assert bench.carried() == made[0].after == {"old": 90, "new": 60}


def test_who_is_never_the_first_is_told_to_try_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever it has read, another move is made."""
    numbers, meddling = iter(range(100)), threading.local()

    def meddle() -> None:
        if not getattr(meddling, "now", False):
            meddling.now, number = True, next(numbers)
            bench.move(f"{number:040d}", weights={"old": 200 - number, "new": 1}, force=True)
            meddling.now = False

    with monkeypatch.context() as meddled:
        bench.after_reading(meddle, meddled)
        with pytest.raises(Throttled):
            bench.move(KEYS[0])
    assert bench.carried() == {"old": 200 - (next(numbers) - 1), "new": 1}


def test_a_move_whose_answer_was_lost_is_known_to_be_done(bench: Bench) -> None:
    bench.routes.fault("lost", operation=bench.routes.change, times=1)
    with pytest.raises(OutcomeUnknown):
        bench.move(KEYS[0])
    assert bench.move(KEYS[0]).after == bench.carried() == {"old": 90, "new": 60}


def test_a_move_that_was_refused_starts_anew_from_what_others_left(bench: Bench) -> None:
    bench.routes.fault("throttle", operation=bench.routes.change, times=1)
    with pytest.raises(Throttled):
        bench.move(KEYS[0])
    bench.move(KEYS[1])
    made = bench.move(KEYS[0])
    assert (made.before, made.after) == ({"old": 90, "new": 60}, {"old": 81, "new": 69})
    assert bench.carried() == made.after


@pytest.mark.parametrize(("name", "said"), [("shop", "_tollgate-a.shop"), ("*.shop", "_tollgate-any-a.shop")])
def test_on_aws_the_note_is_a_record_of_its_own_beside_the_others(aws: Any, name: str, said: str) -> None:
    bench = Bench("aws", aws)
    assert noting(f"{name}.example.com", "A", "told")["ResourceRecordSet"] == {
        "Name": f"{said}.example.com", "Type": "TXT", "TTL": 300, "ResourceRecords": [{"Value": '"told"'}],
    }  # fmt: skip
    bench.move(KEYS[0])
    found = aws.sdk("route53").list_resource_record_sets(HostedZoneId=bench.zone)["ResourceRecordSets"]
    assert [row["Name"] for row in found if row["Type"] == "TXT"] == ["_tollgate-a.shop.example.com."]


def test_the_local_route_53_changes_a_batch_only_if_every_record_is_as_the_batch_says(aws: Any) -> None:
    bench, sdk = Bench("aws", aws), aws.sdk("route53")
    found = sdk.list_resource_record_sets(HostedZoneId=bench.zone)["ResourceRecordSets"]
    old, new = (next(row for row in found if row.get("SetIdentifier") == name) for name in ("old", "new"))

    def batch(*rows: tuple[str, dict[str, Any]]) -> None:
        changes = [{"Action": action, "ResourceRecordSet": row} for action, row in rows]
        sdk.change_resource_record_sets(HostedZoneId=bench.zone, ChangeBatch={"Changes": changes})

    batch(("DELETE", old), ("CREATE", {**old, "Weight": 7}))
    for stale in (old, {**old, "Weight": 7, "TTL": 31}, {**old, "SetIdentifier": "third"}):
        with pytest.raises(sdk.exceptions.InvalidChangeBatch):
            batch(("DELETE", new), ("CREATE", {**new, "Weight": 9}), ("DELETE", stale))
    assert bench.carried() == {"old": 7, "new": 50}
