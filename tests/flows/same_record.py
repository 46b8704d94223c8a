"""What a record says wherever its run was conducted: on local ports, or by the functions of whichever cloud.

Only what names one run or one moment is put aside: its id, the ids of what it made, digests over these, and times. That
each of them is there is kept.
"""

from __future__ import annotations

import json
import re
from typing import Any

from workflow.model.base import Json
from workflow.model.run import Record

MAIN_JOB = "Train a vision model on one A100 for 6 hours, EU data only, under $100"
"""As the Makefile has it."""
DIGESTS = ("plan_digest", "input_digest")
"""Over the whole plan or question, and so over the run's id."""
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def same(record: Record) -> Json:
    """The record without its run's own names and moments. Equal for two runs that came to the same."""
    text = record.model_dump_json()
    names = [record.run, *dict.fromkeys(made.id for made in record.resources)]
    for number, name in enumerate(names):
        text = text.replace(json.dumps(name), json.dumps(f"<name {number}>"))
    found: Json = json.loads(text, object_hook=_without_digests)
    return _without_times(found)


def _without_digests(told: Json) -> Json:
    return {
        name: "<digest>" if name in DIGESTS and isinstance(value, str) and _DIGEST.fullmatch(value) else value
        for name, value in told.items()
    }


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_times(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_without_times(each) for each in value]
    return "<time>" if isinstance(value, str) and _TIME.fullmatch(value) else value
