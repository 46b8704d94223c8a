"""Where a client is to sign in: OAuth protected-resource metadata (RFC 9728), as MCP's authorization asks."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from workflow.control.identity.issuer import READ, WRITE, Issuer

WELL_KNOWN = "/.well-known/oauth-protected-resource"


def metadata_url(base: str, path: str = "/mcp") -> str:
    """Where the description of the endpoint at `path` stands: the well-known part goes before the path."""
    return f"{base}{WELL_KNOWN}{path}"


def metadata_routes(base: str, providers: Sequence[Issuer], path: str = "/mcp") -> list[BaseRoute]:
    """The description of the endpoint at `base` + `path`."""
    document = {
        "resource": f"{base}{path}",
        "resource_name": "Tollgate",
        "authorization_servers": [provider.issuer for provider in providers],
        "scopes_supported": [READ, WRITE],
        "bearer_methods_supported": ["header"],
    }

    async def answer(request: Request) -> Response:
        return JSONResponse(document, headers={"cache-control": "max-age=300"})

    return [Route(where, answer, methods=["GET"]) for where in (WELL_KNOWN, f"{WELL_KNOWN}{path}")]
