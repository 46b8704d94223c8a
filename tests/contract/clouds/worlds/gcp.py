"""The local GCP."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from infra.local.gcp.metadata import PROJECT
from mcp_handlers.gcp import rotation
from tests.contract.clouds.gcp_cloud import LocalGcp
from tests.contract.clouds.judged import Judged
from tests.contract.clouds.pool_clouds import Gke
from tests.contract.clouds.route_clouds import GcpRoutes
from tests.contract.clouds.secret_clouds import GcpSecrets
from tests.contract.clouds.serving_benches import GcpBench
from tests.contract.clouds.volumes import Gcp


class World(Judged):
    """Judged by Google's typed libraries, and by its REST API where there are none."""

    cloud, region, machine = "gcp", "europe-west4", "n1-standard-4"
    writes = {  # noqa: RUF012 (never changed)
        "provision_compute": "POST /compute/v1",
        "launch_spot": "POST /compute/v1",
        "create_storage_bucket": "POST /storage/v1/b",
        "attach_volume": "POST /compute/v1",
        "submit_ml_job": "POST /v1/projects",
        "deploy_model": GcpBench.create,
        "rotate_secret": GcpSecrets.add,
        "failover_route": GcpRoutes.change,
        "scale_nodepool": "PUT /v1/projects",
        "release_resource": "DELETE /storage",
    }

    def __init__(self, local: LocalGcp) -> None:
        self.local, self.clients = local, local.connect()
        self.volumes, self.bench = Gcp(local, self.clients), GcpBench(local, self.clients)
        self.store, self.pools, self.routes = GcpSecrets(local), Gke(local), GcpRoutes(local)

    def impatient(self, patched: pytest.MonkeyPatch) -> Any:
        for name, module in list(sys.modules.items()):
            if name.startswith("mcp_handlers.gcp.") and hasattr(module, "TIMEOUT"):
                patched.setattr(module, "TIMEOUT", (3.0, 0.2))
        return self.local.connect()

    def resources(self, tool: str) -> list[str]:
        if tool in ("provision_compute", "launch_spot"):
            listed = self.local.instances.aggregated_list(project=PROJECT)
            return [one.name for _, scope in listed for one in scope.instances]
        _, buckets, jobs = self.local.held()
        return jobs if tool == "submit_ml_job" else buckets


def begin(request: pytest.FixtureRequest, patched: pytest.MonkeyPatch) -> World:
    """An empty one."""
    patched.setattr(rotation, "CLAIM_SECONDS", 0.2)
    return World(request.getfixturevalue("gcp"))
