"""The local Azure."""

from __future__ import annotations

import pytest

from infra.local.azure.account import GROUP, SUBSCRIPTION
from mcp_handlers.azure import client, pipeline
from mcp_handlers.azure.workspace import workspace_name
from tests.contract.clouds.azure_cloud import LocalAzure
from tests.contract.clouds.judged import Judged
from tests.contract.clouds.pool_clouds import Aks
from tests.contract.clouds.route_clouds import AzureRoutes
from tests.contract.clouds.secret_clouds import AzureSecrets
from tests.contract.clouds.serving_benches import AzureBench
from tests.contract.clouds.volumes import Azure

PROVIDERS = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers"
WORKSPACE = f"{PROVIDERS}/Microsoft.MachineLearningServices/workspaces/{workspace_name('acme', 'westeurope')}"


class World(Judged):
    """Judged by Azure's management libraries, and by bare Resource Manager where there are none."""

    cloud, region, machine = "azure", "westeurope", "Standard_D2s_v3"
    writes = {  # noqa: RUF012 (never changed)
        "provision_compute": f"PUT {PROVIDERS}/Microsoft.Compute/virtualMachines/",
        "launch_spot": f"PUT {PROVIDERS}/Microsoft.Compute/virtualMachines/",
        "create_storage_bucket": f"PUT {PROVIDERS}/Microsoft.Storage/storageAccounts/",
        "attach_volume": f"PUT {PROVIDERS}/Microsoft.Compute/disks/",
        "submit_ml_job": f"PUT {WORKSPACE}/jobs/",
        "deploy_model": f"PUT {WORKSPACE}/onlineEndpoints/",
        "rotate_secret": AzureSecrets.add,
        "failover_route": AzureRoutes.change,
        "scale_nodepool": "PUT ",
        "release_resource": "DELETE ",
    }

    def __init__(self, local: LocalAzure) -> None:
        self.local, self.volumes = local, Azure(local)
        self.clients = self.volumes.clients
        self.bench = AzureBench(local, self.clients)
        self.store, self.pools, self.routes = AzureSecrets(local), Aks(local), AzureRoutes(local)

    def impatient(self, patched: pytest.MonkeyPatch) -> client.Clients:
        patched.setattr(pipeline, "READ_SECONDS", 0.2)
        return client.connect(self.local.environment)

    def resources(self, tool: str) -> list[str]:
        if tool == "submit_ml_job":
            return [one["name"] for one in self.local.get(f"{WORKSPACE}/jobs").json().get("value", [])]
        kind = "virtualMachines" if tool in ("provision_compute", "launch_spot") else "storageAccounts"
        return [name for name in self.local.names() if f"/{kind}/" in name]


def begin(request: pytest.FixtureRequest, patched: pytest.MonkeyPatch) -> World:
    """An empty one."""
    return World(request.getfixturevalue("azure"))
