"""A whole run of five stages with clouds that answer from memory, against a bare graph of five empty nodes.

Everything between the clouds is real: the rules parser, the price files, the gate, the control plane's decision and
Grant, the store, the ledger, LangGraph and its checkpoints. Both graphs write to a saver of the same kind with
`durability="sync"`, each in a file of its own. Quotas are endless, machines are made at once and are healthy.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, TypedDict

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from langgraph.graph import END, START, StateGraph

from benchmarks.measure import Row, Target, quiet_heap, spread
from benchmarks.samples import PRINCIPAL
from functions.binding import gate
from functions.registry import cloud_names, contracts
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.prices.catalog import load_cloud
from mcp_handlers.prices.estimate import estimate
from mcp_handlers.tools import get_cost_estimate, get_quotas
from workflow.control.decide import Control
from workflow.control.sign import Signer
from workflow.deploy import conduct
from workflow.deploy.context import Context
from workflow.deploy.graph import Graph, build
from workflow.deploy.journal import Journal
from workflow.deploy.precedents import Precedents
from workflow.language.rules_parser import RulesParser
from workflow.model.base import Json, digest
from workflow.model.ports import ToolResult
from workflow.model.principal import Principal
from workflow.model.resource import Health, Receipt, Resource
from workflow.model.workload import Request
from workflow.store.checkpoints import open_checkpoints
from workflow.store.store import Store, open_store

TEXT = "Train a vision model on one A100 for 6 hours, EU data only, under $100"
STAGES = ("planner", "allocator", "gate", "executor", "verifier")
TARGET = Target(1.5, "at_most")
ALLOWANCE_MS = 20.0
NOW = datetime(2026, 11, 20, tzinfo=UTC)


class Clouds:
    """The ToolClient port: every cloud, from memory. A write is decided by the real control plane first."""

    def __init__(self, control: Control, principal: Principal = PRINCIPAL) -> None:
        self._control, self._principal = control, principal

    async def call(
        self, tool: str, cloud: str, arguments: Json, *, run: str = "", step: str = "", version: int | None = None
    ) -> Any:
        """Prices from the price file; anything else as if it went well."""
        if tool == "get_cost_estimate":
            return priced(cloud, arguments)
        if tool == "get_quotas":
            full = get_quotas.Output(name="any", unit="vCPUs", limit=10**9, used=0, free=10**9, needed=1)
            return ToolResult(output=full.model_dump(mode="json"), seconds=0)
        if tool == "get_health":
            health = Health(resource=arguments["resource"], status="healthy", detail="running", checked_at=NOW)
            return ToolResult(output={"health": health.model_dump(mode="json")}, seconds=0)
        return await self._written(tool, cloud, arguments, run, step)

    async def _written(self, tool: str, cloud: str, arguments: Json, run: str, step: str) -> ToolResult:
        offered = self._control.tools[tool]
        decided = await self._control.decide_call(self._principal, offered, cloud, arguments, run=run, step=step)
        kind = "bucket" if tool == "create_storage_bucket" else "job"
        made = Resource(cloud=cloud, kind=kind, id=decided.key[:12], region=arguments["region"])
        receipt = Receipt(
            key=decided.key, run=run, step=step, tool=tool, cloud=cloud, arguments_digest=digest(arguments),
            decision_digest=decided.decision.input_digest, policy_revision=decided.decision.revision,
            output={}, resources=(made,), started_at=NOW, finished_at=NOW,
        )  # fmt: skip
        await self._control.store.save_receipt(receipt)
        return ToolResult(output={}, receipt=receipt, seconds=0)


def priced(cloud: str, arguments: Json) -> ToolResult:
    """get_cost_estimate's answer."""
    wanted = get_cost_estimate.Input.model_validate(arguments)
    return ToolResult(output=estimate(load_cloud(cloud), wanted).model_dump(mode="json"), seconds=0)


async def cheapest(principal: Principal, cloud: str, wanted: Json) -> get_cost_estimate.Priced | None:
    """The control plane's own estimate, which does not ask the caller."""
    found = get_cost_estimate.Output.model_validate(priced(cloud, wanted).output).offers
    return next(iter(found), None)


def plane(store: Store) -> Control:
    """A control plane over the store, with a key of its own."""
    clock = SystemClock()
    signer = Signer(Ed25519PrivateKey.generate(), clock)
    return Control(contracts(), gate(), store, signer, clock, cheapest)


def at_work(control: Control, principal: Principal, precedents: Precedents) -> Context:
    """What goes on with the principal's runs. `precedents` are the process's."""
    store, clock = control.store, control.clock
    return Context(
        language=RulesParser(), tools=Clouds(control, principal), gate=control.gate, control=control, store=store,
        clock=clock, journal=Journal(store, clock, lambda event: None), contracts=contracts(), clouds=cloud_names(),
        precedents=precedents,
    )  # fmt: skip


@asynccontextmanager
async def workbench(folder: Path, precedents: Precedents | None = None) -> AsyncIterator[tuple[Context, Graph]]:
    """Store, control plane and graph, as the command opens them."""
    async with open_store(folder / "ours.db") as store, open_checkpoints(folder / "ours.db") as saver:
        context = at_work(plane(store), PRINCIPAL, Precedents() if precedents is None else precedents)
        yield context, build(saver)


class Nothing(TypedDict, total=False):
    """The bare graph's state."""

    done: str


def bare(saver: Any) -> Any:
    """Five nodes in a row that do nothing."""

    async def node(state: Nothing) -> Nothing:
        return {"done": "yes"}

    builder: Any = StateGraph(Nothing)
    for name in STAGES:
        builder.add_node(name, node)
    for before, after in zip((START, *STAGES), (*STAGES, END), strict=True):
        builder.add_edge(before, after)
    return builder.compile(checkpointer=saver)


async def timed(work: Callable[[str], Awaitable[None]], run: str) -> float:
    """Milliseconds of one run."""
    begun = perf_counter()
    await work(run)
    return (perf_counter() - begun) * 1e3


async def measure(rounds: int) -> tuple[list[float], list[float]]:
    """Ours and the bare graph, in turns, after two of each that warm up."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with workbench(folder) as (context, graph), open_checkpoints(folder / "bare.db") as saver:
            empty = bare(saver)

            async def ours(run: str) -> None:
                request = Request(id=run, text=TEXT, principal=PRINCIPAL, submitted_at=NOW)
                ended = await conduct.start(context, graph, request)
                if ended.state != "succeeded":
                    raise RuntimeError(f"the run did not succeed: {ended.record}")

            async def theirs(run: str) -> None:
                await empty.ainvoke({}, {"configurable": {"thread_id": run}}, durability="sync")

            pairs = []
            for number in range(rounds + 2):
                with quiet_heap():
                    pairs.append((await timed(ours, f"r{number}"), await timed(theirs, f"b{number}")))
    mine, bares = zip(*pairs[2:], strict=True)
    return list(mine), list(bares)


def runs(rounds: int) -> list[Row]:
    """The least and the median run. The target holds what is over the allowance against the bare graph."""
    mine, bares = asyncio.run(measure(rounds))
    note = f"medians {spread(mine)['p50']:.1f} and {spread(bares)['p50']:.1f}"
    least, empty = round(min(mine), 2), round(min(bares), 2)
    over = max(0.0, round(least - ALLOWANCE_MS, 2))
    return [
        Row("run", "five stages, whole", "ms", least, "five empty nodes", empty, None, note),
        Row("run", "five stages, less 20 ms", "ms", over, "five empty nodes", empty, TARGET, note),
    ]
