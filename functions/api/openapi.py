"""`python -m functions.api.openapi`: writes `docs/openapi.json`, made from the operations that the API is made from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from functions.api.common import Problem
from functions.api.operation import NAME, ROOT, Operation
from functions.api.operations import OPERATIONS
from mcp_handlers.kernel.endpoint import VERSION
from workflow.model.base import Json
from workflow.model.submission import MAX_KEY

FILE = Path(__file__).parents[2] / "docs" / "openapi.json"
_TEMPLATE = "#/components/schemas/{model}"
_SCHEMA = "application/schema+json"
_BY_STATUS = {
    "400": "The request cannot be understood.",
    "401": "Nobody is vouched for.",
    "403": "The caller may not do this.",
    "404": "There is no such thing in the caller's tenant.",
    "409": "It does not fit what is there.",
    "412": "What was shown is no longer what is there.",
    "413": "The body is too long.",
    "415": "The body is no JSON.",
    "422": "A parameter or a field is wrong.",
    "428": "If-Match is missing.",
    "429": "The caller asks too often. Retry-After says when to ask again.",
    "503": "It cannot be answered now. Retry-After says when to ask again.",
}

_EVENT: Json = {
    "type": "object",
    "description": "One event. `data` is a LedgerEntry where `event` is `entry`, else a RunSummary, as JSON.",
    "properties": {
        "event": {"enum": ["entry", "run", "end"]},
        "id": {"type": "string", "description": "The entry's number."},
        "data": {"type": "string", "contentMediaType": "application/json"},
        "retry": {"type": "integer"},
    },
}


def document() -> Json:
    """The OpenAPI 3.1 document."""
    shapes = [(each.answer, "serialization") for each in OPERATIONS if each.answer]
    shapes += [(each.body, "validation") for each in OPERATIONS if each.body]
    named, schemas = models_json_schema([*shapes, (Problem, "serialization")], ref_template=_TEMPLATE)  # type: ignore[list-item]
    paths: Json = {}
    for each in OPERATIONS:
        paths.setdefault(ROOT + each.path, {})[each.method.lower()] = _operation(each, named)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tollgate",
            "version": VERSION,
            "description": "Runs, approvals, costs, policies and the ledger of one tenant: the caller's own.",
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas["$defs"].items())),
            "responses": {status: _problem(status, text, named) for status, text in _BY_STATUS.items()},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(each: Operation, named: Any) -> Json:
    found: Json = {
        "operationId": each.name,
        "tags": [each.group],
        "summary": each.summary,
        "parameters": [*_in_path(each), *_in_query(each), *_in_headers(each)],
        "responses": _responses(each, named),
    }
    if each.body:
        schema = named[(each.body, "validation")]
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    if each.anyone:
        found["security"] = []
    return found


def _in_path(each: Operation) -> list[Json]:
    names = [part[1:-1] for part in each.path.split("/") if part.startswith("{")]
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": NAME}} for name in names
    ]


def _in_query(each: Operation) -> list[Json]:
    schema = each.query.model_json_schema(mode="validation")
    found = []
    for name, told in schema.get("properties", {}).items():
        shape = {key: value for key, value in told.items() if key not in ("description", "title")}
        if "anyOf" in shape and shape.get("default", "") is None:
            # A parameter is left out, never null.
            shape = next(kind for kind in shape["anyOf"] if kind.get("type") != "null")
        text = {"description": told["description"]} if "description" in told else {}
        found.append({"name": name, "in": "query", "required": False, **text, "schema": shape})
    return found


def _in_headers(each: Operation) -> list[Json]:
    found = []
    if each.keyed:
        said = "The sender's own name for this demand: sent again, it is the same run."
        key = {"type": "string", "minLength": 1, "maxLength": MAX_KEY, "pattern": "^[!-~]+$"}
        found.append(_header("Idempotency-Key", said, key))
    if each.tagged:
        found.append(_header("If-None-Match", "The ETag that the caller has: 304 where it still holds."))
    if each.matched:
        found.append({**_header("If-Match", "The ETag of what is decided on."), "required": True})
    if each.answer is None:
        found.append(
            _header("Last-Event-ID", "Go on after this entry.", {"type": "string", "pattern": "^[0-9]{1,18}$"})
        )
    return found


def _header(name: str, said: str, schema: Json | None = None) -> Json:
    return {
        "name": name, "in": "header", "required": False, "description": said, "schema": schema or {"type": "string"}
    }  # fmt: skip


def _responses(each: Operation, named: Any) -> Json:
    headers: Json = {}
    if each.tagged or each.matched:
        headers["ETag"] = {"required": True, "schema": {"type": "string"}}
    if each.answer is None:
        content: Json = {"text/event-stream": {"schema": _EVENT}}
    else:
        content = {"application/json": {"schema": named[(each.answer, "serialization")]}}
    good = {"description": each.summary, "content": content, **({"headers": headers} if headers else {})}
    found: Json = {str(each.status): good}
    if each.keyed:
        found["200"] = {**good, "description": "The run that the same key began before."}
    if each.tagged:
        found["304"] = {"description": "It is as the caller has it."}
    return found | {status: {"$ref": f"#/components/responses/{status}"} for status in _statuses(each)}


def _statuses(each: Operation) -> list[str]:
    found = ["429", "503"]
    found += [] if each.anyone else ["401", "403"]
    found += ["404"] if "{" in each.path else []
    found += ["422"] if each.query.model_fields or each.body or "{" in each.path or each.answer is None else []
    found += ["400", "409", "413", "415"] if each.body else []
    found += ["412", "428"] if each.matched else []
    return sorted(found)


def _problem(status: str, text: str, named: Any) -> Json:
    schema = named[(Problem, "serialization")]
    headers: Json = {}
    if status in ("429", "503"):
        headers["Retry-After"] = {"schema": {"type": "integer", "minimum": 0}}
    if status == "401":
        headers["WWW-Authenticate"] = {"schema": {"type": "string"}}
    content = {"application/problem+json": {"schema": schema}}
    return {"description": text, "content": content, **({"headers": headers} if headers else {})}


def text() -> str:
    """The document as it is written."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
