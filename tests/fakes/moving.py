"""Tools that carry a move out as they are told, and a run that has come to its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from tests.fakes.deployments import NOW, deployment
from workflow.deploy.context import Context
from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.errors import TollgateError
from workflow.model.ports import ToolResult
from workflow.model.resource import Health, Receipt, Resource
from workflow.model.run import Run
from workflow.model.workload import Request, Workload

NEW = Resource(cloud="gcp", kind="instance", id="n1", region="gcp-1")


@dataclass
class Moving:
    """`state` is how the run of the new place ends, `says` what a tool answers in place of its good answer, by name.

    `called` are the steps that were called, with their tools.
    """

    state: str = "succeeded"
    says: dict[str, Decision | TollgateError] = field(default_factory=dict)
    health: str = "healthy"
    called: list[tuple[str, str]] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)

    @property
    def context(self) -> Context:
        """The ports, as far as carrying out uses them."""
        return cast(Context, SimpleNamespace(tools=self, store=self))

    async def conduct(self, request: Request, work: Workload) -> Run:
        """The run at its end, or where it waits."""
        base = {"id": request.id, "tenant": "acme", "request": request, "created_at": NOW, "updated_at": NOW}
        if self.state == "waiting":
            return Run.model_validate({**base, "state": "waiting"})
        record = deployment().record.model_copy(
            update={"run": request.id, "state": self.state, "resources": (NEW,), "code": "UNHEALTHY", "reason": "Ill."}
        )
        return Run.model_validate({**base, "state": self.state, "record": record})

    async def list_receipts(self, run: str) -> list[Receipt]:
        """What was done."""
        return self.receipts

    async def call(
        self, tool: str, cloud: str, arguments: Json, *, run: str = "", step: str = "", version: int | None = None
    ) -> ToolResult | Decision:
        """The answer; a write leaves a receipt."""
        if tool == "get_health":
            found = Health.model_validate(
                {"resource": arguments["resource"], "status": self.health, "detail": "d", "checked_at": NOW}
            )
            return ToolResult(output={"health": found.model_dump(mode="json")}, seconds=0)
        self.called.append((tool, step))
        said = self.says.get(tool)
        if isinstance(said, TollgateError):
            raise said
        if said is not None:
            return said
        receipt: Any = {
            "key": step, "run": run, "step": step, "tool": tool, "cloud": cloud, "arguments_digest": "",
            "decision_digest": "", "policy_revision": "", "output": {}, "resources": (), "started_at": NOW,
            "finished_at": NOW,
        }  # fmt: skip
        self.receipts.append(Receipt.model_validate(receipt))
        return ToolResult(output={}, seconds=0)
