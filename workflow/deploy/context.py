"""What the stages work with: ports and settings, handed in once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from mcp_handlers.tools.contract import Tool
from workflow.control.decide import Control
from workflow.deploy.failover import Terms, terms
from workflow.deploy.journal import Journal
from workflow.deploy.precedents import Precedents
from workflow.model.lease import Lease
from workflow.model.offpeak import Offpeak
from workflow.model.ports import Clock, Gate, Language, Store, ToolClient


@dataclass(frozen=True)
class Context:
    """`clouds` are those that have tools. Before a run is parked, a resource may take `patience` seconds to become
    healthy, and the policy engine may be away for `gate_patience`. `undo_pause` is how long a rollback first pauses
    before what it could not undo is tried again."""

    language: Language
    tools: ToolClient
    gate: Gate
    control: Control
    store: Store
    clock: Clock
    journal: Journal
    contracts: Mapping[str, Tool]
    clouds: tuple[str, ...]
    patience: float = 120
    poll_seconds: float = 0.25
    max_attempts: int = 12
    offpeak: Offpeak = field(default_factory=Offpeak)
    until: datetime | None = None
    """When this process must have put down what it has in hand; None where it has all the time in the world."""
    gate_patience: float = 30
    undo_pause: float = 0.5
    failover: Terms = field(default_factory=terms)
    precedents: Precedents = field(default_factory=Precedents)

    def under(self, lease: Lease) -> Context:
        """The same for one run in hand: once another has taken it over, nothing more is written."""
        store = self.store.under(lease)
        control, journal = replace(self.control, store=store), replace(self.journal, store=store)
        return replace(self, store=store, control=control, journal=journal)
