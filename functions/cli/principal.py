"""Who the terminal acts as on this machine."""

from __future__ import annotations

import os
from collections.abc import Mapping

from pydantic import ValidationError

from workflow.model.errors import BadRequest
from workflow.model.principal import Principal

ID, TENANT, ROLES = "local@dev", "acme", "developer,ml-engineer"


def local_principal(environ: Mapping[str, str] = os.environ) -> Principal:
    """From TOLLGATE_USER, TOLLGATE_TENANT and TOLLGATE_ROLES (comma-separated). Raises BadRequest for a bad name."""
    try:
        return Principal(
            id=environ.get("TOLLGATE_USER") or ID,
            tenant=environ.get("TOLLGATE_TENANT") or TENANT,
            roles=tuple(role for role in (environ.get("TOLLGATE_ROLES") or ROLES).split(",") if role),
        )
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise BadRequest(
            f"The principal's {first['loc'][0]} is not a name: {first['msg']}.",
            "Correct TOLLGATE_USER, TOLLGATE_TENANT or TOLLGATE_ROLES.",
        ) from None
