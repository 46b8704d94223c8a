"""A variant of an online endpoint: its deployment, and what is made for it alone.

That is an environment that names its image, a datastore that leads to its bucket, the model in it, and a scaling rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.endpoints import SCALING, move
from mcp_handlers.azure.owned import DEPLOYMENT, ENDPOINT, WORKSPACE
from mcp_handlers.azure.training import bucket_store, store_name
from workflow.model.base import Json
from workflow.model.errors import Unhealthy
from workflow.model.resource import Resource
from workflow.model.share import Shares, remaining

if TYPE_CHECKING:
    from mcp_handlers.tools.deploy_model import Input

_BUSY_PERCENT, _IDLE_PERCENT = 60, 30
"""Mean CPU use beyond which a variant gets a machine more, and below which one less."""


def put_variant(clients: Clients, workspace: str, variant: str, wanted: Input, tags: Mapping[str, str]) -> None:
    """Make what is not there yet, and wait for it. Raises Unhealthy where the container does not come up."""
    arm, below = clients.arm, _parts(clients, workspace, variant)
    image = {"image": wanted.image, "osType": "Linux", "tags": dict(tags)}
    arm.ensure(below["environment"], {"properties": image})
    store = {**bucket_store(wanted.bucket or ""), "tags": dict(tags)}
    arm.ensure(below["datastore"], {"properties": store})
    uri = f"azureml://datastores/{store_name(variant)}/paths/{wanted.model}"
    arm.ensure(below["model"], {"properties": {"modelUri": uri, "modelType": "custom_model", "tags": dict(tags)}})
    path = clients.id(DEPLOYMENT, workspace, wanted.endpoint, variant)
    arm.ensure(path, _deployment(wanted, below, tags))
    found = arm.settled(path) or {}
    if found.get("properties", {}).get("provisioningState") != "Succeeded":
        raise Unhealthy(f"The variant {variant} of {wanted.endpoint} did not come up in {wanted.region}.")
    if wanted.max_replicas > wanted.min_replicas:
        arm.ensure(clients.id(SCALING, variant), _scaling(wanted, path, tags))


def remove_variant(clients: Clients, workspace: str, endpoint: str, variant: str) -> bool:
    """Delete the deployment, then what was made for it. True if anything was taken away."""
    below = _parts(clients, workspace, variant)
    paths = (
        clients.id(SCALING, variant),
        clients.id(DEPLOYMENT, workspace, endpoint, variant),
        *(step for path in below.values() for step in _upwards(path)),
    )
    gone = [clients.arm.delete(one) for one in paths]
    return any(gone)


def release_endpoint(clients: Clients, resource: Resource) -> bool:
    """Take the endpoint away with all that was made for it, or one variant, whose traffic the other gets."""
    from azure.core.exceptions import ResourceNotFoundError

    workspace, endpoint, *variant = resource.id.split("/")
    path = clients.id(ENDPOINT, workspace, endpoint)
    try:
        names = [row["name"] for row in clients.arm.rows(f"{path}/deployments")]
        if variant and names != variant:
            move(
                clients, path, lambda now, tags: (remaining(now, variant[0]), tags) if _holds(now, variant[0]) else None
            )
            return remove_variant(clients, workspace, endpoint, variant[0])
    except ResourceNotFoundError:
        # Another call has taken the endpoint away meanwhile, and what was made for it.
        return False
    gone = clients.arm.delete(path)
    removed = [remove_variant(clients, workspace, endpoint, name) for name in names]
    return gone or any(removed)


def _holds(now: Shares, variant: str) -> bool:
    return any(share.variant == variant for share in now)


def _upwards(path: str) -> tuple[str, ...]:
    """A version, and then what it was the only version of."""
    head, found, _ = path.partition("/versions/")
    return (path, head) if found else (path,)


def _parts(clients: Clients, workspace: str, variant: str) -> dict[str, str]:
    return {
        "environment": clients.id(f"{WORKSPACE}/environments/versions", workspace, variant, "1"),
        "model": clients.id(f"{WORKSPACE}/models/versions", workspace, variant, "1"),
        "datastore": clients.id(f"{WORKSPACE}/datastores", workspace, store_name(variant)),
    }


def _deployment(wanted: Input, below: Mapping[str, str], tags: Mapping[str, str]) -> Json:
    """Its machines are Azure's own, reach nothing but the workspace, and number `sku.capacity`."""
    return {
        "location": wanted.region,
        "kind": "Managed",
        "tags": dict(tags),
        "sku": {"name": "Default", "tier": "Standard", "capacity": wanted.min_replicas},
        "properties": {
            "endpointComputeType": "Managed",
            "instanceType": wanted.machine,
            "environmentId": below["environment"],
            "model": below["model"],
            "scaleSettings": {"scaleType": "Default"},
            "egressPublicNetworkAccess": "Disabled",
        },
    }


def _scaling(wanted: Input, deployment: str, tags: Mapping[str, str]) -> Json:
    capacity = {name: str(count) for name, count in (
        ("minimum", wanted.min_replicas), ("maximum", wanted.max_replicas), ("default", wanted.min_replicas)
    )}  # fmt: skip
    rules = [
        _rule(deployment, "GreaterThan", _BUSY_PERCENT, "Increase"),
        _rule(deployment, "LessThan", _IDLE_PERCENT, "Decrease"),
    ]
    return {
        "location": wanted.region,
        "tags": dict(tags),
        "properties": {
            "enabled": True,
            "targetResourceUri": deployment,
            "profiles": [{"name": "replicas", "capacity": capacity, "rules": rules}],
        },
    }


def _rule(deployment: str, operator: str, threshold: int, direction: str) -> Json:
    trigger = {
        "metricName": "CpuUtilizationPercentage", "metricResourceUri": deployment, "timeGrain": "PT1M",
        "statistic": "Average", "timeWindow": "PT5M", "timeAggregation": "Average",
        "operator": operator, "threshold": threshold,
    }  # fmt: skip
    action = {"direction": direction, "type": "ChangeCount", "value": "1", "cooldown": "PT5M"}
    return {"metricTrigger": trigger, "scaleAction": action}
