"""Predictions for a file of requests, one JSON object a line: `{"id", "text", …}` in, `{"id", "got"}` out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable

from workflow.model.base import Json
from workflow.model.errors import BadRequest
from workflow.model.ports import Language
from workflow.model.workload import LABELLED


async def predictions(lines: Iterable[str], language: Language) -> AsyncIterator[Json]:
    """Read every request. `got` has the labelled fields; for a request that cannot be read it is null and
    `error` says why. Raises BadRequest, naming the line, where a line is no request."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        name, text = _request(line, number)
        try:
            reading = await language.read(text)
        except BadRequest as error:
            yield {"id": name, "got": None, "error": f"{error.message} {error.remedy}"}
        else:
            yield {"id": name, "got": reading.workload.model_dump(mode="json", include=set(LABELLED))}


def _request(line: str, number: int) -> tuple[str, str]:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not isinstance(row.get("text"), str):
        raise BadRequest(f"Line {number} is not a request.", 'Each line needs a JSON object with "id" and "text".')
    return row["id"], row["text"]
