"""Serve a model on a Vertex AI endpoint."""

from __future__ import annotations

import threading
import zlib

from mcp_handlers.gcp import endpoints, machines, naming, owned, safety
from mcp_handlers.gcp.client import Clients
from mcp_handlers.gcp.endpoints import BEFORE
from mcp_handlers.gcp.errors import AlreadyExists
from mcp_handlers.tools.deploy_model import Input, Output, joined, moved
from workflow.model.base import Json
from workflow.model.errors import NotFound, OutcomeUnknown, Rejected, TollgateError
from workflow.model.resource import Resource
from workflow.model.share import ALL, Shares

PERMISSIONS = (
    "aiplatform.endpoints.create",
    "aiplatform.endpoints.delete",
    "aiplatform.endpoints.deploy",
    "aiplatform.endpoints.get",
    "aiplatform.endpoints.undeploy",
    "aiplatform.endpoints.update",
    "aiplatform.models.delete",
    "aiplatform.models.get",
    "aiplatform.models.upload",
    "aiplatform.operations.list",
    "storage.buckets.get",
)
_LOCKS = tuple(threading.Lock() for _ in range(64))
"""Calls with the same key wait for each other: one deploys, and the others find what it did."""


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """Do what `action` says, once per key: endpoint, model and variant have ids that are made from it.

    A variant gets traffic only when its container runs; OutcomeUnknown where that takes longer than a call may wait.
    Only callers whom IAM allows reach an endpoint. Raises TollgateError.
    """
    safety.check(wanted)
    whole = Resource(cloud="gcp", kind="endpoint", id=wanted.endpoint, region=wanted.region)
    number = endpoints.effect_number(key)
    if wanted.action != "deploy":
        if owned.read(whole, wanted.tags.tenant, clients) is None:
            raise NotFound(f"gcp: tenant {wanted.tags.tenant} has no endpoint {wanted.endpoint}")
        before = endpoints.move(clients, wanted.region, wanted.endpoint, number, lambda now: moved(wanted, now))
        return Output(endpoint=whole, before=before, after=moved(wanted, before))
    with _LOCKS[zlib.crc32(key.encode()) % len(_LOCKS)]:
        before = _deploy(wanted, clients, key)
    made = whole.model_copy(update={"id": f"{wanted.endpoint}/{number}"})
    after = joined(before, number, wanted.canary_percent)
    return Output(resources=(made,), endpoint=whole, before=before, after=after)


def _deploy(wanted: Input, clients: Clients, key: str) -> Shares:
    bucket = Resource(cloud="gcp", kind="bucket", id=wanted.bucket or "", region=wanted.region)
    if owned.read(bucket, wanted.tags.tenant, clients) is None:
        raise NotFound(f"gcp: tenant {wanted.tags.tenant} has no bucket {wanted.bucket}")
    machine, number = machines.machine(wanted.machine), endpoints.effect_number(key)
    found = _endpoint(wanted, clients, key)
    if BEFORE + number not in found["labels"]:
        try:
            _serve(wanted, clients, key, machine)
        except OutcomeUnknown:
            raise
        except TollgateError as error:
            _undo(wanted, clients, number, error)
            raise

    def plan(now: Shares) -> Shares:
        return joined(now, number, wanted.canary_percent)

    before = endpoints.move(clients, wanted.region, wanted.endpoint, number, plan)
    for dropped in {one.variant for one in before} - {one.variant for one in plan(before)}:
        now = clients.vertex("GET", f"endpoints/{wanted.endpoint}", region=wanted.region)
        endpoints.undeploy(clients, wanted.region, now, dropped)
    return before


def _endpoint(wanted: Input, clients: Clients, key: str) -> Json:
    """The endpoint, made if it is not there. Raises Rejected where another tenant has the name."""
    region, name = wanted.region, wanted.endpoint
    found = endpoints.find(clients, region, name)
    if found is None:
        body = {"displayName": name, "labels": naming.labels(wanted.tags, key)}
        try:
            made = clients.vertex("POST", "endpoints", body, region=region, params={"endpointId": name})
            endpoints.finish(clients, made, region)
        except AlreadyExists:
            for operation in endpoints.in_flight(clients, region, name):
                endpoints.finish(clients, operation, region)
        found = clients.vertex("GET", f"endpoints/{name}", region=region)
    if not endpoints.mine(found, wanted.tags.tenant):
        raise Rejected(f"gcp: the endpoint name {name} is taken", "Ask for another name.")
    return found


def _serve(wanted: Input, clients: Clients, key: str, machine: machines.Machine) -> None:
    """The model, and its machines without a share of the traffic, unless they are there or on their way."""
    region, number = wanted.region, endpoints.effect_number(key)
    for operation in endpoints.in_flight(clients, region, wanted.endpoint):
        endpoints.finish(clients, operation, region)
    found = clients.vertex("GET", f"endpoints/{wanted.endpoint}", region=region)
    held = endpoints.deployed(found)
    if number in held:
        return
    model = endpoints.model_id(wanted.endpoint, number)
    try:
        uploaded = clients.vertex("POST", "models:upload", _model(wanted, key, model), region=region)
        endpoints.finish(clients, uploaded, region)
    except AlreadyExists:
        clients.vertex("GET", f"models/{model}", region=region)
    split = found.get("trafficSplit") or {"0": ALL}
    name = f"projects/{clients.project}/locations/{region}/models/{model}"
    variant = {"id": number, "model": name, "displayName": model, "dedicatedResources": _resources(wanted, machine)}
    body = {"deployedModel": variant, "trafficSplit": split}
    begun = clients.vertex("POST", f"endpoints/{wanted.endpoint}:deployModel", body, region=region)
    endpoints.finish(clients, begun, region)


def _model(wanted: Input, key: str, model: str) -> Json:
    return {
        "modelId": model,
        "model": {
            "displayName": model,
            "artifactUri": f"gs://{wanted.bucket}/{wanted.model}",
            "containerSpec": {"imageUri": wanted.image},
            "labels": naming.labels(wanted.tags, key),
        },
    }


def _resources(wanted: Input, machine: machines.Machine) -> Json:
    accelerator = {
        "acceleratorType": machine.accelerator.upper().replace("-", "_"),
        "acceleratorCount": machine.gpu_count,
    }
    return {
        "machineSpec": {"machineType": machine.type, **(accelerator if machine.gpu else {})},
        "minReplicaCount": wanted.min_replicas,
        "maxReplicaCount": wanted.max_replicas,
    }


def _undo(wanted: Input, clients: Clients, number: str, cause: TollgateError) -> None:
    """Leave nothing of a variant that has no share, nor of an endpoint that has no other."""
    try:
        endpoint = endpoints.find(clients, wanted.region, wanted.endpoint)
        if endpoint is None or BEFORE + number in endpoint["labels"]:
            return
        endpoints.undeploy(clients, wanted.region, endpoint, number)
        if not set(endpoints.deployed(endpoint)) - {number}:
            gone = clients.vertex("DELETE", f"endpoints/{wanted.endpoint}", region=wanted.region)
            endpoints.finish(clients, gone, wanted.region)
    except TollgateError:
        cause.remedy += f" Parts of {wanted.endpoint}/{number} may be left in {wanted.region}."
