"""Azure Machine Learning's online endpoints and their deployments, which start, take traffic and scale."""

from __future__ import annotations

from datetime import UTC, datetime

from infra.local.azure import families, quotas
from infra.local.azure.address import Address
from infra.local.azure.kind import Kind, World
from infra.local.azure.learning import WORKSPACE
from infra.local.azure.refusal import Refusal, conflict, invalid
from infra.local.azure.store import Resource
from workflow.model.base import Json

ENDPOINT = f"{WORKSPACE}/onlineendpoints"
DEPLOYMENT = f"{ENDPOINT}/deployments"
_CRASHED = "User container has crashed or terminated. Please see troubleshooting guide, available here: https://aka.ms"
_ALL = 100


def _check_endpoint(world: World, address: Address, body: Json, old: Resource | None) -> None:
    properties = body.get("properties") or {}
    if not properties.get("authMode"):
        raise invalid("The authMode field is required.", "UserError")
    place = world.store.location(address)
    for other in world.store.under("/subscriptions", ENDPOINT):
        same = other.address.name.lower() == address.name.lower() and world.store.location(other.address) == place
        if same and other.address.key != address.key:
            raise invalid(f"The endpoint name {address.name} is already in use in {place}.", "UserError")
    traffic = properties.get("traffic") or {}
    if traffic and sum(traffic.values()) not in (0, _ALL):
        raise invalid("The sum of traffic has to be either 0 or 100.", "UserError")
    for name in traffic:
        found = world.store.find(f"{address.id}/deployments/{name}")
        if found is None or found.state != "Succeeded":
            raise invalid(f"Deployment {name} of the traffic is not there, or not ready.", "UserError")


def _made_endpoint(world: World, endpoint: Resource) -> None:
    _date(endpoint)
    place = world.store.location(endpoint.address)
    endpoint.properties["scoringUri"] = f"https://{endpoint.address.name}.{place}.inference.ml.azure.com/score"


def _check_deployment(world: World, _address: Address, body: Json, old: Resource | None) -> None:
    properties = body.get("properties") or {}
    for name in ("model", "environmentId"):
        if world.store.find(str(properties.get(name))) is None:
            raise invalid(f"{name} {properties.get(name)} was not found.", "UserError")
    if not families.known(str(properties.get("instanceType"))):
        raise invalid(f"Instance type {properties.get('instanceType')} is not supported.", "UserError")
    if not (body.get("sku") or {}).get("capacity"):
        raise invalid("A managed deployment needs sku.capacity.", "UserError")


def _made_deployment(world: World, deployment: Resource) -> None:
    place, call = world.store.location(deployment.address), f"PUT {deployment.address.id}"
    size, count = deployment.properties["instanceType"], deployment.body["sku"]["capacity"]
    quotas.ensure_room(world, place, size, count, spot=False, managed=True, call=call)
    if world.faults.take("no_capacity", region=place, operation=call):
        raise conflict("OutOfCapacity", f"There is not enough capacity of {size} in {place} now.")
    deployment.hidden["ill"] = world.faults.take("unhealthy", region=place, operation=call) is not None
    _date(deployment)


def _ready_deployment(_world: World, deployment: Resource) -> None:
    if deployment.hidden["ill"]:
        raise Refusal(400, "ResourceNotReady", _CRASHED)


def _keep_deployment(world: World, deployment: Resource) -> None:
    endpoint = world.store.get(deployment.address.parent)
    if (endpoint.properties.get("traffic") or {}).get(deployment.address.name):
        raise conflict("UserError", f"Deployment {deployment.address.name} has traffic and cannot be deleted.")


def _gone_deployment(world: World, deployment: Resource) -> None:
    endpoint = world.store.find(deployment.address.parent.key)
    if endpoint is not None:
        (endpoint.properties.get("traffic") or {}).pop(deployment.address.name, None)


def _date(resource: Resource) -> None:
    resource.body.setdefault("systemData", {"createdAt": datetime.now(UTC).isoformat()})


KINDS = {
    ENDPOINT: Kind(check=_check_endpoint, made=_made_endpoint),
    DEPLOYMENT: Kind(
        check=_check_deployment,
        made=_made_deployment,
        ready=_ready_deployment,
        keep=_keep_deployment,
        gone=_gone_deployment,
    ),
    f"{WORKSPACE}/models": Kind(instant=True),
    f"{WORKSPACE}/models/versions": Kind(instant=True),
}
