"""The REST API over the control plane, wired."""

from __future__ import annotations

import os
import time

import httpx

from functions.api.api import Api
from functions.api.around import Around, Probe
from functions.judges import Bench
from functions.orchestrate.wake import wake
from functions.serve.callers import callers
from functions.serve.callers import providers as issuers_of
from functions.serve.metadata import metadata_url
from functions.serve.settings import Settings
from functions.serve.wellknown import standing
from workflow.control.decide import Control
from workflow.control.rate import Buckets, limits
from workflow.intake.intake import Intake
from workflow.model.errors import CloudDown
from workflow.store.store import Store

PROBE_SECONDS = 2.0
FRESH_SECONDS = 5.0
"""For so long a cloud that was asked is not asked again."""


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
    )
    identity = callers(providers, trusted, store, judgement.clock)
    metadata = metadata_url(settings.control_url) if providers else ""
    return Api(around, identity, limits(), Buckets(judgement.clock), metadata)


def intake(store: Store, judgement: Control) -> Intake:
    """The way in, that wakes whoever goes on with runs."""
    return Intake(store, wake(os.environ), judgement.clock)


def probing(settings: Settings) -> Probe:
    """Asks a cloud's endpoints for any answer; it is remembered for a moment, whoever asks."""
    asked: dict[str, tuple[float, float | None]] = {}

    async def probe(cloud: str) -> float:
        at, took = asked.get(cloud, (-FRESH_SECONDS, None))
        if time.monotonic() - at >= FRESH_SECONDS:
            took = await _asked(f"{settings.cloud_url(cloud)}/healthz")
            asked[cloud] = (time.monotonic(), took)
        if took is None:
            raise CloudDown(f"The functions on {cloud} do not answer.")
        return took

    return probe


async def _asked(url: str) -> float | None:
    began = time.monotonic()
    try:
        async with httpx.AsyncClient(timeout=PROBE_SECONDS) as http:
            await http.get(url)
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
    return (time.monotonic() - began) * 1000
