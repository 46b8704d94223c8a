"""A training job on Azure Machine Learning's serverless compute, and what is made for it: an environment that names its
image, and a datastore that leads to its bucket."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.owned import JOB, WORKSPACE
from workflow.model.base import Json

if TYPE_CHECKING:
    from mcp_handlers.tools.submit_ml_job import Input

CONTAINER = "data"
"""The container of every bucket of ours."""
_ENDED = frozenset({"Completed", "Failed", "Canceled", "NotResponding"})
_DEFAULT = ("train",)
"""Azure runs no image without a command. This is what Amazon SageMaker gives an image that comes without one."""
_TIER = {"on_demand": "Standard", "spot": "Spot"}


def put_job(clients: Clients, workspace: str, job: str, wanted: Input, tags: Mapping[str, str]) -> None:
    """Submit. What is there already under these names is left as it is."""
    arm, environment = clients.arm, _environment(clients, workspace, job)
    image = {"image": wanted.image, "osType": "Linux", "tags": dict(tags)}
    arm.ensure(f"{environment}/versions/1", {"properties": image})
    arm.ensure(_datastore(clients, workspace, job), {"properties": {**bucket_store(wanted.bucket), "tags": dict(tags)}})
    version = f"{environment}/versions/1"
    arm.ensure(clients.id(JOB, workspace, job), {"properties": _command(wanted, job, version, tags)})


def remove_job(clients: Clients, job_id: str) -> bool:
    """Cancel and delete the job, then what was made for it. True if anything was taken away."""
    from azure.core.exceptions import ResourceNotFoundError

    workspace, _, job = job_id.partition("/")
    arm, path = clients.arm, clients.id(JOB, workspace, job)
    found = arm.find(path)
    if found is not None and found["properties"]["status"] not in _ENDED:
        # Another call may be quicker.
        with contextlib.suppress(ResourceNotFoundError):
            arm.act(f"{path}/cancel")
    environment = _environment(clients, workspace, job)
    paths = (path, f"{environment}/versions/1", environment, _datastore(clients, workspace, job))
    gone = [arm.delete(one) for one in paths]
    return any(gone)


def _command(wanted: Input, job: str, environment: str, tags: Mapping[str, str]) -> Json:
    results = f"azureml://datastores/{store_name(job)}/paths/{job}/"
    checkpoints = f"azureml://datastores/{store_name(job)}/paths/{wanted.checkpoint_path.rstrip('/')}/"
    return {
        "jobType": "Command",
        "displayName": job,
        "experimentName": "tollgate",
        "command": shlex.join(wanted.command or _DEFAULT),
        "environmentId": environment,
        "environmentVariables": {
            "TOLLGATE_OUTPUT": "${{outputs.results}}",
            "TOLLGATE_CHECKPOINTS": "${{outputs.checkpoints}}",
        },
        "outputs": {"results": _folder(results), "checkpoints": _folder(checkpoints)},
        "resources": {"instanceType": wanted.machine, "instanceCount": wanted.count},
        "queueSettings": {"jobTier": _TIER[wanted.purchase]},
        "limits": {"jobLimitsType": "Command", "timeout": f"PT{max(1, round(wanted.hours * 3600))}S"},
        "identity": {"identityType": "Managed"},
        "tags": dict(tags),
    }


def _folder(uri: str) -> Json:
    return {"jobOutputType": "uri_folder", "mode": "ReadWriteMount", "uri": uri}


def bucket_store(account: str) -> Json:
    """A datastore that leads to a bucket, by the workspace's identity.

    That needs the role Storage Blob Data Contributor there.
    """
    return {
        "datastoreType": "AzureBlob",
        "accountName": account,
        "containerName": CONTAINER,
        "endpoint": "core.windows.net",
        "protocol": "https",
        "credentials": {"credentialsType": "None"},
        "serviceDataAccessAuthIdentity": "WorkspaceSystemAssignedIdentity",
    }


def _environment(clients: Clients, workspace: str, job: str) -> str:
    return clients.id(f"{WORKSPACE}/environments", workspace, job)


def _datastore(clients: Clients, workspace: str, job: str) -> str:
    return clients.id(f"{WORKSPACE}/datastores", workspace, store_name(job))


def store_name(job: str) -> str:
    """A datastore's name: letters, digits and underscores."""
    return job.replace("-", "_")
