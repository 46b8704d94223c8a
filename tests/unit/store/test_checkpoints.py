"""A run's place survives the process, beside the store in one database, and brings back only what may come back."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, TypedDict

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import empty_checkpoint
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt
from pydantic import BaseModel

from tests.contract.stores import NOW, STORES, a_run, an_event
from workflow.model.base import Noun
from workflow.model.offer import Offer
from workflow.model.workload import Workload
from workflow.store.checkpoints import open_checkpoints
from workflow.store.store import open_store

ROOT = Path(__file__).parents[3]
RUN: RunnableConfig = {"configurable": {"thread_id": "run-1"}}
WORKLOAD = Workload(kind="batch", residency=("DE", "FR"), hours=6)
OFFER = Offer(
    cloud="aws", region="eu-west-1", jurisdictions=("EU",), observed=date(2026, 11, 1), basis="list", snapshot="s"
)  # fmt: skip


@pytest.fixture(params=STORES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    return STORES[request.param].place(tmp_path)


class Place(TypedDict, total=False):
    """The state of the graph in these tests."""

    workload: Workload
    offers: list[Offer]
    planned: int
    other: Any
    answer: str


def plan(state: Place) -> Place:
    """The first node."""
    return {"workload": WORKLOAD, "offers": [OFFER], "planned": state.get("planned", 0) + 1}


def ask(state: Place) -> Place:
    """The second node: it waits for a person."""
    return {"answer": interrupt({"question": "May I?", "cloud": state["offers"][0].cloud})}


def graph() -> StateGraph[Place]:
    """plan → ask."""
    return StateGraph(Place).add_node(plan).add_node(ask).add_edge(START, "plan").add_edge("plan", "ask").add_edge(
        "ask", END
    )  # fmt: skip


async def begin(path: str) -> None:
    """Run the graph until it waits, and die without a goodbye."""
    async with open_store(path) as store, open_checkpoints(path) as saver:
        await store.save_run(a_run())
        await graph().compile(checkpointer=saver).ainvoke({}, RUN, durability="sync")
        sys.stdout.write("waiting\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


async def test_a_graph_that_waits_goes_on_after_its_process_was_killed(place: str) -> None:
    code = f"import asyncio; from tests.unit.store.test_checkpoints import begin; asyncio.run(begin({place!r}))"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"waiting\n"
    process.kill()
    await process.wait()
    async with open_store(place) as store, open_checkpoints(place) as saver:
        compiled = graph().compile(checkpointer=saver)
        waiting = await compiled.aget_state(RUN)
        assert waiting.next == ("ask",)
        assert [asked.value for asked in waiting.interrupts] == [{"question": "May I?", "cloud": "aws"}]
        end = await compiled.ainvoke(Command(resume="yes"), RUN, durability="sync")
        assert end == {"workload": WORKLOAD, "offers": [OFFER], "planned": 1, "answer": "yes"}
        assert (await compiled.aget_state(RUN)).next == ()
        assert await store.get_run("run-1") == a_run()


class Stranger(BaseModel):
    """A class that is no noun of the model."""

    text: str


class StrangeNoun(Noun):
    """A noun, but not one of the model's."""

    text: str


@pytest.mark.parametrize("stranger", [Stranger(text="x"), StrangeNoun(text="x")])
async def test_a_class_from_elsewhere_comes_back_as_plain_fields(place: str, stranger: BaseModel) -> None:
    async with open_checkpoints(place) as saver:
        assert saver.serde.loads_typed(saver.serde.dumps_typed({"other": stranger})) == {"other": {"text": "x"}}


async def test_nouns_and_times_come_back_as_they_were(place: str) -> None:
    async with open_checkpoints(place) as saver:
        kept = {"run": a_run(), "event": an_event(number=1), "offer": OFFER, "at": NOW}
        assert saver.serde.loads_typed(saver.serde.dumps_typed(kept)) == kept


@pytest.mark.parametrize("whole", ["aput", "aput_writes"])
async def test_a_checkpoint_that_is_cut_off_does_not_lock_the_file(tmp_path: Path, whole: str) -> None:
    place: RunnableConfig = {"configurable": {"thread_id": "run-1", "checkpoint_ns": "", "checkpoint_id": "1"}}
    arguments: dict[str, tuple[Any, ...]] = {
        "aput": (place, empty_checkpoint(), {}, {}),
        "aput_writes": (place, [("answer", "yes"), ("planned", 1)], "task"),
    }
    path = tmp_path / "store.db"
    async with open_store(path) as store, open_checkpoints(path) as saver:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            cut_off = asyncio.create_task(getattr(saver, whole)(*arguments[whole]))
            assert (await asyncio.wait({cut_off}, timeout=0.2))[0] == set()
            cut_off.cancel()
            other.execute("COMMIT")
            with pytest.raises(asyncio.CancelledError):
                await cut_off
        assert (await store.append(an_event())).seq == 1
        await getattr(saver, whole)(*arguments[whole])


async def test_runs_and_their_store_write_side_by_side(place: str) -> None:
    async with open_store(place) as store, open_checkpoints(place) as saver:
        compiled = graph().compile(checkpointer=saver)
        runs = [
            compiled.ainvoke({}, {"configurable": {"thread_id": f"run-{number}"}}, durability="sync")
            for number in range(10)
        ]
        ends = await asyncio.gather(*runs, *(store.append(an_event(number=number)) for number in range(10)))
        assert all("__interrupt__" in end for end in ends[:10])
        assert (await store.verify_ledger()).entries == 10


async def test_several_may_make_the_tables_at_once(place: str) -> None:
    async def opened() -> None:
        async with open_checkpoints(place) as saver:
            await graph().compile(checkpointer=saver).aget_state(RUN)

    await asyncio.gather(*(opened() for _ in range(4)))
