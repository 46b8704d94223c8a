"""The question that the gate is asked: one shape, built in one place, for both planes.

The control plane fills everything in. A function has no state, so it leaves `cost`, `context.spend` and
`context.freeze` null and says `context.plane: function`; the rules that need state then keep out of it. `resource` is
every argument of the call as it was parsed; `machine` is what the cloud's own catalog says about the machine that the
arguments name, never what the caller says about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from workflow.model.base import Json, Noun, Risk
from workflow.model.principal import Principal

if TYPE_CHECKING:
    from workflow.model.emergency import Freeze
    from workflow.model.ports import Spend


class Call(Noun):
    """A tool call as the gate sees it. `arguments` are the tool's Input, dumped as JSON."""

    tool: str
    risk: Risk
    cloud: str
    arguments: Json


class MachineFacts(Noun):
    """What the catalog knows of a machine type."""

    name: str
    family: str
    vcpus: int
    memory_gib: float
    gpu: str | None
    gpu_count: int


class Price(Noun):
    """What the call would cost, in cents, and the request's own cap, if it has one, per `run`, `hour` or `month`.

    `machines_cents` is the part of an hour that is paid for the machines themselves, all of them.
    """

    total_cents: int
    hourly_cents: int
    machines_cents: int
    monthly_cents: int
    cap_cents: int | None = None
    cap_per: Literal["run", "hour", "month"] | None = None


def question(
    principal: Principal,
    call: Call,
    *,
    machine: MachineFacts | None,
    now: datetime,
    price: Price | None = None,
    spend: Spend | None = None,
    run_cents: int = 0,
    freezes: Sequence[Freeze] = (),
    undo: bool = False,
    plane: Literal["control", "function"] = "function",
) -> Json:
    """The gate's input document.

    `run_cents` is what the call's run has held and spent so far; `undo` says that the call takes back what the same run
    did. Both are the control plane's to say.
    """
    arguments = call.arguments
    target = arguments.get("resource") or arguments
    return {
        "principal": {
            "id": principal.id,
            "tenant": principal.tenant,
            "roles": sorted(principal.roles),
            "channel": principal.channel,
        },
        "action": {"tool": call.tool, "risk": call.risk, "cloud": call.cloud, "region": target.get("region")},
        "resource": arguments,
        "machine": None if machine is None else machine.model_dump(mode="json"),
        "cost": None if price is None else price.model_dump(mode="json"),
        "data": arguments.get("data") or {"residency": [], "personal": False},
        "context": {
            "plane": plane,
            "now": now.isoformat(),
            "spend": None if spend is None else {**spend.model_dump(mode="json"), "run_cents": run_cents},
            "freeze": None if plane == "function" else [freeze.model_dump(mode="json") for freeze in freezes],
            "undo": undo,
        },
    }
