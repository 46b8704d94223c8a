"""The five stages joined into a LangGraph graph. A stage names the next; the graph allows only the edges drawn here."""

from __future__ import annotations

from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from workflow.deploy.allocator import allocate
from workflow.deploy.context import Context
from workflow.deploy.edge import Stage, passed
from workflow.deploy.executor import execute
from workflow.deploy.finisher import finish
from workflow.deploy.gatekeeper import await_approval, judge_plan
from workflow.deploy.pause import pause
from workflow.deploy.planner import plan
from workflow.deploy.rollback import PASSES, roll_back
from workflow.deploy.state import State
from workflow.deploy.verifier import verify
from workflow.deploy.waiting import patient
from workflow.model.lease import FENCE, Lease
from workflow.model.workload import Request

Graph = CompiledStateGraph[State, Context, State, State]

STAGES: dict[str, Stage] = {
    "planner": plan,
    "pause": pause,
    "allocator": allocate,
    "gate": judge_plan,
    "approval": await_approval,
    "executor": execute,
    "verifier": verify,
    "rollback": roll_back,
    "finisher": finish,
}
EDGES: dict[str, tuple[str, ...]] = {
    "planner": ("pause", "allocator", "finisher"),
    "pause": ("allocator", "finisher"),
    "allocator": ("gate", "allocator", "finisher"),
    "gate": ("executor", "approval", "rollback", "finisher"),
    "approval": ("executor", "approval", "rollback", "finisher"),
    "executor": ("verifier", "rollback"),
    "verifier": ("verifier", "finisher", "rollback"),
    "rollback": ("rollback", "planner", "allocator", "finisher"),
}
STEPS_PER_ATTEMPT = 9 + PASSES


def build(saver: BaseCheckpointSaver[Any]) -> Graph:
    """The graph, checkpointed by `saver`. One for all runs of a process: each brings its own Context along."""
    builder: StateGraph[State, Context, State, State] = StateGraph(State, context_schema=Context)
    for name, stage in STAGES.items():
        builder.add_node(name, _bound(name, stage))
    for name, targets in EDGES.items():
        builder.add_conditional_edges(name, lambda state: state["next"], list(targets))
    builder.add_edge(START, "planner")
    builder.add_edge("finisher", END)
    return builder.compile(checkpointer=saver)


def _bound(name: str, stage: Stage) -> Any:
    async def node(state: State, config: RunnableConfig, runtime: Runtime[Context]) -> State:
        request = Request.model_validate(state["request"])
        lease = Lease(run=request.id, token=config["configurable"][FENCE], holder="")
        return await passed(patient(runtime.context.under(lease), request), name, stage, state)

    return node
