"""The old place serves until the new one is well and has the traffic; whatever fails takes the new one away again."""

import pytest

from tests.fakes.deployments import NOW, TERMS, found, standing
from tests.fakes.moving import Moving
from workflow.model.decision import Decision, Violation
from workflow.model.deployment import Saving
from workflow.model.errors import CloudDown, InHand, Rejected
from workflow.model.reevaluation import Reevaluation
from workflow.model.run import Run
from workflow.model.workload import Request, Workload
from workflow.reevaluate.carry import carry_out
from workflow.reevaluate.moves import cutover, pinned, request_of

ROUTE = {
    "tenant": "acme", "project": "default", "cloud": "aws", "region": "us-east-1", "zone": "Z1",
    "record": "wiki.example.com", "type": "A", "targets": {"aws": "old", "gcp": "new"},
}  # fmt: skip
ROUTED = Reevaluation.model_validate({**TERMS.model_dump(), "routes": [ROUTE]})
ASKED = Decision(
    verdict="ask", violations=(Violation(code="RISK_NETWORK", message="m", remedy="r"),), revision="p", input_digest="d"
)
MOVED, RELEASED = ("failover_route", "move-traffic"), ("release_resource", "release-0")
BACK = ("release_resource", "back-0")


async def carried(moving: Moving, terms: Reevaluation = ROUTED) -> Saving:
    """What one round comes to."""
    seen, saving = standing(open=found(state="moving")), found(state="moving")
    request, work = request_of(seen.deployment, saving.id, terms, NOW), pinned(seen.work, saving)
    return await carry_out(moving.context, moving.conduct, request, work, cutover(seen, saving, terms), saving)


async def test_traffic_moves_before_the_old_place_is_released() -> None:
    moving = Moving()
    assert (await carried(moving)).state == "taken"
    assert moving.called == [MOVED, RELEASED]


async def test_without_a_record_the_old_place_is_released_as_soon_as_the_new_one_is_well() -> None:
    moving = Moving()
    assert (await carried(moving, TERMS)).state == "taken"
    assert moving.called == [RELEASED]


@pytest.mark.parametrize("state", ["failed", "denied"])
async def test_a_new_place_that_does_not_come_up_leaves_the_old_one_alone(state: str) -> None:
    moving = Moving(state=state)
    came = await carried(moving)
    assert (came.state, came.reason, moving.called) == ("refused", "UNHEALTHY: Ill.", [])


async def test_a_run_that_waits_for_people_is_waited_for() -> None:
    moving = Moving(state="waiting")
    came = await carried(moving)
    assert (came.state, came.reason, moving.called) == ("moving", "Run m1 waits for somebody's approval.", [])


async def test_a_run_in_another_hand_is_left_there() -> None:
    class Busy(Moving):
        async def conduct(self, request: Request, work: Workload) -> Run:
            raise InHand("Another process goes on with run m1.")

    moving = Busy()
    came = await carried(moving)
    assert (came.state, came.reason) == ("moving", "Another process goes on with run m1.")


@pytest.mark.parametrize("health", ["unhealthy", "pending", "gone"])
async def test_a_new_place_that_is_not_well_any_more_gets_no_traffic_and_nothing_is_released(health: str) -> None:
    moving = Moving(health=health)
    came = await carried(moving)
    assert (came.state, came.reason, moving.called) == ("moving", f"instance n1 is {health}: d", [])


async def test_traffic_that_cannot_be_moved_takes_the_new_place_away_again() -> None:
    moving = Moving(says={"failover_route": Rejected("No.")})
    came = await carried(moving)
    assert (came.state, came.reason, moving.called) == ("refused", "REJECTED: No.", [MOVED, BACK])


async def test_what_began_to_be_taken_away_never_gets_traffic() -> None:
    moving = Moving(says={"failover_route": Rejected("No.")})
    await carried(moving)
    moving.says, moving.called = {}, []
    assert (await carried(moving)).state == "refused"
    assert moving.called == [BACK]


@pytest.mark.parametrize("tool", ["failover_route", "release_resource"])
async def test_a_cloud_that_is_away_is_tried_again_in_the_next_round(tool: str) -> None:
    moving = Moving(says={tool: CloudDown("Away.")})
    came = await carried(moving)
    assert (came.state, came.reason) == ("moving", "CLOUD_DOWN: Away.")
    moving.says = {}
    assert (await carried(moving)).state == "taken"
    assert moving.called[-2:] == [MOVED, RELEASED]


@pytest.mark.parametrize("tool", ["failover_route", "release_resource"])
async def test_what_the_gate_asks_about_waits_for_people(tool: str) -> None:
    came = await carried(Moving(says={tool: ASKED}))
    assert (came.state, came.reason) == ("moving", "RISK_NETWORK: m")


async def test_a_release_that_is_refused_for_good_does_not_take_the_new_place_away() -> None:
    moving = Moving(says={"release_resource": Rejected("No.")})
    came = await carried(moving)
    assert (came.state, came.reason, moving.called) == ("moving", "REJECTED: No.", [MOVED, RELEASED])
