"""Submit a training job to Azure Machine Learning, which starts the machines and ends them."""

from __future__ import annotations

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.errors import translated
from mcp_handlers.azure.labels import insist, labels, name
from mcp_handlers.azure.owned import JOB, find
from mcp_handlers.azure.training import put_job, remove_job
from mcp_handlers.azure.workspace import ensure_workspace
from mcp_handlers.tools.submit_ml_job import Input, Output
from workflow.model.errors import NotFound, Rejected, TollgateError
from workflow.model.resource import Resource

PERMISSIONS = (
    "Microsoft.KeyVault/vaults/read",
    "Microsoft.KeyVault/vaults/write",
    "Microsoft.MachineLearningServices/locations/mfeOperationResults/read",
    "Microsoft.MachineLearningServices/locations/mfeOperationsStatus/read",
    "Microsoft.MachineLearningServices/workspaces/datastores/delete",
    "Microsoft.MachineLearningServices/workspaces/datastores/read",
    "Microsoft.MachineLearningServices/workspaces/datastores/write",
    "Microsoft.MachineLearningServices/workspaces/environments/delete",
    "Microsoft.MachineLearningServices/workspaces/environments/versions/delete",
    "Microsoft.MachineLearningServices/workspaces/environments/versions/read",
    "Microsoft.MachineLearningServices/workspaces/environments/versions/write",
    "Microsoft.MachineLearningServices/workspaces/jobs/delete",
    "Microsoft.MachineLearningServices/workspaces/jobs/read",
    "Microsoft.MachineLearningServices/workspaces/jobs/write",
    "Microsoft.MachineLearningServices/workspaces/read",
    "Microsoft.MachineLearningServices/workspaces/write",
    "Microsoft.Storage/storageAccounts/read",
    "Microsoft.Storage/storageAccounts/write",
)


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """Submit the job, or find the one that the same key submitted. A resource's id is `workspace/job`.

    Azure decides the zone and the size of the local disk of a managed machine, so `disk_gib` has no effect.
    It queues a spot job that was taken back again by itself, as often as need be within `hours`: it has no number of
    retries to set, so `retries_on_preemption` has no effect either.
    """
    insist(wanted)
    if wanted.zone:
        raise Rejected("Azure Machine Learning does not let a zone be chosen.", "Ask for the region only.")
    bucket = Resource(cloud="azure", kind="bucket", id=wanted.bucket, region=wanted.region)
    with translated(clients, wanted.region, writes=True):
        if find(clients, bucket, wanted.tags.tenant) is None:
            raise NotFound(f"There is no bucket {wanted.bucket}.")
        workspace = ensure_workspace(clients, wanted.tags.tenant, wanted.region)
    job = Resource(cloud="azure", kind="job", id=f"{workspace}/{name(key)}", region=wanted.region)
    try:
        with translated(clients, wanted.region, writes=True):
            put_job(clients, workspace, name(key), wanted, labels(wanted.tags, key))
    except TollgateError as error:
        _undo(clients, job, error)
        raise
    return Output(resources=(job,))


def _undo(clients: Clients, job: Resource, cause: TollgateError) -> None:
    """Take away what was made for a job that does not exist. One that does is another call's, which succeeded."""
    try:
        with translated(clients, job.region, writes=True):
            if clients.arm.find(clients.id(JOB, *job.id.split("/"))) is None:
                remove_job(clients, job.id)
    except TollgateError:
        cause.remedy += f" Parts of {job.id} may be left in {job.region}."
