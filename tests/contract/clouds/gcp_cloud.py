"""A local GCP for tests: a real server, the handlers' way to it, and Google's typed SDKs as judges of what it holds.

The SDKs take seconds to import, so that they are imported by who asks for one.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from google.auth.compute_engine import _metadata
from google.oauth2.credentials import Credentials

from infra.local.faults import Fault
from infra.local.gcp.metadata import PROJECT, TOKEN_PREFIX
from mcp_handlers.gcp.client import Clients, connect
from mcp_handlers.tools.contract import Tags

ROOT = Path(__file__).parents[3]
REGION, ZONE = "europe-west4", "europe-west4-a"
TAGS = Tags(tenant="acme", project="vision", run="run-1", owner="ann@acme.example", environment="development")


class LocalGcp:
    """A running local GCP."""

    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"
        self.url = f"http://{self.host}"
        self.http = httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {TOKEN_PREFIX}judge"})

    def reset(self) -> None:
        """Forget everything."""
        self.http.post("/_tollgate/reset").raise_for_status()

    def fault(self, kind: str, **how: Any) -> None:
        """Put a fault in force."""
        body = Fault(kind=kind, **how).model_dump(mode="json")  # type: ignore[arg-type]
        self.http.post("/_tollgate/faults", json=body).raise_for_status()

    @property
    def environment(self) -> dict[str, str]:
        """What `mcp_handlers.gcp.client.connect` reads."""
        return {"TOLLGATE_GCP_ENDPOINT": self.url, "TOLLGATE_GCP_PROJECT": PROJECT}

    def connect(self) -> Clients:
        """The handlers' clients, as a function would get them."""
        return connect(self.environment)

    def sdk(self, client: Any) -> Any:
        """One of Google's typed clients, pointed here. Compute's polls operations through clients of its own."""
        from google.cloud import compute_v1

        options = self._options()
        made = client(**options)
        services = {
            "zone_operations": compute_v1.ZoneOperationsClient,
            "region_operations": compute_v1.RegionOperationsClient,
            "global_operations": compute_v1.GlobalOperationsClient,
        }
        if hasattr(made._transport, "_extended_operations_services"):
            made._transport._extended_operations_services.update(
                {name: one(**options) for name, one in services.items()}
            )
        return made

    def _options(self) -> dict[str, Any]:
        credentials = Credentials(f"{TOKEN_PREFIX}judge")
        return {"credentials": credentials, "client_options": {"api_endpoint": self.url}, "transport": "rest"}

    @property
    def instances(self) -> Any:
        """google-cloud-compute's InstancesClient."""
        from google.cloud import compute_v1

        return self.sdk(compute_v1.InstancesClient)

    @property
    def jobs(self) -> Any:
        """google-cloud-aiplatform's JobServiceClient."""
        from google.cloud.aiplatform_v1 import JobServiceClient

        return self.sdk(JobServiceClient)

    @property
    def quotas(self) -> Any:
        """google-cloud-quotas' client."""
        from google.cloud.cloudquotas_v1 import CloudQuotasClient

        return self.sdk(CloudQuotasClient)

    @property
    def storage(self) -> Any:
        """google-cloud-storage's client."""
        from google.cloud import storage

        credentials = Credentials(f"{TOKEN_PREFIX}judge")
        return storage.Client(PROJECT, credentials=credentials, client_options={"api_endpoint": self.url})

    def held(self) -> tuple[list[str], list[str], list[str]]:
        """The names of all instances and disks of the zone, buckets, and jobs of the region that exist."""
        from google.cloud import compute_v1

        instances = [item.name for item in self.instances.list(project=PROJECT, zone=ZONE)]
        disks = [item.name for item in self.sdk(compute_v1.DisksClient).list(project=PROJECT, zone=ZONE)]
        jobs = self.jobs.list_custom_jobs(parent=f"projects/{PROJECT}/locations/{REGION}")
        return instances + disks, [item.name for item in self.storage.list_buckets()], [job.name for job in jobs]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_ready(cloud: LocalGcp, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        try:
            cloud.http.get("/_tollgate/health").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the local GCP did not start")


@pytest.fixture(scope="session")
def running_gcp() -> Iterator[LocalGcp]:
    """One server for all tests of a session. google-auth learns where the metadata server is from the process."""
    port = _free_port()
    command = [sys.executable, "-m", "infra.local.gcp", "--port", str(port)]
    patched = pytest.MonkeyPatch()
    with subprocess.Popen(command, cwd=ROOT) as server:
        cloud = LocalGcp(port)
        try:
            _await_ready(cloud, server)
            patched.setenv("GCE_METADATA_HOST", cloud.host)
            patched.setenv("GCE_METADATA_IP", cloud.host)
            patched.setenv("GOOGLE_CLOUD_PROJECT", PROJECT)
            patched.setenv("CLOUDSDK_CONFIG", os.devnull)
            patched.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
            patched.setattr(_metadata, "_GCE_METADATA_HOST", cloud.host)
            yield cloud
        finally:
            patched.undo()
            server.terminate()


@pytest.fixture
def gcp(running_gcp: LocalGcp) -> LocalGcp:
    """The local GCP, empty and without faults."""
    running_gcp.reset()
    return running_gcp


@pytest.fixture(scope="session")
def clients(running_gcp: LocalGcp) -> Clients:
    """The handlers' clients, with the machine's own credentials."""
    return running_gcp.connect()
