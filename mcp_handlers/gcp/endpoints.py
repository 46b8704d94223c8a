"""Vertex AI's endpoints: how one stands, its long-running operations, and moving its traffic.

What the shares were before a move is written into the endpoint's labels in the same request that moves them.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from mcp_handlers.gcp import errors, naming
from mcp_handlers.gcp.client import OPERATION_SECONDS, Clients
from mcp_handlers.kernel import deadline
from workflow.model.base import Json
from workflow.model.errors import NotFound, OutcomeUnknown, Rejected, Throttled
from workflow.model.resource import Resource
from workflow.model.share import Share, Shares, read, remaining, written

BEFORE = "tollgate-before-"
"""With an effect's number behind it, a label that tells the shares before the effect."""
_POLL_SECONDS = (0.05, 5.0)
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


def finish(clients: Clients, operation: Json, region: str) -> Json:
    """Poll a long-running operation until it is done. Raises its error; OutcomeUnknown where it takes too long."""
    limit = deadline.remaining(datetime.now(UTC), OPERATION_SECONDS)
    end, pause = time.monotonic() + limit, _POLL_SECONDS[0]
    path = str(operation["name"]).partition(f"/locations/{region}/")[2]
    while not operation.get("done"):
        if time.monotonic() > end:
            raise OutcomeUnknown(f"gcp: operation {path} was not done in {limit:.0f} s")
        time.sleep(pause)
        pause = min(pause * 1.6, _POLL_SECONDS[1])
        with suppress(Throttled):
            operation = clients.vertex("GET", path, region=region)
    if operation.get("error"):
        raise errors.from_status(operation["error"])
    return operation


def in_flight(clients: Clients, region: str, endpoint: str) -> list[Json]:
    """The operations on the endpoint that are not done."""
    told = clients.every(clients.vertex, f"endpoints/{endpoint}/operations", "operations", region=region)
    return [operation for operation in told if not operation.get("done")]


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
    """Stop a variant's machines, the others taking its traffic, and delete its model."""
    held, name = deployed(endpoint), str(endpoint["name"]).rpartition("/")[2]
    if variant in held:
        now = tuple(Share(variant=one, percent=int(endpoint.get("trafficSplit", {}).get(one, 0))) for one in held)
        idle = Share(variant=variant, percent=0) in now
        left = [one for one in now if one.variant != variant] if idle else remaining(now, variant)
        split = {one.variant: one.percent for one in left}
        body = {"deployedModelId": variant, "trafficSplit": split}
        path = f"endpoints/{name}:undeployModel"
        finish(clients, clients.vertex("POST", path, body, region=region), region)
    delete_model(clients, region, name, variant)


def model_id(endpoint: str, variant: str) -> str:
    """The model behind a variant."""
    return f"{endpoint}-{variant}"


def delete_model(clients: Clients, region: str, endpoint: str, variant: str) -> None:
    """Delete the model behind a variant, if it is there."""
    with suppress(NotFound):
        operation = clients.vertex("DELETE", f"models/{model_id(endpoint, variant)}", region=region)
        finish(clients, operation, region)


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
        finish(clients, clients.vertex("DELETE", f"endpoints/{name}", region=region), region)


def mine(endpoint: Json, tenant: str) -> bool:
    """True where the endpoint is the tenant's."""
    return naming.ours(endpoint.get("labels"), tenant)
