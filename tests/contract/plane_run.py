"""Conducts one request, read in plain words from its input, in whatever copy of the house it is started in.

Control plane and functions are in this process, so that nothing listens anywhere. It prints the run's record.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime

from functions.binding import gate
from functions.registry import cloud_names, contracts
from functions.serve.plane import control, control_endpoints
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.result import DECISION, ERROR, RECEIPT
from tests.contract.plane_calls import ADA, TOLD, post
from workflow.control.occasion import RUN, STEP
from workflow.control.sign import Signer
from workflow.deploy.conduct import start
from workflow.deploy.context import Context
from workflow.deploy.graph import build
from workflow.deploy.journal import Journal
from workflow.language.choose import keyless
from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.errors import failure
from workflow.model.ports import ToolResult
from workflow.model.resource import Receipt
from workflow.model.workload import Request
from workflow.store.checkpoints import open_checkpoints
from workflow.store.store import open_store


class Direct:
    """A ToolClient that calls the control plane's endpoint without a network."""

    def __init__(self, plane: Endpoint, signer: Signer) -> None:
        self.plane, self.signer = plane, signer

    async def call(
        self, tool: str, cloud: str, arguments: Json, *, run: str = "", step: str = "", version: int | None = None
    ) -> ToolResult | Decision:
        """One tools/call."""
        meta = {RUN: run, STEP: step} if run and step else {}
        params = {"name": tool, "arguments": {"cloud": cloud, **arguments}, "_meta": meta}
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode()
        token = self.signer.token(ADA, "control")
        result = json.loads((await self.plane.rpc({"authorization": f"Bearer {token}"}, body)).body)["result"]
        told = result.get("_meta", {})
        if DECISION in told:
            return Decision.model_validate(told[DECISION])
        if result["isError"]:
            raise failure(told[ERROR]["code"], told[ERROR]["message"])
        receipt = Receipt.model_validate(told[RECEIPT]) if RECEIPT in told else None
        return ToolResult(output=result["structuredContent"], receipt=receipt, seconds=0)


async def main() -> None:
    """Print the record."""
    clock = SystemClock()
    request = Request(id="r1", text=sys.stdin.read(), principal=ADA, submitted_at=datetime.now(UTC))
    async with open_store(TOLD.database) as store, open_checkpoints(TOLD.database) as saver:
        judgement = control(TOLD, store, post)
        plane = control_endpoints(TOLD, judgement, post)["/mcp"]
        context = Context(
            language=keyless(),
            tools=Direct(plane, judgement.signer),
            gate=gate(),
            control=judgement,
            store=store,
            clock=clock,
            journal=Journal(store, clock, lambda event: None),
            contracts=contracts(),
            clouds=cloud_names(),
        )
        ended = await start(context, build(saver), request)
    assert ended.record is not None
    print(ended.record.model_dump_json())


if __name__ == "__main__":
    asyncio.run(main())
