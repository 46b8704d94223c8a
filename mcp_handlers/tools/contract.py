"""What a tool is: a name, a risk, the shapes it takes and gives, and the call that undoes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from workflow.model.base import Json, Noun, Risk
from workflow.model.run import Resource
from workflow.model.workload import Name

MIRROR = "x-mcp-header"
"""In a schema: clients send this property's value in the header `Mcp-Param-<name>` too, so that gateways may route."""
MIRRORED = {"region": "Region"}
"""The arguments of tools that are mirrored, and the headers' names."""

Region = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{2,30}$")]
Where = Annotated[Region, Field(json_schema_extra={MIRROR: MIRRORED["region"]})]
"""The one region that a call is for."""
Zone = Annotated[str, Field(pattern=r"^[a-z0-9-]{0,32}$")]
Machine = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$")]
ResourceId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9:/._,@-]{0,511}$")]


class Tags(Noun):
    """Who a resource belongs to. Written on every resource; `run` and `tenant` are how it is found again."""

    tenant: Name
    project: Name
    run: Name
    owner: Name
    environment: Literal["development", "staging", "production"]
    expires_at: datetime | None = None


class Data(Noun):
    """What is known of the data involved: jurisdictions (any one of which will do; empty:
    unrestricted), and whether it is personal."""

    residency: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...] = ()
    personal: bool = False


class Placed(Noun):
    """Input of a tool that creates something: where, protected how, and whose it is."""

    region: Where
    encrypted: bool = True
    public: bool = False
    tags: Tags
    data: Data = Data()


class Created(Noun):
    """Output of a tool that creates something."""

    resources: tuple[Resource, ...] = Field(min_length=1)


class Undo(Noun):
    """A call that takes an effect back, on the same cloud."""

    tool: str
    arguments: Json


@dataclass(frozen=True)
class Tool:
    """A tool's contract. `undo` turns what was asked and what came of it into the calls that take it back, in order."""

    name: str
    summary: str
    risk: Risk
    input: type[Noun]
    output: type[Noun]
    undo: Callable[[Any, Any], list[Undo]] | None = None
    annotations: dict[str, bool] = field(default_factory=dict)

    def mirrored(self) -> dict[str, str]:
        """The arguments that clients mirror into a header, with the header's name."""
        extras = {name: info.json_schema_extra for name, info in self.input.model_fields.items()}
        return {
            name: str(extra[MIRROR]) for name, extra in extras.items() if isinstance(extra, dict) and MIRROR in extra
        }

    def hints(self) -> dict[str, Any]:
        """MCP annotations: what a client may assume before it calls."""
        return {
            "readOnlyHint": self.risk == "read",
            "destructiveHint": self.risk == "destructive",
            "idempotentHint": True,
            "openWorldHint": True,
            **self.annotations,
        }


def release_created(wanted: Placed, created: Created) -> list[Undo]:
    """The undo of everything that creates: release each resource, the last first."""
    return [
        Undo(
            tool="release_resource",
            arguments={"resource": made.model_dump(mode="json"), "tenant": wanted.tags.tenant},
        )
        for made in reversed(created.resources)
    ]
