"""A run in the middle of its saga: a plan that was partly performed, and the few ports that a rollback needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from functions.registry import contracts
from tests.fakes.clock import FixedClock
from tests.fakes.offers import NOW, ToldTools, a_request, priced
from workflow.deploy.brief import brief
from workflow.deploy.context import Context
from workflow.deploy.failover import terms
from workflow.deploy.rollback import roll_back
from workflow.deploy.state import State, Trouble
from workflow.model.base import Json
from workflow.model.plan import Plan, Step
from workflow.model.resource import Receipt, Resource
from workflow.model.workload import Workload

TAGS = {"tenant": "acme", "project": "p", "run": "r1", "owner": "ada", "environment": "staging"}
BUCKET = Resource(cloud="aws", kind="bucket", id="tg1", region="eu-west-1")
JOB = Resource(cloud="aws", kind="job", id="job1", region="eu-west-1")


def a_step(tool: str, **arguments: Any) -> Step:
    """A step of tool on aws in Ireland, its arguments as its Input has them."""
    wanted = contracts()[tool].input.model_validate({"region": "eu-west-1", "tags": TAGS, **arguments})
    exact = wanted.model_dump(mode="json")
    return Step(name=f"0-{tool}", tool=tool, cloud="aws", arguments=exact, key=f"key-{tool}", cost_cents=1)


STEPS = (
    a_step("create_storage_bucket", name="tg1"),
    a_step("submit_ml_job", machine="m5.large", hours=1, image="acme:1", bucket="tg1"),
)


def a_receipt(step: Step, output: Json, *made: Resource) -> Receipt:
    """What the step left."""
    return Receipt(
        key=step.key, run="r1", step=step.name, tool=step.tool, cloud="aws", arguments_digest="", decision_digest="",
        policy_revision="", output=output, resources=made, started_at=NOW, finished_at=NOW,
    )  # fmt: skip


RECEIPTS = (
    a_receipt(STEPS[0], {"resources": [BUCKET.model_dump(mode="json")], "url": "s3://tg1"}, BUCKET),
    a_receipt(STEPS[1], {"resources": [JOB.model_dump(mode="json")]}, JOB),
)


def failed_state(steps: tuple[Step, ...], receipts: tuple[Receipt, ...], **more: Any) -> State:
    """The checkpoint of an attempt whose plan of `steps` failed after `receipts`."""
    offer = priced(1)
    plan = Plan(run="r1", attempt=0, offer=offer.offer, cost=offer.cost, steps=steps)
    state = {
        "request": a_request().model_dump(mode="json"),
        "plan": plan.model_dump(mode="json"),
        "receipts": [receipt.model_dump(mode="json") for receipt in receipts],
        "trouble": Trouble(code="UNHEALTHY", message="m", remedy="", scope="").model_dump(mode="json"),
        "attempt": 0,
        "brief": brief(Workload(kind="training", hours=1)).model_dump(mode="json"),
        **more,
    }
    return cast(State, state)


@dataclass
class Saga:
    """Rolls back with `tools`. `attempts` are as many as it may have, `told` the journal's kinds,
    `used` the cents that stayed spent, by step."""

    tools: ToldTools
    attempts: int = 1
    told: list[str] = field(default_factory=list)
    used: dict[str, int] = field(default_factory=dict)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))

    @property
    def context(self) -> Context:
        """The ports, as far as a rollback uses them."""
        around = SimpleNamespace(
            contracts=contracts(),
            tools=self.tools,
            store=SimpleNamespace(give_back=self._give_back),
            journal=SimpleNamespace(write=self._write, event=self._event, observer=self.told.append),
            clock=self.clock,
            max_attempts=self.attempts,
            failover=terms(),
            undo_pause=0.0,
        )
        return cast(Context, around)

    async def once(self, state: State) -> State:
        """One pass, and the checkpoint after it."""
        return cast(State, {**state, **await roll_back(self.context, state)})

    async def to_the_end(self, state: State) -> State:
        """Pass after pass, as the graph goes."""
        while (state := await self.once(state))["next"] == "rollback":
            pass
        return state

    async def _give_back(self, used: dict[str, int], events: Any) -> None:
        self.used |= used

    def _event(self, request: Any, kind: str, body: Json) -> str:
        return kind

    async def _write(self, request: Any, kind: str, body: Json) -> None:
        self.told.append(kind)
