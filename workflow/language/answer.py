"""What a model is asked to answer with, and whether what it answered is a Workload."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from workflow.language.clouds import CLOUDS
from workflow.language.instructions import FIELDS
from workflow.language.places import jurisdictions
from workflow.language.regions import is_name
from workflow.model.base import Json
from workflow.model.workload import Workload

_TAKEN = frozenset({"type", "title", "description", "enum", "items", "minimum", "maximum", "anyOf", "properties"})
"""The words of JSON schema that the Gemini API takes in an answer's schema; other providers take more."""
_GPU = re.compile(r"[A-Z0-9][A-Z0-9-]{1,15}")
_NEAR = re.compile(r"[a-z][a-z .'-]{1,58}")


def answer_schema() -> Json:
    """The Workload's JSON schema in the subset that the Gemini API takes, with every field required."""
    schema: Json = _subset(Workload.model_json_schema())
    schema["description"] = "What a request for cloud work asks for."
    schema["properties"] = {name: schema["properties"][name] for name in FIELDS}
    return schema | {"required": list(FIELDS), "propertyOrdering": list(FIELDS)}


def parsed(text: str) -> Any:
    """The JSON that a model wrote. Raises ValueError for what is no JSON, and for NaN and infinity."""
    return json.loads(text, parse_constant=_no_number)


def checked(answer: Any) -> Workload:
    """A model's answer as a Workload. Raises ValueError where a field is missing, unknown or makes no sense."""
    if not isinstance(answer, dict) or set(answer) != set(FIELDS):
        raise ValueError("the answer does not have the Workload's fields")
    for name in ("residency", "regions", "clouds"):
        answer = answer | {name: sorted(set(answer[name] or ()))}
    workload = Workload.model_validate(answer)
    if (workload.budget_usd is None) != (workload.budget_per is None):
        raise ValueError("a budget and what it is per belong together")
    if workload.gpu is not None and workload.gpu_count == 0:
        raise ValueError("a GPU type without a GPU")
    if not (_is_name(_GPU, workload.gpu) and _is_name(_NEAR, workload.near)):
        raise ValueError("a name that is none")
    if not (
        set(workload.residency) <= jurisdictions()
        and set(workload.clouds) <= set(CLOUDS)
        and all(map(is_name, workload.regions))
    ):
        raise ValueError("an unknown jurisdiction, cloud or region")
    return workload.model_copy(update={"any_gpu": workload.gpu_count > 0 and workload.gpu is None})


def _is_name(pattern: re.Pattern[str], value: str | None) -> bool:
    return value is None or pattern.fullmatch(value) is not None


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _subset(schema: Json) -> Json:
    kept = {name: value for name, value in schema.items() if name in _TAKEN}
    if "properties" in kept:
        kept["properties"] = {name: _subset(value) for name, value in kept["properties"].items()}
    if "items" in kept:
        kept["items"] = _subset(kept["items"])
    if "anyOf" in kept:
        kept["anyOf"] = [_subset(value) for value in kept["anyOf"]]
    return kept
