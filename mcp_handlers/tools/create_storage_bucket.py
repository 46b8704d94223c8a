"""Create an object-storage bucket."""

from __future__ import annotations

from pydantic import Field

from mcp_handlers.tools.contract import Created, Placed, Tool, release_created


class Input(Placed):
    """`size_gib` is what it is expected to hold; buckets have no size of their own, it is used for cost and policy.

    `name` fits every cloud's rules; empty: made from the effect's key.
    """

    name: str = Field(default="", pattern=r"^([a-z0-9]{3,24})?$")
    size_gib: float | None = Field(default=None, gt=0, le=1e9)
    versioned: bool = True


class Output(Created):
    """One resource of kind `bucket`; `url` is the cloud's own address of it (s3://…, gs://…, https://…)."""

    url: str


TOOL = Tool(
    name="create_storage_bucket",
    summary="Create an encrypted, versioned object-storage bucket with public access blocked.",
    risk="write",
    input=Input,
    output=Output,
    undo=release_created,
)
