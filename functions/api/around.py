"""What the API stands on, opened once: the store, the way in, the desk, the gate, the tools and the clouds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from functions.api.house_shapes import Probed
from mcp_handlers.tools.contract import Tool
from workflow.control.approvals.desk import Desk
from workflow.intake.intake import Intake
from workflow.model.base import Noun
from workflow.model.ports import Clock, Gate
from workflow.store.store import Store

Probe = Callable[[str], Awaitable[Probed]]
"""Asks a cloud's functions. Raises CloudDown."""


async def _always() -> bool:
    return True


@dataclass(frozen=True)
class Around:
    """`gate` judges by the policies in force; `engine` says where, `shadow` whether others are watched beside them.
    `judges` asks whether a verdict is to be had now; in this process it always is."""

    store: Store
    intake: Intake
    desk: Desk
    clock: Clock
    gate: Gate
    tools: Mapping[str, Tool]
    clouds: tuple[str, ...]
    probe: Probe
    engine: str = "in process"
    shadow: bool = False
    judges: Callable[[], Awaitable[bool]] = _always


@dataclass(frozen=True)
class Answered:
    """An operation's answer. `status` where it is not the operation's own; `headers` beside the usual ones."""

    body: Noun
    status: int | None = None
    headers: Mapping[str, str] | None = None
