"""Prices change: what lives is proposed to move, moved, or left where it is, on the local clouds."""

import asyncio
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.judges import live
from functions.reevaluate.tick import Line, tick
from functions.serve.settings import Settings
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.prices.catalog import FOLDER
from policies.engine.bundle import PACKAGED
from policies.engine.source import POLICIES
from tests.fakes.price_files import put
from tests.flows.conftest import everything_up
from tests.flows.house import House
from tests.flows.test_parked import GRACE, fresh, tollgate
from workflow.model.deployment import Deployment, Saving
from workflow.model.emergency import Stop
from workflow.model.ports import Event
from workflow.model.run import Run
from workflow.store.store import open_store

WIKI = "Host our wiki on 8 vCPUs and 32 GB RAM in Europe"


def write_policy(folder: Path, **changes: Any) -> None:
    """The packaged policies, whose re-evaluation acts on what it finds at once; and other changes to it."""
    shutil.copytree(PACKAGED, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    path = folder / "data" / "reevaluation" / "data.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "hold_hours": 0, **changes}))


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A house whose prices and policies are this file's own."""
    folder = tmp_path_factory.mktemp("own")
    put(folder / "prices")
    write_policy(folder / "policies")
    os.environ |= {FOLDER: str(folder / "prices"), POLICIES: str(folder / "policies")}
    live.cache_clear()
    try:
        with everything_up(folder / "home") as found:
            yield found
    finally:
        del os.environ[FOLDER], os.environ[POLICIES]
        live.cache_clear()


@pytest.fixture
def house(own: Settings) -> Iterator[House]:
    """The house with usual prices, and nothing alive in it."""
    put(Path(os.environ[FOLDER]))
    yield House(own)
    asyncio.run(_release(own))


async def _release(told: Settings) -> None:
    """What lives is forgotten; what is open is closed. The clouds keep it, which no later flow looks at."""
    async with open_store(told.database) as store, store._database.writing() as transaction:
        for table in ("live_resources", "savings"):
            await transaction.rows(f"DELETE FROM {table}")


async def wiki(house: House) -> tuple[Run, str]:
    """A wiki that lives, and the cloud it lives on."""
    run = await house.ask(WIKI, project=fresh())
    assert run.record is not None
    assert run.record.offer is not None, run.record.reason
    return run, run.record.offer.cloud


async def look(house: House, run: Run, *, dry_run: bool = False) -> Line:
    """One round; what it came to for this run's deployment."""
    lines = (await tick(house.told, dry_run=dry_run, observer=house.events.append)).lines
    return next(line for line in lines if line.deployment == run.id)


async def alive(house: House) -> list[Deployment]:
    """What lives."""
    async with open_store(house.told.database) as store:
        return list(await store.list_deployments())


async def savings(house: House) -> list[Saving]:
    """What was found, newest first."""
    async with open_store(house.told.database) as store:
        return list(await store.list_savings())


def dearer(cloud: str, percent: int = 300) -> None:
    """Everything of the cloud costs so much of what it did."""
    put(Path(os.environ[FOLDER]), **{cloud: percent})


async def approved(house: House, line: Line) -> None:
    """An operator says yes to what the line proposes."""
    assert line.looked is not None
    assert line.looked.saving is not None, line.looked.verdict.reasons
    assert line.looked.saving.state == "proposed"
    said = tollgate(
        "approvals", "approve", line.looked.saving.approval, TOLLGATE_USER=GRACE.id, TOLLGATE_ROLES="operator"
    )
    assert said.returncode == 0, said.stdout + said.stderr


def why(line: Line) -> list[str]:
    """The codes of what keeps it where it is."""
    assert line.looked is not None, line.error
    return [reason.code for reason in line.looked.verdict.reasons]


async def test_a_cheaper_place_is_proposed_approved_moved_to_and_the_old_one_released(house: House) -> None:
    run, cloud = await wiki(house)
    assert why(await look(house, run)) == ["BEST_HERE"]
    before = await house.holdings()
    dearer(cloud)
    line = await look(house, run)
    assert await house.holdings() == before
    again = await look(house, run)
    assert again.looked is not None
    assert line.looked is not None
    assert again.looked.saving == line.looked.saving
    await approved(house, line)
    assert await house.holdings() == before
    moved = await look(house, run)
    assert moved.looked is not None
    assert moved.looked.saving is not None
    assert moved.looked.saving.state == "taken", moved.looked.saving.reason
    (new,) = await alive(house)
    assert (new.run, new.record.request.principal.channel) == (moved.looked.saving.id, "schedule")
    assert new.record.offer is not None
    assert new.record.offer.cloud != cloud
    after = await house.holdings()
    gone = {name for name in before[cloud] if name.startswith("instance ")} - set(after[cloud])
    assert gone
    # Now the new place is the dear one, and the old one as cheap as before: it stays for its time all the same.
    dearer(new.record.offer.cloud)
    assert why(await look(house, run.model_copy(update={"id": new.run}))) == ["SETTLING"]
    replayed = tollgate("runs", "replay", new.run)
    assert replayed.returncode == 0, replayed.stdout
    kinds = [entry.event.kind for entry in await house.entries(new.run) if entry.event.kind.startswith("saving.")]
    assert kinds == ["saving.found", "saving.proposed", "saving.moving", "saving.taken"]


async def test_a_saving_below_the_threshold_stays(house: House) -> None:
    run, cloud = await wiki(house)
    at_first = await look(house, run, dry_run=True)
    dearer(cloud)
    elsewhere = await look(house, run, dry_run=True)
    assert at_first.looked is not None
    assert elsewhere.looked is not None
    assert elsewhere.looked.verdict.best_cents_month is not None
    dearer(cloud, 107 * elsewhere.looked.verdict.best_cents_month // at_first.looked.verdict.pays_cents_month)
    line = await look(house, run)
    assert why(line) == ["BELOW_THRESHOLD"]
    assert line.looked is not None
    assert 0 < line.looked.verdict.saving_cents_month < line.looked.verdict.pays_cents_month * 15 // 100
    assert await savings(house) == []


async def test_inside_a_freeze_it_stays_and_nobody_is_asked(house: House) -> None:
    run, cloud = await wiki(house)
    dearer(cloud)
    stop = Stop(scope="tenant", name="acme", reason="Audit.", who="ops", at=SystemClock().now())
    event = Event(run="emergency", tenant="acme", kind="freeze.set", body={}, at=stop.at)
    async with open_store(house.told.database) as store:
        await store.freeze(stop, event)
        try:
            assert why(await look(house, run)) == ["FROZEN"]
        finally:
            await store.unfreeze("tenant", "acme", event)
    assert await savings(house) == []
    assert [each.run for each in await alive(house)] == [run.id]


async def test_a_no_leaves_it_where_it_is_and_is_counted(house: House) -> None:
    run, cloud = await wiki(house)
    dearer(cloud)
    line = await look(house, run)
    assert line.looked is not None
    assert line.looked.saving is not None
    name = line.looked.saving.approval
    tollgate("approvals", "deny", name, "--reason", "no", TOLLGATE_USER=GRACE.id, TOLLGATE_ROLES="operator")
    await look(house, run)
    assert why(await look(house, run)) == ["SETTLING"]
    assert [saving.state for saving in await savings(house)] == ["refused"]
    told = json.loads(tollgate("savings", "--json").stdout)
    (score,) = told["scores"]
    assert (score["refused"]["count"], score["taken"]["count"]) == (1, 0)
    assert score["refused"]["cents_month"] == line.looked.saving.saving_cents_month


async def test_a_new_place_that_does_not_become_healthy_leaves_the_old_one_alone(house: House) -> None:
    run, cloud = await wiki(house)
    dearer(cloud)
    before = await house.holdings()
    line = await look(house, run)
    await approved(house, line)
    assert line.looked is not None
    assert line.looked.saving is not None
    there = line.looked.saving.offer.cloud
    house.fault(there, "unhealthy")
    try:
        after = await look(house, run)
    finally:
        house.clear(there)
    assert after.looked is not None
    assert after.looked.saving is not None
    assert after.looked.saving.state == "refused", after.looked.saving.reason
    assert [each.run for each in await alive(house)] == [run.id]
    assert await house.holdings() == before


async def test_where_policy_says_move_nobody_is_asked(house: House) -> None:
    run, cloud = await wiki(house)
    dearer(cloud)
    write_policy(Path(os.environ[POLICIES]), action="move")
    live.cache_clear()
    try:
        # The control plane reads its policies again by itself; until then its gate asks.
        for _ in range(40):
            await look(house, run)
            if (await savings(house))[0].state == "taken":
                break
    finally:
        write_policy(Path(os.environ[POLICIES]))
        live.cache_clear()
    found = await savings(house)
    assert [saving.state for saving in found] == ["taken"], found[0].reason
    assert [each.run for each in await alive(house)] == [found[0].id]


async def test_the_command_shows_a_dry_run_as_a_table_and_as_json_and_writes_nothing(house: House) -> None:
    run, cloud = await wiki(house)
    dearer(cloud)
    shown = tollgate("reevaluate", "--dry-run")
    assert shown.returncode == 0, shown.stderr
    for words in ("pays now", "best now", "pays back", run.id):
        assert words in shown.stdout
    told = json.loads(tollgate("reevaluate", "--once", "--dry-run", "--json").stdout)
    (line,) = told["lines"]
    assert line["looked"]["verdict"]["saving_cents_month"] > 0
    assert line["looked"]["standing"]["pays"]["offer"]["snapshot"]
    assert await savings(house) == []
