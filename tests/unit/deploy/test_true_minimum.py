"""The allocator's choice is the true minimum of what may be bought: against a scan of every line of the raw snapshots.

The allocator is the real one, with the real gate, over the real price files; only the wire and the quotas are left out.
The scan reads the operator's lists itself.
"""

import json
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from functions.registry import contracts
from mcp_handlers.prices.catalog import load_cloud
from mcp_handlers.prices.estimate import estimate
from mcp_handlers.tools import get_cost_estimate, get_quotas
from policies.engine.embedded import Embedded
from tests.amount import WHOLE
from tests.fakes.clock import FixedClock
from tests.fakes.offers import ADA, NOW, ToldTools, a_request, result
from tests.unit.prices import scan
from workflow.control.decide import Control
from workflow.control.sign import Signer
from workflow.deploy.allocator import allocate
from workflow.deploy.brief import Brief, brief
from workflow.deploy.candidates import Candidate
from workflow.deploy.context import Context
from workflow.deploy.journal import Journal
from workflow.deploy.state import State, dump
from workflow.language.rules_parser import RulesParser
from workflow.model.base import Json
from workflow.model.ports import ToolResult
from workflow.model.workload import Workload
from workflow.store.store import open_store

REQUESTS = 300 if WHOLE else 60
CHUNKS = 10 if WHOLE else 2
LISTS = Path(__file__).parents[3] / "policies" / "data"
FAMILIES: Json = json.loads((LISTS / "families" / "data.json").read_text())
REGIONS: Json = json.loads((LISTS / "regions" / "data.json").read_text())
GPUS = ["T4", "L4", "V100", "A10G", "L40S", "A100", "A100-80GB", "H100", "H200"]
CODES = ["EU", "US", "UK", "IN", "DE", "FR", "JP", "BR", "CH", "AU", "CA", "SG"]


def a_workload(seed: int, worlds: list[scan.World]) -> Workload:
    """A random demand: places, jurisdictions, GPUs, purchase and clouds."""
    dice = random.Random(seed)
    line = dice.choice(dice.choice(worlds).lines)
    gpus = dice.choice([0, 0, 0, 1, 1, 4, 8])
    fields: Json = {
        "kind": dice.choice(["batch", "batch", "service", "training", "serving"]),
        "vcpus": dice.choice([None, 1, 2, 4, 8, 16, 48, 96]),
        "memory_gib": dice.choice([None, 2, 8, 32, 61.5, 256]),
        "gpu": dice.choice([*GPUS, None]) if gpus else None,
        "gpu_count": gpus,
        "nodes": dice.choice([1, 1, 1, 2, 5]),
        "hours": dice.choice([0.5, 1, 6, 24]),
        "residency": tuple(dice.sample(CODES, dice.choice([0, 0, 1, 2]))),
        "regions": (line.region,) if dice.random() < 0.15 else (),
        "clouds": tuple(dice.sample(["aws", "azure", "gcp"], dice.choice([0, 0, 1, 2]))),
        "purchase": dice.choice(["any", "any", "spot", "on_demand"]),
        "storage_gib": dice.choice([None, None, 20, 500]),
    }
    return Workload.model_validate(fields)


def prices(tool: str, cloud: str, arguments: Json) -> ToolResult:
    """The tools, answered from the price files; quotas without end."""
    if tool == "get_quotas":
        full = get_quotas.Output(name="test", unit="vCPUs", limit=10**9, used=0, free=10**9, needed=1)
        return result(full.model_dump(mode="json"))
    wanted = get_cost_estimate.Input.model_validate(arguments)
    return result(estimate(load_cloud(cloud), wanted).model_dump(mode="json"))


@pytest.fixture(scope="module")
async def context(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Context]:
    """The allocator's surroundings."""
    clock, gate = FixedClock(NOW), Embedded()
    async with open_store(tmp_path_factory.mktemp("store") / "t.db") as store:
        control = Control(
            tools=contracts(),
            gate=gate,
            store=store,
            signer=Signer(Ed25519PrivateKey.generate(), clock),
            clock=clock,
            estimate=_unused,
        )
        yield Context(
            language=RulesParser(),
            tools=ToldTools(prices),
            gate=gate,
            control=control,
            store=store,
            clock=clock,
            journal=Journal(store, clock, lambda event: None),
            contracts=contracts(),
            clouds=("aws", "azure", "gcp"),
        )


async def _unused(*_: Any) -> None:
    return None


@pytest.fixture(scope="module")
def permitted(worlds: list[scan.World]) -> list[scan.World]:
    """The lines that the operator's lists leave."""
    return [_permitted(world) for world in worlds]


def _permitted(world: scan.World) -> scan.World:
    catalog, regions = load_cloud(world.cloud), set(REGIONS[world.cloud])
    facts = {name: catalog.machine(name) for name in {line.machine for line in world.lines}}
    usable = {name for name, known in facts.items() if known and _usable(world.cloud, known.family, name)}
    lines = [x for x in world.lines if x.machine in usable and x.region in regions and x.arch == "x86_64"]
    return replace(world, lines=lines)


def within(world: scan.World, residency: tuple[str, ...]) -> scan.World:
    """The lines in any of the jurisdictions; all where none is named."""
    if not residency:
        return world
    law = set(residency)
    regions = {region for region, codes in world.law.items() if codes & law}
    return replace(world, lines=[line for line in world.lines if line.region in regions])


def _usable(cloud: str, family: str, machine: str) -> bool:
    listed = any(family.startswith(prefix) for prefix in FAMILIES["allow"][cloud])
    barred = family in FAMILIES["deny"][cloud] or any(part in machine for part in FAMILIES["deny_machines"])
    return listed and not barred


def need(wanted: Brief) -> get_cost_estimate.Input:
    """A brief as the scan's question."""
    return get_cost_estimate.Input(
        vcpus=wanted.vcpus,
        memory_gib=wanted.memory_gib,
        gpu=wanted.gpu,
        gpu_count=wanted.gpu_count,
        arch="x86_64",
        purchase=wanted.purchase,
        regions=wanted.regions,
        nodes=wanted.nodes,
        hours=wanted.hours,
        storage_gib=wanted.storage_gib,
        egress_gib=wanted.egress_gib,
        managed=wanted.tool == "submit_ml_job",
    )


@pytest.mark.parametrize("chunk", range(CHUNKS))
async def test_the_choice_equals_a_scan_of_every_line(
    chunk: int, context: Context, worlds: list[scan.World], permitted: list[scan.World]
) -> None:
    found = 0
    for seed in range(chunk, REQUESTS, CHUNKS):
        wanted = brief(a_workload(seed, worlds))
        request = a_request(id=f"r{seed}").model_copy(update={"principal": ADA})
        state: State = {"request": dump(request), "brief": dump(wanted), "attempt": 0, "exclusions": []}
        after = await allocate(context, state)
        choice = Candidate.model_validate(after["choice"]) if after.get("choice") else None
        asked = [within(w, wanted.residency) for w in permitted if not wanted.clouds or w.cloud in wanted.clouds]
        least = [cost for world in asked for cost in scan.least(world, need(wanted))[0].values()]
        assert (choice.priced.cost.ranked if choice else None) == min(least, default=None), (seed, wanted)
        found += choice is not None
    assert found > 5
