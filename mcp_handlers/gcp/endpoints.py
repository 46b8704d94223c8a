"""Vertex AI's endpoints: how one stands, moving its traffic, and taking it away.

What the shares were before a move is written into the endpoint's labels in the same request that moves them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress

from mcp_handlers.gcp import models, naming, operations
from mcp_handlers.gcp.client import Clients
from workflow.model.base import Json
from workflow.model.errors import NotFound, Rejected, Throttled
from workflow.model.resource import Resource
from workflow.model.share import Share, Shares, read, remaining, written

BEFORE = "tollgate-before-"
"""With an effect's number behind it, a label that tells the shares before the effect."""
_ATTEMPTS = 20


def effect_number(key: str) -> str:
    """Ten digits made from the effect's key: the id of the variant it deploys."""
    return str(10**9 + int(hashlib.sha256(key.encode()).hexdigest(), 16) % (9 * 10**9))


def find(clients: Clients, region: str, name: str) -> Json | None:
    """The endpoint, whoever's it is."""
    try:
        return clients.vertex("GET", f"endpoints/{name}", region=region)
    except NotFound:
        return None


def deployed(endpoint: Json) -> dict[str, Json]:
    """The deployed models by id, oldest first."""
    listed = sorted(endpoint.get("deployedModels", []), key=lambda one: (one["createTime"], one["id"]))
    return {str(one["id"]): one for one in listed}


def shares(endpoint: Json) -> Shares:
    """The variants that have been given a share of the endpoint's traffic, oldest first."""
    split, marks = endpoint.get("trafficSplit", {}), endpoint.get("labels", {})
    return tuple(
        Share(variant=one, percent=int(split.get(one, 0))) for one in deployed(endpoint) if BEFORE + one in marks
    )


def move(clients: Clients, region: str, name: str, effect: str, plan: Callable[[Shares], Shares]) -> Shares:
    """Move the traffic as `plan` says. The shares before, whichever call of this effect moved it.

    The endpoint's etag goes along; where another call was faster, it is looked at again.
    """
    for _ in range(_ATTEMPTS):
        found = find(clients, region, name)
        if found is None:
            raise NotFound(f"gcp: the endpoint {name} is gone")
        labels = dict(found["labels"])
        if BEFORE + effect in labels:
            return read(labels[BEFORE + effect])
        before = shares(found)
        after = plan(before)
        alive = {BEFORE + one.variant for one in (*before, *after)}
        kept = {word: value for word, value in labels.items() if not word.startswith(BEFORE) or word in alive}
        body = {
            "etag": found["etag"],
            "labels": {**kept, BEFORE + effect: written(before)},
            "trafficSplit": {one.variant: one.percent for one in after},
        }
        try:
            clients.vertex(
                "PATCH", f"endpoints/{name}", body, region=region, params={"updateMask": "labels,trafficSplit"}
            )
        except Rejected:
            now = find(clients, region, name)
            if now is not None and now["etag"] == found["etag"]:
                raise
            continue
        return before
    raise Throttled(f"gcp: the endpoint {name} is being changed by others")


def undeploy(clients: Clients, region: str, endpoint: Json, variant: str) -> None:
    """Stop a variant's machines, the others taking its traffic, and delete its model. Another may do so as well."""
    held, name = deployed(endpoint), str(endpoint["name"]).rpartition("/")[2]
    if variant in held:
        now = tuple(Share(variant=one, percent=int(endpoint.get("trafficSplit", {}).get(one, 0))) for one in held)
        idle = Share(variant=variant, percent=0) in now
        left = [one for one in now if one.variant != variant] if idle else remaining(now, variant)
        body = {"deployedModelId": variant, "trafficSplit": {one.variant: one.percent for one in left}}
        with suppress(NotFound):
            begun = clients.vertex("POST", f"endpoints/{name}:undeployModel", body, region=region)
            operations.finish(clients, begun, region)
    models.delete(clients, region, models.model_id(name, variant))


def release(clients: Clients, resource: Resource) -> None:
    """Take the endpoint away, or (`endpoint/variant`) one variant, whose traffic the other gets.

    Raises NotFound where there is none.
    """
    region, (name, _, variant) = resource.region, resource.id.partition("/")
    endpoint = clients.vertex("GET", f"endpoints/{name}", region=region)
    held = list(deployed(endpoint))
    if variant and variant not in held:
        raise NotFound(f"gcp: the endpoint {name} has no variant {variant}")
    for one in [variant] if variant else held:
        undeploy(clients, region, endpoint, one)
        endpoint = clients.vertex("GET", f"endpoints/{name}", region=region)
    if not deployed(endpoint):
        operations.finish(clients, clients.vertex("DELETE", f"endpoints/{name}", region=region), region)


def mine(endpoint: Json, tenant: str) -> bool:
    """True where the endpoint is the tenant's."""
    return naming.ours(endpoint.get("labels"), tenant)
