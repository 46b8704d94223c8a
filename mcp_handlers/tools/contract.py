"""What a tool is: a name, a risk, the shapes it takes and gives, and the call that undoes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from workflow.model.base import Json, Noun, Risk
from workflow.model.errors import UnknownVersion
from workflow.model.principal import Name
from workflow.model.resource import Resource

MIRROR = "x-mcp-header"
"""In a schema: clients send this property's value in the header `Mcp-Param-<name>` too, so that gateways may route."""
MIRRORED = {"region": "Region"}
"""The arguments of tools that are mirrored, and the headers' names."""

Region = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{2,30}$")]
Where = Annotated[Region, Field(json_schema_extra={MIRROR: MIRRORED["region"]})]
"""The one region that a call is for."""
Zone = Annotated[str, Field(pattern=r"^[a-z0-9-]{0,32}$")]
Machine = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$")]
_PLAIN, _NO_DOT = r"[A-Za-z0-9:._,@+=*-]", r"[A-Za-z0-9:_,@+=*-]"
_ID = rf"^[A-Za-z0-9]{_PLAIN}*(/({_NO_DOT}{_PLAIN}*|\.{_NO_DOT}{_PLAIN}*|\.\.{_PLAIN}+)?)*$"
ResourceId = Annotated[str, Field(pattern=_ID, max_length=512)]
"""What clouds name has no odd characters; `.` and `..` are no part of a path."""


class Named(Resource):
    """A resource that a caller names."""

    id: ResourceId
    region: Region
    zone: Zone = ""


class _Bounds:
    """Holds a Resource to the bounds of `Named`. It is a Resource all the same, and what is stored is read as ever."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        told = core_schema.no_info_before_validator_function(_fields, handler.generate_schema(Named))
        return core_schema.chain_schema([told, core_schema.no_info_before_validator_function(_fields, handler(source))])


def _fields(given: Any) -> Any:
    return dict(given) if isinstance(given, Resource) else given


Existing = Annotated[Resource, _Bounds()]
"""A resource as an argument."""


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
class Shape:
    """What one version of a contract takes and gives, and how a call of it is undone."""

    version: int
    input: type[Noun]
    output: type[Noun]
    undo: Callable[[Any, Any], list[Undo]] | None = None


@dataclass(frozen=True)
class Earlier(Shape):
    """A version that older callers still speak. `upgrade` makes the next version's Input of its Input, and `downgrade`
    its Output of the next version's Output: both pure, and defined for every value."""

    upgrade: Callable[[Any], Noun] = field(kw_only=True)
    downgrade: Callable[[Any], Noun] = field(kw_only=True)


@dataclass(frozen=True)
class Tool:
    """A tool's contract. `undo` turns what was asked and what came of it into the calls that take it back, in order.

    `subject` names the arguments that say what a call changes, of a tool that changes what is there: the same call
    means another change when one has come between. A tool without one makes something, and its call is always the same.

    `earlier` are the versions before `version` that are still served, oldest first and without a gap.
    """

    name: str
    summary: str
    risk: Risk
    input: type[Noun]
    output: type[Noun]
    undo: Callable[[Any, Any], list[Undo]] | None = None
    annotations: dict[str, bool] = field(default_factory=dict)
    subject: tuple[str, ...] = ()
    version: int = 1
    earlier: tuple[Earlier, ...] = ()

    def __post_init__(self) -> None:
        first = self.version - len(self.earlier)
        if first < 1 or [shape.version for shape in self.earlier] != list(range(first, self.version)):
            raise ValueError(f"{self.name}: the earlier versions lead up to version {self.version} one by one")

    @property
    def versions(self) -> tuple[int, ...]:
        """Every version that is served, oldest first."""
        return (*(shape.version for shape in self.earlier), self.version)

    def at(self, version: int) -> Shape:
        """The contract as it was at a version that is served. Raises UnknownVersion for any other."""
        if version == self.version:
            return Shape(version, self.input, self.output, self.undo)
        found = next((shape for shape in self.earlier if shape.version == version), None)
        if found is None:
            served = ", ".join(map(str, self.versions))
            raise UnknownVersion(f"{self.name} has no version {version} here; served are {served}.")
        return found

    def upgraded(self, version: int, wanted: Noun) -> Noun:
        """An Input of `version` as today's."""
        for shape in self.earlier:
            if shape.version >= version:
                wanted = shape.upgrade(wanted)
        return wanted

    def downgraded(self, version: int, made: Noun) -> Noun:
        """Today's Output as `version` has it."""
        for shape in reversed(self.earlier):
            if shape.version >= version:
                made = shape.downgrade(made)
        return made

    def mirrored(self, version: int | None = None) -> Mapping[str, str]:
        """The arguments that clients mirror into a header, with the header's name. None: of today."""
        return _mirrored(self.at(self.version if version is None else version).input)

    def hints(self) -> dict[str, Any]:
        """MCP annotations: what a client may assume before it calls."""
        return {
            "readOnlyHint": self.risk == "read",
            "destructiveHint": self.risk == "destructive",
            "idempotentHint": True,
            "openWorldHint": True,
            **self.annotations,
        }


@cache
def _mirrored(shape: type[Noun]) -> Mapping[str, str]:
    extras = {name: info.json_schema_extra for name, info in shape.model_fields.items()}
    return {name: str(extra[MIRROR]) for name, extra in extras.items() if isinstance(extra, dict) and MIRROR in extra}


def release_created(wanted: Placed, created: Created) -> list[Undo]:
    """The undo of everything that creates: release each resource, the last first."""
    return [
        Undo(
            tool="release_resource",
            arguments={"resource": made.model_dump(mode="json"), "tenant": wanted.tags.tenant},
        )
        for made in reversed(created.resources)
    ]
