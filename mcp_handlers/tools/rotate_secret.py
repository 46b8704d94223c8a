"""Give a secret a new value: a new version becomes the current one, the old one stays usable for a grace time.

No schedule ends the grace. Whoever rotated calls again with `finish` once it is over; until then the old value works.
"""

from __future__ import annotations

import secrets
import string
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from mcp_handlers.tools.contract import Tool, Undo, Where
from workflow.model.base import Noun
from workflow.model.principal import Name
from workflow.model.resource import Resource

ALPHABET = string.ascii_letters + string.digits + "-_"
"""64 characters that need no quoting in a URL, a shell or a configuration file: six bits each."""


class Input(Noun):
    """An existing `secret`, by its name in the cloud, that carries the tag of `tenant`.

    A new random value of `length` characters is made and becomes current; the version before it may be used for
    `grace_hours` more. A version whose grace is over is disabled by the next call for this secret, and `finish` does
    that and nothing else. Nothing sends it by itself: whoever rotated has to, once `previous_valid_until` is past, or
    the old value works for ever (0 hours: it is disabled at once). `restore` makes an earlier version, still in its
    grace, current again instead of a new value.
    """

    region: Where
    secret: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9/_+=.@-]{0,126}$")]
    tenant: Name
    length: int = Field(default=32, ge=16, le=128)
    grace_hours: int = Field(default=24, ge=0, le=168)
    finish: bool = False
    restore: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{0,64}$")] = ""

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if self.finish and self.restore:
            raise ValueError("finish and restore exclude each other")
        return self

    def value(self) -> str:
        """A new value. It is for the cloud alone: no output, event, error or log may hold it."""
        return "".join(secrets.choice(ALPHABET) for _ in range(self.length))


class Output(Noun):
    """`resource` is of kind `secret`, its id the secret's name. `version` is the current version's id in the cloud.

    `previous` is the version that it took the place of, to be used until `previous_valid_until`, when `finish` is due;
    empty and None where there was none, or after `finish`. The value is never told.
    """

    resource: Resource
    version: str
    previous: str = ""
    previous_valid_until: datetime | None = None


def restore(wanted: Input, made: Output) -> list[Undo]:
    """Make the version before current again. Without a grace there is nothing left to go back to."""
    if not made.previous or not wanted.grace_hours:
        return []
    kept = wanted.model_dump(mode="json", include={"region", "secret", "tenant", "grace_hours"})
    return [Undo(tool="rotate_secret", arguments={**kept, "restore": made.previous})]


TOOL = Tool(
    name="rotate_secret",
    summary="Give a secret a new random value; the old one works until a call with `finish` after its grace time.",
    risk="write",
    input=Input,
    output=Output,
    subject=("region", "secret"),
    undo=restore,
)
