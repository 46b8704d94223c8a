"""A tool or a cloud that is switched off: in the control plane at once, for reads, writes and whole plans."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from functions.registry import contract
from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.forward import Forward
from mcp_handlers.kernel.identity import SignedIdentity
from mcp_handlers.tools import create_storage_bucket, get_cost_estimate, get_health, release_resource
from mcp_handlers.tools.contract import Tool
from mcp_handlers.tools.get_cost_estimate import Priced
from tests.fakes.clock import FixedClock
from tests.fakes.gate import ToldGate
from tests.fakes.offers import a_request, an_offer, priced
from tests.fakes.world import ADA, BUCKET, NOW, RESOURCE
from workflow.control.decide import Control
from workflow.control.emergency import LEDGER, Emergency
from workflow.control.front import Front
from workflow.control.pricing import price_of
from workflow.control.rate import Rates, limits
from workflow.control.signing import RingSigner, local_signer
from workflow.control.switches import OFF, switch_off, switch_on
from workflow.deploy.brief import brief
from workflow.deploy.draft import draft
from workflow.deploy.failover import switched_off, wholly_off
from workflow.model.base import Json
from workflow.model.errors import BadRequest, NotFound, StoreAway
from workflow.model.offer import Exclusion
from workflow.model.plan import Cost
from workflow.model.principal import Principal
from workflow.model.switch import Off
from workflow.model.workload import Workload
from workflow.store.store import Store, open_store

NAMES = ("create_storage_bucket", "get_health", "release_resource", "get_cost_estimate", "provision_compute")
ARGUMENTS: dict[str, Json] = {
    "create_storage_bucket": create_storage_bucket.Input.model_validate(BUCKET).model_dump(mode="json"),
    "get_health": get_health.Input.model_validate({"resource": RESOURCE, "tenant": "acme"}).model_dump(mode="json"),
    "release_resource": release_resource.Input.model_validate({"resource": RESOURCE, "tenant": "acme"}).model_dump(
        mode="json"
    ),
    "get_cost_estimate": get_cost_estimate.Input().model_dump(mode="json"),
}


async def one_cent(principal: Principal, cloud: str, wanted: Json) -> Priced:
    """What everything costs."""
    return Priced(offer=an_offer(), cost=Cost(hours=1, compute=10_000, fee=0, storage=0, egress=0, rework=0))


class House:
    """A control plane and the operator's hand on it."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.clock = FixedClock(NOW)
        self.store, self.signer = store, RingSigner(folder, self.clock)
        self.tools: dict[str, Tool] = {name: contract(name) for name in NAMES}
        self.control = Control(
            tools=self.tools, gate=ToldGate(), store=store, signer=self.signer, clock=self.clock, estimate=one_cent
        )
        self.hand = Emergency(store, self.signer, self.clock, who="ops@example.com")

    async def codes(self, tool: str, cloud: str = "aws") -> list[str]:
        """What stands against a call."""
        decided = await self.control.decide_call(
            ADA, contract(tool), cloud, ARGUMENTS[tool], run="r1", step=f"{tool}-{cloud}"
        )
        assert (decided.leave is None) == (decided.decision.verdict == "deny")
        return [violation.code for violation in decided.decision.violations]

    async def kinds(self, run: str) -> list[str]:
        """What the ledger was told."""
        return [entry.event.kind for entry in await self.store.entries(run=run)]

    async def listing(self) -> dict[str, list[str]]:
        """Every tool that clients are told of, and where it can be used."""
        nowhere = Forward("aws", "http://aws", None)  # type: ignore[arg-type]
        identity = SignedIdentity(self.hand, "control", self.clock)
        front = Front(self.control, {"aws": nowhere, "gcp": nowhere}, identity, Rates(limits(), self.clock))
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}).encode()
        tools = json.loads((await Endpoint(front).rpc({}, body)).body)["result"]["tools"]
        return {tool["name"]: tool["inputSchema"]["properties"]["cloud"]["enum"] for tool in tools}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Over a real store and a real folder of keys."""
    async with open_store(tmp_path / "t.db") as store:
        yield House(store, tmp_path / "keys")


@pytest.mark.parametrize("tool", ["create_storage_bucket", "get_health", "release_resource"])
async def test_a_tool_that_is_off_is_refused_on_every_cloud_and_nothing_else_is(house: House, tool: str) -> None:
    assert await switch_off(house.hand, "tool", tool, "Incident 7.") is True
    assert [await house.codes(tool, cloud) for cloud in ("aws", "gcp")] == [["TOOL_OFF"], ["TOOL_OFF"]]
    assert [await house.codes(other) for other in sorted(ARGUMENTS.keys() - {tool})] == [[], [], []]
    await switch_on(house.hand, "tool", tool)
    assert await house.codes(tool) == []


async def test_on_a_cloud_that_is_off_what_is_there_is_looked_at_and_released_and_nothing_is_begun(
    house: House,
) -> None:
    await switch_off(house.hand, "cloud", "aws", "Invoice.")
    assert {name: await house.codes(name) for name in ARGUMENTS} == {
        "create_storage_bucket": ["CLOUD_OFF"],
        "get_cost_estimate": ["CLOUD_OFF"],
        "get_health": [],
        "release_resource": [],
    }
    assert await house.codes("create_storage_bucket", "gcp") == []


async def test_it_is_told_to_the_ledger_with_every_write_that_it_stopped(house: House) -> None:
    await switch_off(house.hand, "tool", "create_storage_bucket", "Incident 7.")
    await house.codes("create_storage_bucket")
    await switch_on(house.hand, "tool", "create_storage_bucket")
    assert await house.kinds(LEDGER) == ["flag.off", "flag.on"]
    (off, _) = [entry.event.body for entry in await house.store.entries(run=LEDGER)]
    assert (off["name"], off["reason"], off["who"]) == ("create_storage_bucket", "Incident 7.", "ops@example.com")
    (stopped,) = [entry.event for entry in await house.store.entries(run="r1")]
    assert (stopped.kind, stopped.tenant, stopped.body["decision"]["verdict"]) == (OFF, "acme", "deny")
    assert await house.store.list_reservations("r1") == []


async def test_a_plan_that_needs_what_is_off_is_denied_and_holds_no_money(house: House) -> None:
    taken = priced(10_000)
    plan = draft(a_request(id="r1"), brief(Workload(kind="batch", hours=1)), taken.offer, taken.cost, attempt=0)
    await switch_off(house.hand, "tool", plan.steps[0].tool, "Incident 7.")
    decided = await house.control.decide_plan(ADA, plan, "default", price_of(taken.cost))
    assert [v.code for v in decided.decision.violations] == ["TOOL_OFF"]
    assert (decided.told[0].kind, await house.kinds("r1"), await house.store.list_reservations("r1")) == (
        OFF,
        [OFF],
        [],
    )


async def test_clients_are_not_told_of_what_is_off(house: House) -> None:
    everywhere = ["aws", "gcp"]
    assert await house.listing() == dict.fromkeys(sorted(NAMES), everywhere)
    await switch_off(house.hand, "tool", "get_cost_estimate", "Incident 7.")
    await switch_off(house.hand, "cloud", "aws", "Invoice.")
    assert await house.listing() == {
        "create_storage_bucket": ["gcp"],
        "get_health": everywhere,
        "provision_compute": ["gcp"],
        "release_resource": everywhere,
    }


async def test_functions_are_told_of_it_also_after_the_control_plane_began_again(house: House) -> None:
    await switch_off(house.hand, "tool", "launch_spot", "Incident 7.")
    await switch_off(house.hand, "cloud", "gcp", "Invoice.")
    published = house.signer.folder / "jwks.json"
    told = {"tools": ["launch_spot"], "clouds": ["gcp"]}
    assert json.loads(published.read_text())["off"] == told == (await house.hand.dated())["off"]
    local_signer(house.signer.folder, house.clock)
    assert json.loads(published.read_text())["off"] == told
    assert "Incident 7." not in published.read_text()


async def test_the_same_again_changes_nothing_and_what_is_on_is_not_switched_on(house: House) -> None:
    assert await switch_off(house.hand, "tool", "launch_spot", "One.") is True
    assert await switch_off(house.hand, "tool", "launch_spot", "Two.") is False
    with pytest.raises(NotFound, match="cloud gcp is not switched off"):
        await switch_on(house.hand, "cloud", "gcp")
    with pytest.raises(BadRequest, match="1 to 500"):
        await switch_off(house.hand, "cloud", "gcp", "")
    assert await house.kinds(LEDGER) == ["flag.off"]


async def test_where_nobody_can_tell_what_is_off_nothing_is_decided(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(self: Store) -> None:
        raise StoreAway("The store is gone.")

    monkeypatch.setattr(Store, "list_switches", away)
    for tool in ARGUMENTS:
        with pytest.raises(StoreAway):
            await house.codes(tool)


BATCH = brief(Workload(kind="batch", hours=1))
CLOUDS = ("aws", "gcp")


@pytest.mark.parametrize(
    ("tools", "clouds", "left_out", "whole"),
    [
        ((), (), [], []),
        ((), ("gcp",), [("gcp", "", "CLOUD_OFF")], []),
        ((), ("aws", "gcp"), [("aws", "", "CLOUD_OFF"), ("gcp", "", "CLOUD_OFF")], ["CLOUD_OFF", "CLOUD_OFF"]),
        (("launch_spot",), (), [("aws", "spot", "TOOL_OFF"), ("gcp", "spot", "TOOL_OFF")], []),
        (
            ("launch_spot", "provision_compute"),
            (),
            [("aws", "", "TOOL_OFF"), ("aws", "", "TOOL_OFF"), ("gcp", "", "TOOL_OFF"), ("gcp", "", "TOOL_OFF")],
            ["TOOL_OFF", "TOOL_OFF"],
        ),
        (("rotate_secret",), ("azure",), [], []),
    ],
)
def test_a_run_leaves_out_what_is_off_and_says_why(
    tools: tuple[str, ...], clouds: tuple[str, ...], left_out: list[tuple[str, str, str]], whole: list[str]
) -> None:
    off = Off(frozenset(tools), frozenset(clouds))
    found = switched_off(off, BATCH.model_copy(update={"purchase": "any"}), CLOUDS)
    assert [(one.cloud, one.purchase, one.reason.split(":")[0]) for one in found] == left_out
    assert [v.code for v in wholly_off(off, BATCH.model_copy(update={"purchase": "any"}), CLOUDS)] == whole


def test_training_also_needs_the_bucket_that_it_keeps_its_results_in() -> None:
    training = brief(Workload(kind="training", hours=1)).model_copy(update={"purchase": "spot"})
    off = Off(frozenset({"create_storage_bucket"}))
    reason = "TOOL_OFF: The tool create_storage_bucket is switched off."
    assert switched_off(off, training, ("aws",)) == [Exclusion(cloud="aws", reason=reason)]
