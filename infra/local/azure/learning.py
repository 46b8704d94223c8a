"""Azure Machine Learning: workspaces with what they need, and jobs that queue, run and are cancelled."""

from __future__ import annotations

from collections.abc import Mapping

from infra.local.azure import families, quotas
from infra.local.azure.address import Address
from infra.local.azure.kind import Action, Kind, World
from infra.local.azure.refusal import conflict, invalid
from infra.local.azure.store import Resource
from workflow.model.base import Json

WORKSPACE = "microsoft.machinelearningservices/workspaces"
JOB = f"{WORKSPACE}/jobs"
_ENDED = frozenset({"Completed", "Failed", "Canceled"})


def _check_workspace(world: World, _address: Address, body: Json, _old: Resource | None) -> None:
    properties = body.get("properties") or {}
    for name in ("storageAccount", "keyVault"):
        reference = properties.get(name)
        if not reference:
            raise invalid(f"Missing dependent resources in workspace json: {name}", "ValidationError")
        if world.store.find(reference) is None:
            raise invalid(f"Dependent resource {reference} was not found.", "ValidationError")
    if not body.get("identity"):
        raise invalid("A workspace needs a managed identity.", "ValidationError")


def _check_job(world: World, address: Address, body: Json, old: Resource | None) -> None:
    properties = body.get("properties") or {}
    if old is not None:
        raise conflict("UserError", f"A job named {address.name} exists; jobs cannot be changed, only their tags.")
    for name in ("jobType", "command", "environmentId"):
        if not properties.get(name):
            raise invalid(f"The {name} field is required.", "UserError")
    if world.store.find(properties["environmentId"]) is None:
        raise invalid(f"Environment {properties['environmentId']} was not found.", "UserError")
    wanted = properties.get("resources") or {}
    if not properties.get("computeId") and not families.known(wanted.get("instanceType", "")):
        raise invalid("A job without computeId needs resources.instanceType, a VM size.", "UserError")
    properties.setdefault("resources", {}).setdefault("instanceCount", 1)


def _make_job(world: World, job: Resource) -> None:
    properties, call = job.properties, f"PUT {job.address.id}"
    place, wanted = world.store.location(job.address), properties["resources"]
    spot = (properties.get("queueSettings") or {}).get("jobTier") == "Spot"
    properties["status"] = "NotStarted"
    size, count = wanted["instanceType"], wanted["instanceCount"]
    quotas.ensure_room(world, place, size, count, spot=spot, managed=True, call=call)
    if world.faults.take("no_capacity", region=place, operation=call):
        raise conflict("SkuNotAvailable", f"The requested VM size {size} is currently not available in {place}.")
    job.hidden["ill"] = world.faults.take("unhealthy", region=place, operation=call) is not None
    properties["status"] = "Queued"
    world.store.begin(lambda: _start(job))


def _start(job: Resource) -> None:
    if job.properties["status"] == "Queued":
        job.properties["status"] = "Failed" if job.hidden["ill"] else "Running"


def _view_job(world: World, job: Resource, _query: Mapping[str, str]) -> Json:
    spot = (job.properties.get("queueSettings") or {}).get("jobTier") == "Spot"
    if spot and job.properties["status"] == "Running":
        place, call = world.store.location(job.address), f"GET {job.address.id}"
        if world.faults.take("spot_reclaimed", region=place, operation=call):
            job.properties["status"] = "Failed"
    return job.body


def _keep_job(_world: World, job: Resource) -> None:
    if job.properties["status"] not in _ENDED:
        raise conflict("UserError", f"Job {job.address.name} is {job.properties['status']}: cancel it first.")


def _cancel(_world: World, job: Resource) -> None:
    if job.properties["status"] not in _ENDED:
        job.properties["status"] = "Canceled"


KINDS = {
    WORKSPACE: Kind(check=_check_workspace),
    JOB: Kind(
        check=_check_job,
        made=_make_job,
        view=_view_job,
        keep=_keep_job,
        actions={"cancel": Action(_cancel, slow=True)},
        instant=True,
    ),
    f"{WORKSPACE}/environments": Kind(instant=True),
    f"{WORKSPACE}/environments/versions": Kind(instant=True),
    f"{WORKSPACE}/datastores": Kind(instant=True),
}
