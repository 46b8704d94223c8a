"""A call's arguments into the tool's Input, or a BadRequest that names each field that is wrong."""

from __future__ import annotations

from pydantic import ValidationError

from mcp_handlers.tools.contract import Tool
from workflow.model.base import Json, Noun
from workflow.model.errors import BadRequest
from workflow.model.run import Resource

_SHOWN = 5


def parse(tool: Tool, cloud: str, arguments: Json) -> Noun:
    """The tool's Input. Raises BadRequest; quotes field names and rules, never the values that were sent."""
    try:
        wanted = tool.input.model_validate(arguments)
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False)]
        more = f" and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise BadRequest(
            f"{tool.name} cannot be called with these arguments: {'; '.join(problems[:_SHOWN])}{more}.",
            "Correct the named fields; tools/list has the schema.",
        ) from None
    for name in tool.input.model_fields:
        named = getattr(wanted, name)
        if isinstance(named, Resource) and named.cloud != cloud:
            raise BadRequest(
                f"The {name} is in {named.cloud}, the call went to {cloud}.", f"Send the call to {named.cloud}."
            )
    return wanted


def dumped(wanted: Noun) -> Json:
    """The Input as JSON with every default filled in: what the gate judges and what is digested."""
    return wanted.model_dump(mode="json")
