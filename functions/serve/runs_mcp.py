"""`/mcp/runs`: MCP as a front door, wired."""

from __future__ import annotations

from functions.runs_mcp.door import Door
from functions.serve.api import intake
from functions.serve.approvals import PATH as APPROVALS
from functions.serve.callers import callers
from functions.serve.callers import providers as issuers_of
from functions.serve.metadata import metadata_url
from functions.serve.settings import Settings
from functions.serve.wellknown import standing
from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.observed import Observed
from workflow.control.decide import Control
from workflow.control.rate import Rates, limits
from workflow.store.store import Store

RUNS = "/mcp/runs"


def runs_endpoint(settings: Settings, store: Store, judgement: Control) -> Endpoint:
    """For everybody who may call the control plane."""
    providers = issuers_of(settings.oidc)
    door = Door(
        intake=intake(store, judgement),
        desk=judgement.desk,
        identity=callers(providers, standing(settings, store), store, judgement.clock),
        rates=Rates(limits(), judgement.clock),
        cloud_tools=judgement.tools,
        pages=settings.control_url + APPROVALS,
    )
    return Endpoint(Observed(door), metadata=metadata_url(settings.control_url, RUNS) if providers else "")
