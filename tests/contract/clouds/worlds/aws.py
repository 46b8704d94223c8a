"""The local AWS."""

from __future__ import annotations

import pytest

from mcp_handlers.aws import attach_volume
from mcp_handlers.aws.client import Clients
from tests.contract.clouds.aws_cloud import LocalAws
from tests.contract.clouds.judged import Judged
from tests.contract.clouds.pool_clouds import ScalingGroups
from tests.contract.clouds.route_clouds import AwsRoutes
from tests.contract.clouds.secret_clouds import AwsSecrets
from tests.contract.clouds.serving_benches import AwsBench
from tests.contract.clouds.volumes import Aws


class World(Judged):
    """Judged by boto3."""

    cloud, region, machine = "aws", "eu-west-1", "m5.xlarge"
    writes = {  # noqa: RUF012 (never changed)
        "provision_compute": "RunInstances",
        "launch_spot": "RunInstances",
        "create_storage_bucket": "PUT /",
        "attach_volume": "CreateVolume",
        "submit_ml_job": "CreateTrainingJob",
        "deploy_model": "CreateEndpoint",
        "rotate_secret": "PutSecretValue",
        "failover_route": AwsRoutes.change,
        "scale_nodepool": ScalingGroups.resizing,
        "release_resource": "DELETE /",
    }

    def __init__(self, local: LocalAws) -> None:
        self.local, self.clients = local, local.clients()
        self.volumes, self.bench = Aws(local, self.clients), AwsBench(local, self.clients)
        self.store, self.pools, self.routes = AwsSecrets(local), ScalingGroups(local), AwsRoutes(local)

    def impatient(self, patched: pytest.MonkeyPatch) -> Clients:
        return self.local.clients(read_seconds=0.2)

    def resources(self, tool: str) -> list[str]:
        if tool in ("provision_compute", "launch_spot"):
            return [one["InstanceId"] for one in self.local.instances()]
        if tool == "submit_ml_job":
            listed = self.local.sdk("sagemaker").list_training_jobs()["TrainingJobSummaries"]
            return [one["TrainingJobName"] for one in listed if not one["TrainingJobStatus"].startswith("Stop")]
        return [one["Name"] for one in self.local.sdk("s3").list_buckets()["Buckets"]]


def begin(request: pytest.FixtureRequest, patched: pytest.MonkeyPatch) -> World:
    """An empty one."""
    patched.setattr(attach_volume, "APPEARS_SECONDS", 0.1)
    return World(request.getfixturevalue("aws"))
