"""A call's arguments into the tool's Input, or a BadRequest that names each field that is wrong.

A caller says in `_meta` which version of the contract it speaks. One that says nothing speaks the newest that its
arguments fit, so a program that was written before there was another version goes on working.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from pydantic import ValidationError

from mcp_handlers.tools.contract import Tool
from workflow.model.base import Json, Noun, digest
from workflow.model.errors import BadRequest
from workflow.model.resource import Resource

VERSION = "tollgate/version"
"""In `_meta`: the version of the tool's contract that the call is in, or that an answer or a listing is in."""
_SHOWN = 5


@dataclass(frozen=True)
class Taken:
    """A call as it was understood.

    `sent` are the arguments in the caller's own version, with every default filled in. They name the effect and are
    what a Grant is for, so the same call stays the same effect when the contract moves on. `wanted` is today's Input
    and `exact` its JSON: what is judged and done.
    """

    tool: Tool
    version: int
    sent: Json
    wanted: Noun
    exact: Json

    @cached_property
    def digest(self) -> str:
        """Of what was sent."""
        return digest(self.sent)

    def given(self, made: Noun) -> Noun:
        """Today's Output as the caller's version has it."""
        return self.tool.downgraded(self.version, made)


def spoken(meta: Json) -> int | None:
    """The version that the caller says it speaks. Raises BadRequest for what is no version."""
    version = meta.get(VERSION)
    if version is None or (isinstance(version, int) and not isinstance(version, bool)):
        return version
    raise BadRequest(f"_meta {VERSION} is a whole number.", "Leave it out, or send a version that tools/list names.")


def mirrored(tool: Tool, meta: Json) -> Mapping[str, str]:
    """The arguments that the caller mirrors into headers, in the version that it speaks; none where that is not served:
    then the call is refused for it."""
    version = meta.get(VERSION)
    return tool.mirrored(version) if version in tool.versions else {} if version is not None else tool.mirrored()


def parse(tool: Tool, cloud: str, arguments: Json, meta: Json) -> Taken:
    """The call as it is understood. Raises BadRequest, which quotes field names and rules and never what was sent."""
    said = spoken(meta)
    version = said if said is not None else _fitting(tool, arguments)
    shape = tool.at(version)
    try:
        asked = shape.input.model_validate(arguments)
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False)]
        more = f" and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise BadRequest(
            f"{tool.name} cannot be called with these arguments: {'; '.join(problems[:_SHOWN])}{more}.",
            "Correct the named fields; tools/list has the schema.",
        ) from None
    wanted = tool.upgraded(version, asked)
    for name in tool.input.model_fields:
        named = getattr(wanted, name)
        if isinstance(named, Resource) and named.cloud != cloud:
            raise BadRequest(
                f"The {name} is in {named.cloud}, the call went to {cloud}.", f"Send the call to {named.cloud}."
            )
    exact = wanted.model_dump(mode="json")
    return Taken(tool, version, exact if asked is wanted else asked.model_dump(mode="json"), wanted, exact)


def _fitting(tool: Tool, arguments: Json) -> int:
    """The newest version that the arguments fit; today's where they fit none."""
    for version in reversed(tool.versions if tool.earlier else ()):
        try:
            tool.at(version).input.model_validate(arguments)
        except ValidationError:
            continue
        return version
    return tool.version
