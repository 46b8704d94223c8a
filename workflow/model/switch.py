"""What an operator has switched off without a deploy: a tool, everywhere, or a cloud for all that is new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

from pydantic import Field

from workflow.model.base import Noun
from workflow.model.decision import Decision, Violation
from workflow.model.principal import Name

if TYPE_CHECKING:
    from workflow.model.ports import Event

Switchable = Literal["tool", "cloud"]
REMEDY = "Nothing was done. `tollgate flags list` says since when and why, and an operator can switch it on again."
STANDS = frozenset({"get_health", "list_resources", "release_resource"})
"""What a cloud that is off still answers: what is there can be looked at and released, and nothing is begun."""
_LISTS: dict[Switchable, str] = {"tool": "tools", "cloud": "clouds"}


class Switch(Noun):
    """Something that was switched off: by whom, when and why."""

    kind: Switchable
    name: Name
    reason: str = Field(min_length=1, max_length=500)
    who: str
    at: datetime


@dataclass(frozen=True)
class Off:
    """All that is off, by name: as it is told to functions, who need no reasons."""

    tools: frozenset[str] = frozenset()
    clouds: frozenset[str] = frozenset()

    @classmethod
    def of(cls, switches: Iterable[Switch]) -> Off:
        """These together."""
        named: dict[Switchable, set[str]] = {"tool": set(), "cloud": set()}
        for switch in switches:
            named[switch.kind].add(switch.name)
        return cls(frozenset(named["tool"]), frozenset(named["cloud"]))

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Off:
        """From the `off` member of a key document. Raises ValueError for anything that is no such list."""
        if set(told) - set(_LISTS.values()):
            raise ValueError("an unknown kind of switch")
        if not all(isinstance(names, list) and all(isinstance(n, str) for n in names) for names in told.values()):
            raise ValueError("names are listed as texts")
        return cls(**{kind: frozenset(names) for kind, names in told.items()})

    def told(self) -> dict[str, list[str]]:
        """As `read` reads it."""
        return {"tools": sorted(self.tools), "clouds": sorted(self.clouds)}

    def has(self, tool: str, cloud: str) -> bool:
        """Whether this tool is off on this cloud."""
        return self.against(tool, cloud) is not None

    def against(self, tool: str, cloud: str) -> Violation | None:
        """What stands against a call; None where nothing that it needs is off."""
        if tool in self.tools:
            return Violation(code="TOOL_OFF", message=f"The tool {tool} is switched off.", remedy=REMEDY)
        if cloud in self.clouds and tool not in STANDS:
            return Violation(code="CLOUD_OFF", message=f"The cloud {cloud} is switched off.", remedy=REMEDY)
        return None


def denial(violations: Sequence[Violation], revision: str, input_digest: str = "") -> Decision:
    """The refusal of what is off. The gate was not asked; `revision` is the one that it would have judged by."""
    return Decision(verdict="deny", violations=tuple(violations), revision=revision, input_digest=input_digest)


class Switches(Protocol):
    """What was switched off. The event is kept where something changed, in the same transaction."""

    async def list_switches(self) -> Sequence[Switch]:
        """Those that are off, oldest first."""

    async def switch_off(self, switch: Switch, event: Event) -> bool:
        """Switch off; False where it was off before, and it stays as it was."""

    async def switch_on(self, kind: str, name: str, event: Event) -> bool:
        """Switch on again; False where it was not off."""
