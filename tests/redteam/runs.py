"""Whole runs in the house under attack: from words to the clouds, in this process."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from functions.registry import cloud_names, contracts
from mcp_handlers.kernel.clock import SystemClock
from tests.fakes.listening import listening
from tests.redteam.house import House
from workflow.deploy import mcp_tools
from workflow.deploy.conduct import start
from workflow.deploy.context import Context
from workflow.deploy.graph import build
from workflow.deploy.journal import Journal
from workflow.language.rules_parser import RulesParser
from workflow.model.ports import Language, Reading
from workflow.model.principal import Principal
from workflow.model.run import Run
from workflow.model.workload import Request, Workload
from workflow.store.checkpoints import open_checkpoints


@dataclass
class Obedient:
    """A model that does what the text orders instead of reading it."""

    says: Workload

    async def read(self, text: str) -> Reading:
        """What it was talked into."""
        return Reading(workload=self.says, reader="obedient")


async def ask(house: House, text: str, who: Principal, language: Language | None = None, **how: Any) -> Run:
    """Conduct a request to its end, or to where it waits."""
    now = datetime.now(UTC)
    request = Request(id=f"r-{secrets.token_hex(4)}", text=text, principal=who, submitted_at=now, **how)
    async with (
        listening(lambda port: house.web()) as address,
        open_checkpoints(house.told.database) as saver,
        mcp_tools.connect(f"{address}/mcp", lambda: house.token(who)) as tools,
    ):
        context = Context(
            language=language or RulesParser(), tools=tools, gate=house.judgement.gate, control=house.judgement,
            store=house.store, clock=SystemClock(), journal=Journal(house.store, SystemClock(), lambda event: None),
            contracts=contracts(), clouds=cloud_names(), patience=1, undo_pause=0.01,
        )  # fmt: skip
        return await start(context, build(saver), request)
