"""Moving everything to a standby that carries nothing yet: Azure cannot know how it is, the other clouds can."""

from __future__ import annotations

import pytest

from tests.contract.clouds.test_failover_route import Bench, bench
from workflow.model.errors import Rejected

__all__ = ["bench"]


def test_everything_moves_to_an_idle_standby_that_is_well_where_the_cloud_watches_it(bench: Bench) -> None:
    zone = bench.routes.create("acme")
    if bench.routes.cloud == "azure":
        with pytest.raises(Rejected, match="cannot be known"):
            bench.move(zone)
        assert bench.routes.weights(zone) == bench.weights(100, 0)
        return
    made = bench.move(zone)
    assert (made.after, made.health) == (bench.weights(0, 100), "healthy")
    assert bench.routes.weights(zone) == bench.weights(0, 100)


def test_nothing_moves_to_an_idle_standby_that_is_ill(bench: Bench) -> None:
    zone = bench.routes.create("acme")
    bench.routes.sicken(bench.routes.new)
    with pytest.raises(Rejected, match="cannot be known" if bench.routes.cloud == "azure" else "unhealthy"):
        bench.move(zone)
    assert bench.routes.weights(zone) == bench.weights(100, 0)


@pytest.mark.parametrize("bench", ["azure"], indirect=True)
def test_the_refusal_on_azure_says_what_to_do_and_that_works(bench: Bench) -> None:
    zone = bench.routes.create("acme")
    with pytest.raises(Rejected) as refused:
        bench.move(zone)
    assert "does not probe a disabled endpoint" in refused.value.message
    assert refused.value.remedy.startswith(
        "Move 1 per cent to it with `force`, wait until get_health of the route is healthy, then move the rest."
    )

    assert bench.move(zone, "a" * 40, weight=1, force=True).after == bench.weights(99, 1)
    assert bench.health(zone) == "healthy"
    made = bench.move(zone, "b" * 40)
    assert (made.after, made.health) == (bench.weights(0, 100), "healthy")
    assert bench.routes.weights(zone) == bench.weights(0, 100)


@pytest.mark.parametrize("bench", ["azure"], indirect=True)
def test_a_standby_on_azure_that_proves_ill_under_its_first_clients_gets_no_more(bench: Bench) -> None:
    zone = bench.routes.create("acme")
    bench.routes.sicken(bench.routes.new)
    bench.move(zone, "a" * 40, weight=1, force=True)
    assert bench.health(zone) == "unhealthy"
    with pytest.raises(Rejected, match="unhealthy"):
        bench.move(zone, "b" * 40)
    assert bench.routes.weights(zone) == bench.weights(99, 1)
