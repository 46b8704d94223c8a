"""A tool whose contract moved on: `create_storage_bucket` as it is, and a version 2 with other names for the same."""

from typing import Any

from mcp_handlers.tools import create_storage_bucket as first
from mcp_handlers.tools.contract import Created, Earlier, Placed, Tool, release_created
from workflow.model.base import Noun
from workflow.model.resource import Resource


class Input(Placed):
    """`keeps_versions` was `versioned`."""

    name: str = ""
    size_gib: float | None = None
    keeps_versions: bool = True


class Output(Created):
    """`address` was `url`."""

    address: str


def _upgrade(wanted: first.Input) -> Input:
    return Input(**wanted.model_dump(exclude={"versioned"}), keeps_versions=wanted.versioned)


def _downgrade(made: Output) -> first.Output:
    return first.Output(resources=made.resources, url=made.address)


EARLIER = Earlier(1, first.Input, first.Output, first.TOOL.undo, upgrade=_upgrade, downgrade=_downgrade)
TOOL = Tool(
    name=first.TOOL.name,
    summary="Make a bucket.",
    risk="write",
    input=Input,
    output=Output,
    undo=release_created,
    version=2,
    earlier=(EARLIER,),
)


def handler(calls: list[Noun]) -> Any:
    """What performs the second version; it knows no other."""

    def make(wanted: Input, clients: Any, key: str, /) -> Output:
        calls.append(wanted)
        made = Resource(cloud="aws", kind="bucket", id=f"tg{key[:8]}", region=wanted.region)
        return Output(resources=(made,), address="s3://x")

    return make
