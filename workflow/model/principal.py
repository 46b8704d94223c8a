"""Who acts, through which channel, and what names may look like."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from workflow.model.base import Noun

Channel = Literal["terminal", "mcp", "chat", "ticket", "schedule", "api"]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._@-]{0,62}$")]


class Principal(Noun):
    """Who acts. `tenant` pays; `roles` are what the identity provider vouched for."""

    id: Name
    tenant: Name
    roles: tuple[Name, ...]
    channel: Channel = "terminal"
