"""Words as a Request. Pure but for the run's random name."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from workflow.language.legible import check
from workflow.model.errors import BadRequest
from workflow.model.principal import Principal
from workflow.model.workload import Request, Until


def make_request(
    principal: Principal,
    text: str,
    now: datetime,
    *,
    project: str = "default",
    environment: str = "development",
    until: Until = "running",
) -> Request:
    """What the principal demands, under a name that no other run has. Raises BadRequest, saying what is wrong and what
    to do."""
    check(text)
    if environment not in ("development", "staging", "production"):
        raise BadRequest(f"There is no environment {environment!r}.", "Choose development, staging or production.")
    fields: dict[str, Any] = {"project": project, "environment": environment, "submitted_at": now, "until": until}
    try:
        return Request(id=f"r{now:%y%m%d%H%M%S}-{secrets.token_hex(4)}", text=text, principal=principal, **fields)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise BadRequest(f"{'.'.join(map(str, first['loc']))}: {first['msg']}.") from None
