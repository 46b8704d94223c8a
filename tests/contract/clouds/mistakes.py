"""Everything that can be wrong with a tool's arguments, one mistake at a time, as its own schema says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from mcp_handlers.tools.contract import Tool
from workflow.model.base import Json

_LONG = 5_000
_FIRST = "0"
"""The path's name of a list's first item."""
_KEY = "a"
"""A mapping's key that is well."""


def mistakes(tool: Tool, arguments: Json) -> Iterator[tuple[str, str, Json]]:
    """The field, what is wrong with it, and the arguments with nothing else wrong.

    Each field is left out where it is needed, of another type, and out of each of its bounds; and there is one more
    field than the tool has. Fields of fields count as well, as tags have them, and a list's items, a mapping's keys
    and values.
    """
    schema = tool.input.model_json_schema()
    for path, what, value in _of(schema, schema.get("$defs", {})):
        yield ".".join(path), what, _changed(arguments, path, value)


_ABSENT = object()


def _of(schema: Json, named: Json) -> Iterator[tuple[tuple[str, ...], str, Any]]:
    for name in schema.get("required", []):
        yield (name,), "missing", _ABSENT
    yield ("colour",), "unknown", "red"
    for name, said in schema["properties"].items():
        yield (name,), "of another type", [[]]
        shapes = [_resolved(one, named) for one in said.get("anyOf", [said])]
        if len(shapes) > 1 and {"type": "null"} not in shapes:
            continue
        for shape in shapes:
            yield from (((name, *path), what, value) for path, what, value in _inside(shape, named))


def _inside(shape: Json, named: Json) -> Iterator[tuple[tuple[str, ...], str, Any]]:
    """What can be wrong with one value of this shape, and with what it holds."""
    yield from (((), what, value) for what, value in _beyond(shape))
    if "properties" in shape:
        yield from _of(shape, named)
    held = {_FIRST: shape["items"]} if "items" in shape else {}
    for pattern, value in shape.get("patternProperties", {}).items():
        assert re.search(pattern, _KEY)
        yield ("\n",), "malformed", 1
        held[_KEY] = value
    for name, said in held.items():
        yield (name,), "of another type", [[]]
        yield from (((name, *path), what, value) for path, what, value in _inside(_resolved(said, named), named))


def _resolved(shape: Json, named: Json) -> Json:
    found: Json = named[shape["$ref"].rpartition("/")[2]] if "$ref" in shape else shape
    return found


def _beyond(shape: Json) -> Iterator[tuple[str, Any]]:
    for bound, (what, beyond) in _BOUNDS.items():
        if bound in shape:
            yield what, beyond(shape[bound])
    if "pattern" in shape and re.search(shape["pattern"], "a" * _LONG) is None:
        yield "too long", "a" * _LONG


_BOUNDS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "minimum": ("too small", lambda least: least - 1),
    "exclusiveMinimum": ("too small", lambda bound: bound),
    "maximum": ("too large", lambda most: most + 1),
    "maxLength": ("too long", lambda most: "a" * (most + 1)),
    "pattern": ("malformed", lambda _: "\n"),
    "enum": ("not on the list", lambda _: "no such"),
    "maxItems": ("too many", lambda most: ["a"] * (most + 1)),
    "maxProperties": ("too many", lambda most: {f"a{number}": 1 for number in range(most + 1)}),
}
"""A value out of each kind of bound that a schema can say."""


def _changed(arguments: Json, path: tuple[str, ...], value: Any) -> Json:
    first, *rest = path
    if rest:
        held = arguments.get(first) or {}
        inside = _changed(held if isinstance(held, dict) else {}, tuple(rest), value)
        return {**arguments, first: list(inside.values()) if rest[0] == _FIRST else inside}
    kept = {name: one for name, one in arguments.items() if name != first}
    return kept if value is _ABSENT else {**kept, first: value}
