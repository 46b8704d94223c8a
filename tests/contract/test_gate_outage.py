"""A real OPA goes away in the middle of a whole run: the run waits and says so. It neither proceeds nor dies."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks.runs import TEXT, Clouds, workbench
from benchmarks.samples import PRINCIPAL
from policies.engine.archive import pack, texts_of
from policies.engine.attended import Attended
from policies.engine.bundle import load_bundle
from policies.engine.opa_server import OpaServer
from tests.contract.opa import OpaProcess
from workflow.deploy.conduct import resume, start
from workflow.deploy.context import Context
from workflow.deploy.graph import Graph, build
from workflow.deploy.journal import Journal
from workflow.model.base import Json
from workflow.model.errors import GateUnavailable
from workflow.model.ports import Event
from workflow.model.workload import Request
from workflow.store.checkpoints import open_checkpoints

MOMENTS = ["parsed", "allocated", "decided", "step.done"]
"""After which event OPA goes: before prices are judged, the plan, the first call, and the next call."""


@dataclass
class Bench:
    """A run's surroundings with an OPA that can be ended and started anew."""

    bundle: Path
    opa: OpaProcess
    events: list[Event] = field(default_factory=list)
    on: dict[str, Callable[[], None]] = field(default_factory=dict)

    def seen(self, event: Event) -> None:
        """Note it, and do once what is to be done after it."""
        self.events.append(event)
        self.on.pop(event.kind, lambda: None)()

    def again(self) -> None:
        """OPA comes back where it was."""
        self.opa = OpaProcess(self.bundle, port=self.opa.port)

    def kinds(self) -> list[str]:
        """The events' kinds in order."""
        return [event.kind for event in self.events]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bundle = tmp_path / "bundle.tar.gz"
    bundle.write_bytes(pack(texts_of()))
    made = Bench(bundle, OpaProcess(bundle))
    yield made
    made.opa.kill()


@asynccontextmanager
async def conducting(bench: Bench, folder: Path, patience: float) -> AsyncIterator[tuple[Context, Graph]]:
    gate = OpaServer(bench.opa.address, lambda: load_bundle().revision, 10.0)
    async with workbench(folder) as (context, _), open_checkpoints(folder / "ours.db") as saver:
        control = replace(context.control, gate=Attended(gate))
        context = replace(
            context, gate=Attended(gate), control=control, tools=Clouds(control), gate_patience=patience,
            journal=Journal(context.store, context.clock, bench.seen),
        )  # fmt: skip
        yield context, build(saver)
    await gate.close()


def request() -> Request:
    return Request(id="r1", text=TEXT, principal=PRINCIPAL, project="default", submitted_at=datetime.now(UTC))


@pytest.mark.parametrize("moment", ["allocated", "step.done"])
async def test_a_run_waits_until_opa_is_back_and_then_succeeds(bench: Bench, tmp_path: Path, moment: str) -> None:
    bench.on = {moment: bench.opa.kill, "gate.unavailable": bench.again}
    async with conducting(bench, tmp_path, 60) as (context, graph):
        run = await start(context, graph, request())
        receipts = await context.store.list_receipts("r1")
    assert run.state == "succeeded"
    kinds = bench.kinds()
    assert kinds.count("gate.unavailable") == kinds.count("gate.returned") == 1
    assert kinds.index(moment) < kinds.index("gate.unavailable") < kinds.index("gate.returned")
    assert len({receipt.step for receipt in receipts}) == len(receipts)


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_run_that_waited_long_enough_is_parked_and_goes_on_in_another_process(
    bench: Bench, tmp_path: Path, moment: str
) -> None:
    bench.on = {moment: bench.opa.kill}
    async with conducting(bench, tmp_path, 0.1) as (context, graph):
        parked = await start(context, graph, request())
        kept = await context.store.get_run("r1")
    assert (parked.state, parked.record) == ("waiting", None)
    assert parked.waits_for.startswith("GATE_UNAVAILABLE: OPA at http://127.0.0.1")
    assert kept == parked
    assert bench.kinds()[-2:] == ["gate.unavailable", "parked"]
    done_before = bench.kinds().count("step.done")
    assert done_before == (moment == "step.done")
    bench.again()
    async with conducting(bench, tmp_path, 60) as (context, graph):
        ended = await resume(context, graph, "r1")
        replayed = [entry.event.kind for entry in await context.store.entries(run="r1")]
    assert ended.state == "succeeded"
    assert ended.waits_for == ""
    assert replayed.count("decided") == 1
    assert replayed[-1] == "finished"


class Reloading(Clouds):
    """Clouds whose functions have the new policies when the control plane does not, once for each write."""

    met: set[str]

    async def call(
        self, tool: str, cloud: str, arguments: Json, *, run: str = "", step: str = "", version: int | None = None
    ) -> Any:
        """As those."""
        if step and step not in self.met:
            self.met.add(step)
            raise GateUnavailable("The Grant was given under another policy revision than is in force here.")
        return await super().call(tool, cloud, arguments, run=run, step=step, version=version)


async def test_a_run_that_meets_a_change_of_the_policies_has_its_calls_decided_again(
    bench: Bench, tmp_path: Path
) -> None:
    async with conducting(bench, tmp_path, 60) as (context, graph):
        tools = Reloading(context.control)
        tools.met = set()
        run = await start(replace(context, tools=tools), graph, request())
        receipts = await context.store.list_receipts("r1")
    assert run.state == "succeeded"
    assert len(receipts) == len(tools.met) == 2
    assert bench.kinds().count("gate.unavailable") == bench.kinds().count("gate.returned") == 2
