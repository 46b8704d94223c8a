"""One call of the API as it comes in, checked against its operation before anything is done. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from pydantic import ValidationError

from functions.api.operation import NAME, Operation
from functions.api.problem import NotJson, NotUnderstood, TooLong
from workflow.model.base import Noun
from workflow.model.errors import BadRequest, NotFound
from workflow.model.principal import Principal

MAX_BODY = 131_072
"""Bytes. The longest text takes 96 KiB where every character is written as an escape."""
MAX_QUERY = 4_096
_NAME = re.compile(NAME)
_WHOLE = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True)
class Web:
    """An HTTP request: `path` is below the API's root, header names are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Call:
    """What was asked for, and by whom. `names` are the parts of the path that stand in braces."""

    operation: Operation
    principal: Principal
    names: tuple[str, ...]
    query: Any
    body: Any
    headers: Mapping[str, str]


def names_in(path: str, pattern: str) -> tuple[str, ...] | None:
    """What stands where the pattern has braces; None where the path does not fit it. Raises NotFound for no names."""
    parts, wanted = path.split("/"), pattern.split("/")
    if len(parts) != len(wanted):
        return None
    pairs = list(zip(parts, wanted, strict=True))
    if any(part != want for part, want in pairs if not want.startswith("{")):
        return None
    names = tuple(unquote(part) for part, want in pairs if want.startswith("{"))
    if not all(_NAME.fullmatch(name) for name in names):
        raise NotFound("There is nothing of that name.", "Check the address.")
    return names


def query_of(operation: Operation, text: str) -> Noun:
    """The query as its shape. Raises BadRequest for what is unknown, twice there, or wrong."""
    if len(text) > MAX_QUERY:
        raise BadRequest("The query is too long.", "Send less.")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=32, errors="strict")
    except ValueError:
        raise BadRequest("The query cannot be read.", "Send name=value pairs, percent-encoded.") from None
    found: dict[str, str] = dict(pairs)
    if len(found) < len(pairs):
        raise BadRequest("A parameter is there twice.", "Send it once.")
    for name, about in operation.query.model_fields.items():
        if about.annotation is int and name in found and not _WHOLE.fullmatch(found[name]):
            raise BadRequest(f"{name}: a whole number is wanted.", "Correct the query.")
    return _checked(operation.query, found, "the query")


def body_of(operation: Operation, headers: Mapping[str, str], body: bytes) -> Noun | None:
    """The body as its shape. Raises TooLong, NotJson, NotUnderstood, and BadRequest for a field that is wrong."""
    if operation.body is None:
        return None
    if len(body) > MAX_BODY:
        raise TooLong(f"The body is longer than {MAX_BODY:,} bytes.", "Send less.")
    media = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise NotJson("The body is not said to be JSON.")
    try:
        return operation.body.model_validate_json(body, strict=True)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        if first["type"] == "json_invalid":
            raise NotUnderstood("The body is no JSON.", "Send one JSON object.") from None
        raise _wrong(error, "the body") from None


def _checked(shape: type[Noun], found: Mapping[str, str], what: str) -> Noun:
    try:
        return shape.model_validate_strings(found)
    except ValidationError as error:
        raise _wrong(error, what) from None


def _wrong(error: ValidationError, what: str) -> BadRequest:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    where = ".".join(str(part)[:64] for part in first["loc"])
    return BadRequest(f"{where + ': ' if where else ''}{first['msg']}.", f"Correct {what}.")
