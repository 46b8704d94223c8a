"""The REST API over the control plane, wired."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from functions.api.api import Api
from functions.api.around import Around, Probe
from functions.api.house_shapes import Circuit, Probed
from functions.judges import Bench
from functions.orchestrate.wake import wake
from functions.serve.callers import callers
from functions.serve.callers import providers as issuers_of
from functions.serve.metadata import metadata_url
from functions.serve.settings import Settings
from functions.serve.wellknown import standing
from policies.engine.opa_server import OpaServer
from workflow.control.decide import Control
from workflow.control.rate import Buckets, limits
from workflow.intake.intake import Intake
from workflow.model.errors import CloudDown
from workflow.store.store import Store

PROBE_SECONDS = 2.0
FRESH_SECONDS = 5.0
"""For so long who was asked is not asked again."""
T = TypeVar("T")


class _Said(BaseModel):
    """What counts of an answer to how it is."""

    circuits: tuple[Circuit, ...] | None = None


def api(settings: Settings, store: Store, judgement: Control, judges: Bench) -> Api:
    """Everybody who may call the control plane may call it."""
    providers, trusted = issuers_of(settings.oidc), standing(settings, store)
    around = Around(
        store=store,
        intake=intake(store, judgement),
        desk=judgement.desk,
        clock=judgement.clock,
        gate=judges.gate,
        tools=judgement.tools,
        clouds=settings.clouds,
        probe=probing(settings),
        engine=str(judges.opa.address) if judges.opa else "in process",
        shadow=judges.shadowed is not None,
        judges=judging(judges.opa),
    )
    identity = callers(providers, trusted, store, judgement.clock)
    metadata = metadata_url(settings.control_url) if providers else ""
    return Api(around, identity, limits(), Buckets(judgement.clock), metadata)


def intake(store: Store, judgement: Control) -> Intake:
    """The way in, that wakes whoever goes on with runs."""
    return Intake(store, wake(os.environ), judgement.clock)


def probing(settings: Settings) -> Probe:
    """Asks a cloud's endpoints for any answer; it is remembered for a moment, whoever asks."""
    asked = remembered(lambda cloud: _asked(f"{settings.cloud_url(cloud)}/healthz"))

    async def probe(cloud: str) -> Probed:
        said = await asked(cloud)
        if said is None:
            raise CloudDown(f"The functions on {cloud} do not answer.")
        return said

    return probe


def judging(opa: OpaServer | None) -> Callable[[], Awaitable[bool]]:
    """Asks whether verdicts come, which is remembered for a moment too: anybody may ask for the API's health."""

    async def ask(_: str) -> bool:
        return opa is None or await opa.health()

    asked = remembered(ask)
    return lambda: asked("")


def remembered(ask: Callable[[str], Awaitable[T]]) -> Callable[[str], Awaitable[T]]:
    """The same question again within FRESH_SECONDS has the same answer."""
    known: dict[str, tuple[float, T]] = {}

    async def answer(what: str) -> T:
        found = known.get(what)
        if found is None or time.monotonic() - found[0] >= FRESH_SECONDS:
            said = await ask(what)
            found = known[what] = (time.monotonic(), said)
        return found[1]

    return answer


async def _asked(url: str) -> Probed | None:
    began = time.monotonic()
    try:
        async with httpx.AsyncClient(timeout=PROBE_SECONDS) as http:
            said = await http.get(url)
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
    return Probed(milliseconds=(time.monotonic() - began) * 1000, circuits=_circuits(said.content))


def _circuits(text: bytes) -> tuple[Circuit, ...] | None:
    """What a cloud on this machine says of its circuit breakers; functions elsewhere answer with anything at all."""
    try:
        return _Said.model_validate_json(text).circuits
    except ValidationError:
        return None
