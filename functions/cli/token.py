"""`tollgate token`: a local access token, signed with this machine's key."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer
from pydantic import ValidationError

from functions.cli import output
from functions.cli.principal import local_principal
from functions.registry import cloud_names
from functions.serve.settings import settings
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.kernel.identity import audience
from workflow.control.signing import local_signer
from workflow.model.errors import BadRequest, TollgateError
from workflow.model.principal import Principal


def token(
    plane: Annotated[str, typer.Option("--for", help="control, or the cloud whose endpoints it is for.")] = "control",
    user: Annotated[str, typer.Option(help="Who.")] = "",
    tenant: Annotated[str, typer.Option(help="Who pays.")] = "",
    role: Annotated[list[str] | None, typer.Option(help="May be repeated.")] = None,
    minutes: Annotated[int, typer.Option(min=1, max=720, help="How long it holds.")] = 60,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print a bearer token for this machine's endpoints. It is good nowhere else."""
    try:
        if plane not in ("control", *cloud_names()):
            raise BadRequest(f"There is no plane {plane!r}.", f"Choose control, {', '.join(cloud_names())}.")
        principal = _principal(user, tenant, role)
    except TollgateError as error:
        raise typer.Exit(output.say_error(error, as_json)) from None
    signer = local_signer(settings().keys, SystemClock())
    signed = signer.token(principal, plane, timedelta(minutes=minutes))
    if as_json:
        told = {"token": signed, "audience": audience(plane), "minutes": minutes}
        output.say_json({**told, "principal": principal.model_dump(mode="json")})
    else:
        print(signed)


def _principal(user: str, tenant: str, roles: list[str] | None) -> Principal:
    base = local_principal()
    try:
        return Principal(id=user or base.id, tenant=tenant or base.tenant, roles=tuple(roles or base.roles))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise BadRequest(
            f"{first['loc'][0]}: {first['msg']}.", "Names are lower-case letters, digits, . _ @ -"
        ) from None
