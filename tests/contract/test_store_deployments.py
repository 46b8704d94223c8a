"""What lives on and what was found to be saved on it, on every store."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contract.stores import NOW, STORES, a_receipt, a_record, a_run, an_event, later
from tests.fakes.deployments import COST, OFFER
from workflow.model.deployment import Deployment, Saving
from workflow.model.resource import Resource
from workflow.model.run import Record, Run
from workflow.model.workload import Workload

MACHINE = Resource(cloud="aws", kind="instance", id="i-1", region="eu-west-1", zone="eu-west-1a")
DISK = Resource(cloud="aws", kind="volume", id="vol-1", region="eu-west-1")


def ended(name: str, kind: str = "service", **changes: Any) -> tuple[Run, Record]:
    """A run with the record of its end."""
    run = a_run(name)
    fields = {"resources": (MACHINE, DISK), **changes}
    work = Workload.model_validate({"kind": kind})
    return run, a_record(run).model_copy(update={"workload": work, **fields})


def released(resource: Resource, key: str) -> Any:
    """The receipt of a release."""
    output = {"resource": resource.model_dump(mode="json"), "released": True}
    return a_receipt(key, output=output).model_copy(update={"tool": "release_resource"})


def a_saving(name: str = "m1", state: str = "found", **changes: Any) -> Saving:
    """A saving on run-1."""
    fields = {"deployment": "run-1", "tenant": "acme", "found_at": NOW, "changed_at": NOW, **changes}
    return Saving.model_validate(
        {
            "id": name, "state": state, "offer": OFFER, "cost": COST, "was": "s1", "saving_cents_month": 900,
            "migration_cents": 100, **fields,
        }
    )  # fmt: skip


@pytest.mark.parametrize("name", STORES)
async def test_what_lasts_is_a_deployment_until_all_of_it_is_released(name: str, tmp_path: Path) -> None:
    async with STORES[name].open(STORES[name].place(tmp_path)) as store:
        run, record = ended("run-1")
        await store.end_run(run, record, an_event("run-1", "finished"))
        await store.end_run(run, record, an_event("run-1", "finished"))
        assert await store.list_deployments() == [Deployment(record=record, resources=(MACHINE, DISK))]
        await store.save_receipt(released(MACHINE, "k1"))
        assert await store.list_deployments() == [Deployment(record=record, resources=(DISK,))]
        await store.save_receipt(released(DISK, "k2"))
        assert await store.list_deployments() == []


@pytest.mark.parametrize("name", STORES)
async def test_work_that_ends_by_itself_or_badly_is_no_deployment(name: str, tmp_path: Path) -> None:
    async with STORES[name].open(STORES[name].place(tmp_path)) as store:
        for run, record in (
            ended("run-1", "batch"),
            ended("run-2", "training"),
            ended("run-3", state="failed"),
            ended("run-4", resources=()),
            ended("run-5", workload=None),
        ):
            await store.end_run(run, record, an_event(run.id, "finished"))
        assert await store.list_deployments() == []


@pytest.mark.parametrize("name", STORES)
async def test_deployments_are_paged_in_order_and_by_tenant(name: str, tmp_path: Path) -> None:
    async with STORES[name].open(STORES[name].place(tmp_path)) as store:
        for number in (3, 1, 2):
            made = (MACHINE.model_copy(update={"id": f"i-{number}"}), DISK.model_copy(update={"id": f"v-{number}"}))
            run, record = ended(f"run-{number}", resources=made)
            await store.end_run(run, record, an_event(run.id, "finished"))
        found = [each.run for each in await store.list_deployments(limit=2)]
        assert found == ["run-1", "run-2"]
        assert [each.run for each in await store.list_deployments(after="run-2")] == ["run-3"]
        assert [len(each.resources) for each in await store.list_deployments(tenant="acme")] == [2, 2, 2]
        assert await store.list_deployments(tenant="globex") == []


@pytest.mark.parametrize("name", STORES)
async def test_a_deployment_has_one_open_saving_and_what_ended_stays_as_it_is(name: str, tmp_path: Path) -> None:
    async with STORES[name].open(STORES[name].place(tmp_path)) as store:
        event = an_event("run-1", "saving.found")
        assert await store.save_saving(a_saving("m1"), event)
        assert not await store.save_saving(a_saving("m2"), event)
        assert await store.save_saving(a_saving("m1", "refused", reason="no"), event)
        assert not await store.save_saving(a_saving("m1", "taken"), event)
        assert not await store.save_saving(a_saving("m1", "moving"), event)
        second = a_saving("m2", found_at=later(60))
        assert await store.save_saving(second, event)
        assert await store.list_savings() == [second, a_saving("m1", "refused", reason="no")]
        assert await store.list_savings(opened=True, tenant="acme", deployment="run-1") == [second]
        assert await store.list_savings(limit=1) == [second]
        assert (await store.get_saving("m2"), await store.get_saving("m9")) == (second, None)
        assert await store.list_savings(tenant="globex") == []
        assert len(await store.entries()) == 3


@pytest.mark.parametrize("name", STORES)
async def test_a_database_from_before_is_brought_forward_with_what_lives_in_it(name: str, tmp_path: Path) -> None:
    place = STORES[name].place(tmp_path)
    async with STORES[name].open(place) as store:
        for number, kind in ((1, "service"), (2, "batch")):
            made = (MACHINE.model_copy(update={"id": f"i-{number}"}), DISK.model_copy(update={"id": f"v-{number}"}))
            run, record = ended(f"run-{number}", kind, resources=made)
            await store.end_run(run, record, an_event(run.id, "finished"))
        await store.save_run(a_run("run-3"))
        await store.save_receipt(released(DISK.model_copy(update={"id": "v-1"}), "k1"))
        expected = await store.list_deployments()
        async with store._database.writing() as transaction:
            for table in ("live_resources", "savings"):
                await transaction.rows(f"DROP TABLE {table}")
            await transaction.rows("DELETE FROM migrations WHERE name = '0006_deployments'")
    async with STORES[name].open(place) as store:
        assert await store.list_deployments() == expected
        assert json.loads(expected[0].model_dump_json())["record"]["run"] == "run-1"
