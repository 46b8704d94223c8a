"""get_cost_estimate, on every cloud."""

from __future__ import annotations

import pytest

from tests.contract.clouds.conformance import SLOW_MS, Reads
from tests.contract.clouds.world import World


class TestGetCostEstimate(Reads):
    """The tool's cases. It answers from the price file: the cloud is not asked, whatever befalls it."""

    tool = "get_cost_estimate"

    @pytest.mark.parametrize("kind", ["throttle", "no_permission"])
    def test_a_refusal_has_its_error_and_changes_nothing(self, world: World, kind: str) -> None:
        world.fault(kind)
        assert world.perform(self.tool, self.arguments(world)).offers

    def test_a_cloud_that_does_not_answer_in_time_may_be_asked_again(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clients = world.impatient(monkeypatch)
        world.fault("latency", latency_ms=SLOW_MS)
        assert world.perform(self.tool, self.arguments(world), clients=clients).offers

    def test_a_machine_that_is_not_there_has_no_offer(self, world: World) -> None:
        found = world.perform(self.tool, {**self.arguments(world), "machine": "no-such-machine"})
        assert (found.offers, found.matched) == ((), 0)
