"""The control plane, wired: gate, store, signer, and a way to every cloud's functions."""

from __future__ import annotations

import os
from collections.abc import Mapping

from starlette.routing import BaseRoute

from functions.catalog import catalog
from functions.http import keyed
from functions.judges import live
from functions.orchestrate.wake import wake
from functions.pages.session import Sessions
from functions.pages.site import Site
from functions.pages.ways import Ways
from functions.registry import contracts
from functions.serve.approvals import PATH, Pages
from functions.serve.callers import callers
from functions.serve.callers import providers as issuers_of
from functions.serve.metadata import metadata_url
from functions.serve.settings import Settings
from functions.serve.terms import approval_terms, budgets
from functions.serve.wellknown import signer_of, standing
from functions.trust import trust
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.forward import Forward, Pass, Post
from mcp_handlers.kernel.identity import SignedIdentity
from mcp_handlers.kernel.observed import Observed
from mcp_handlers.tools.get_cost_estimate import Output, Priced
from workflow.control.background import Background
from workflow.control.decide import Control
from workflow.control.front import Front
from workflow.control.pricing import Estimate
from workflow.control.rate import Rates, limits
from workflow.control.sign import Signs
from workflow.model.base import Json
from workflow.model.ports import Gate, Store
from workflow.model.principal import Principal


def forwards(settings: Settings, post: Post) -> dict[str, Forward]:
    """The way to each cloud's functions."""
    keys = settings.gateway_keys
    return {
        cloud: Forward(cloud, settings.cloud_url(cloud), keyed(post, keys.get(cloud, ""))) for cloud in settings.clouds
    }


def estimate(clouds: Mapping[str, Forward], signer: Signs) -> Estimate:
    """Asks a cloud's own get_cost_estimate function, as the principal who wants to know."""

    async def ask(principal: Principal, cloud: str, wanted: Json) -> Priced | None:
        token = signer.token(principal, cloud)
        result = await clouds[cloud].call("get_cost_estimate", wanted, Pass(token=token), writes=False)
        if result.structured is None:
            return None
        return next(iter(Output.model_validate(result.structured).offers), None)

    return ask


def control(settings: Settings, store: Store, post: Post, judge: Gate | None = None) -> Control:
    """The control plane's judgement over this store. Without another `judge`, the policies in force, in process."""
    clock = SystemClock()
    signer = signer_of(settings)
    clouds = forwards(settings, post)
    return Control(
        tools=contracts(),
        gate=judge or live(),
        store=store,
        signer=signer,
        clock=clock,
        estimate=estimate(clouds, signer),
        terms=approval_terms(),
        wake=wake(os.environ),
        unusual=budgets().unusual,
    )


def control_endpoints(settings: Settings, judgement: Control, post: Post) -> dict[str, Endpoint]:
    """`/mcp` for everyone, and for each cloud's catalog a way in for the writes that come to it."""
    clouds, trusted = forwards(settings, post), standing(settings, judgement.store)
    providers = issuers_of(settings.oidc)
    identity = callers(providers, trusted, judgement.store, judgement.clock)
    rates = Rates(limits(), judgement.clock)
    front = Observed(Front(judgement, clouds, identity, rates, pages=settings.control_url + PATH))
    background = Background(front, judgement.tools, judgement.store, identity, judgement.clock)
    found = {"/mcp": Endpoint(front, background, metadata_url(settings.control_url) if providers else "")}
    for cloud in clouds:
        theirs = SignedIdentity(trusted, cloud, judgement.clock)
        restricted = Endpoint(Observed(Front(judgement, clouds, theirs, rates, cloud, settings.control_url + PATH)))
        for tool in judgement.tools:
            found[f"/clouds/{cloud}/mcp/{tool}"] = restricted
    return found


def approval_routes(settings: Settings, judgement: Control) -> list[BaseRoute]:
    """The pages where people decide on what is asked."""
    trusted = standing(settings, judgement.store)
    identity = callers(issuers_of(settings.oidc), trusted, judgement.store, judgement.clock)
    return Pages(judgement.desk, identity, judgement.tools).routes()


def page_routes(settings: Settings, judgement: Control) -> list[BaseRoute]:
    """The pages to look at and act on, and their sessions. Behind every other route."""
    issuers = issuers_of(settings.oidc)
    identity = callers(issuers, standing(settings, judgement.store), judgement.store, judgement.clock)
    ways = Ways(issuers, judgement.clock, local=settings.ring is None)
    return Site(ways, Sessions(identity, ways, judgement.clock)).routes()


def catalog_endpoint(settings: Settings, cloud: str, post: Post) -> Endpoint:
    """A cloud's `/mcp`."""
    trusted = trust(settings.environment())
    return catalog(cloud, settings.cloud_url(cloud), settings.control_url, trusted, post)
