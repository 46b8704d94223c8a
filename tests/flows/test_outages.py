"""A cloud that is down is left out by every run, told of, and taken back when it has answered for long enough."""

import dataclasses

from functions.cli.workbench import workbench
from tests.flows.house import House
from tests.flows.test_trouble import BATCH, CLOUDS
from workflow.deploy.failover import Terms, terms
from workflow.deploy.outages import Lookout
from workflow.model.outage import Degraded
from workflow.model.ports import Event
from workflow.model.run import Run

QUICK = Terms.model_validate(terms().model_dump() | {"probe_seconds": 0.001, "good_probes": 2, "good_minutes": 0})


async def look(house: House, run: Run) -> list[Degraded]:
    """Probe the clouds that are degraded."""
    async with workbench(house.told, run.request.principal, house.events.append, lambda *_: None) as (context, _graph):

        def told(kind: str, body: dict[str, object]) -> Event:
            return context.journal.event(run.request, kind, body)

        return await Lookout(dataclasses.replace(context, failover=QUICK), run.tenant, told).now_degraded()


async def test_a_cloud_that_is_down_is_left_out_by_every_run_until_it_has_answered_for_long_enough(
    house: House,
) -> None:
    house.fault("azure", "cloud_down")
    await house.ask(f"{BATCH}, Azure only")
    (alert,) = house.of_kind("alert.cloud_degraded")
    assert alert["outage"]["cloud"] == "azure"
    house.events.clear()
    house.clear("azure")
    second = await house.ask(BATCH)
    (allocated,) = house.of_kind("allocated")
    assert {c["priced"]["offer"]["cloud"] for c in allocated["candidates"]} == {*CLOUDS} - {"azure"}
    assert second.record is not None
    assert (second.record.state, [e.cloud for e in second.record.exclusions]) == ("succeeded", ["azure"])
    assert second.record.exclusions[0].reason.startswith("DEGRADED since ")
    house.fault("azure", "cloud_down")
    assert [one.good for one in await look(house, second)] == [0]
    house.clear("azure")
    assert [one.good for one in await look(house, second)] == [1]
    assert await look(house, second) == []
    (back,) = house.of_kind("alert.cloud_restored")
    assert back["outage"]["good"] == 2


async def test_with_its_only_cloud_degraded_a_run_writes_nothing_and_says_why(house: House) -> None:
    house.fault("aws", "cloud_down")
    await house.ask(f"{BATCH}, AWS only")
    house.clear("aws")
    record = await house.record(f"{BATCH}, AWS only")
    assert (record.state, record.code, record.resources) == ("failed", "CLOUD_DOWN", ())
    assert "aws is left out: DEGRADED since" in record.reason
    assert record.remedy
