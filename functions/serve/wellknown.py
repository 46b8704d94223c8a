"""`/.well-known/jwks.json`: the keys that functions check tokens and Grants with, and what was revoked."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from functions.serve.settings import Settings
from mcp_handlers.kernel.clock import SystemClock
from workflow.control.emergency import Emergency, Standing
from workflow.control.signing import HeldSigner, RingSigner, local_signer
from workflow.model.ports import Store

PATH = "/.well-known/jwks.json"


def emergency(settings: Settings, store: Store, who: str = "") -> Emergency:
    """The operator's hand on this machine's installation."""
    clock = SystemClock()
    return Emergency(store, local_signer(settings.keys, clock), clock, local=True, who=who)


def signer_of(settings: Settings) -> RingSigner | HeldSigner:
    """What signs here: the keys that the settings read, or this machine's own."""
    clock = SystemClock()
    return local_signer(settings.keys, clock) if settings.ring is None else HeldSigner(settings.ring, clock)


def standing(settings: Settings, store: Store) -> Standing:
    """What is believed at this moment."""
    return Standing(store, signer_of(settings), SystemClock(), local=settings.ring is None)


def jwks_route(emergency: Standing) -> BaseRoute:
    """Serves it as things stand; kept nowhere on the way, because its reader goes by its date."""

    async def answer(request: Request) -> Response:
        return JSONResponse(await emergency.dated(), headers={"cache-control": "no-store"})

    return Route(PATH, answer, methods=["GET"])
