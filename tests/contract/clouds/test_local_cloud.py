"""The whole local cloud, started as a user starts it, and reached with nothing but its environment."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from infra.local import supervisor
from infra.local.environment import environment
from infra.local.services import OFFSETS, PROJECT


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A running local cloud, beside whatever else runs here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOLLGATE_LOCAL_PORT_BASE", str(free_base()))
        folder = tmp_path_factory.mktemp("home")
        supervisor.up(folder)
        try:
            yield folder
        finally:
            supervisor.down(folder)


def free_base() -> int:
    """A base port with all its offsets free."""
    for base in range(21_000, 60_000, 97):
        probes = [socket.socket() for _ in OFFSETS]
        try:
            for probe, offset in zip(probes, OFFSETS.values(), strict=True):
                probe.bind(("127.0.0.1", base + offset))
            return base
        except OSError:
            continue
        finally:
            for probe in probes:
                probe.close()
    raise AssertionError("no free ports")


def run(home: Path, code: str) -> str:
    """Run Python with the local cloud's environment, as a function would be."""
    told = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(PROJECT), **environment(home)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=told, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_everything_runs_and_up_again_changes_nothing(home: Path) -> None:
    before = supervisor.status(home)
    assert [(each.name, each.state) for each in before] == [
        (name, "running") for name in ("ministack", "moto", "aws", "azure", "gcp")
    ]
    assert supervisor.up(home) == before


def test_plain_boto3_reaches_aws(home: Path) -> None:
    assert run(home, "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])") == "123456789012"


def test_azure_serves_tls_that_its_own_certificate_proves_and_a_token(home: Path) -> None:
    told = environment(home)
    trust = ssl.create_default_context(cafile=told["TOLLGATE_AZURE_CA"])
    answer = httpx.get(
        told["IDENTITY_ENDPOINT"],
        params={"resource": "https://management.azure.com/", "api-version": "2019-08-01"},
        headers={"X-IDENTITY-HEADER": told["IDENTITY_HEADER"]},
        verify=trust,
    )
    assert answer.json()["token_type"] == "Bearer"


def test_google_auth_finds_the_local_metadata_server_and_nothing_of_the_users(home: Path) -> None:
    code = """
import google.auth, google.auth.transport.requests
credentials, project = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
credentials.refresh(google.auth.transport.requests.Request())
print(type(credentials).__module__, project, bool(credentials.token))
"""
    assert run(home, code) == "google.auth.compute_engine.credentials tollgate-local True"


@pytest.mark.parametrize(
    ("cloud", "region", "machine"),
    [
        ("aws", "eu-west-1", "m7i.large"),
        ("azure", "westeurope", "Standard_D4s_v5"),
        ("gcp", "europe-west4", "n2-standard-4"),
    ],
)
def test_a_handler_reads_its_cloud_with_nothing_but_the_environment(
    home: Path, cloud: str, region: str, machine: str
) -> None:
    code = f"""
import os
from mcp_handlers.{cloud}.client import connect
from mcp_handlers.{cloud}.get_quotas import call
from mcp_handlers.tools.get_quotas import Input
print(call(Input(region="{region}", machine="{machine}"), connect(os.environ), "k").enough)
"""
    assert run(home, code) == "True"
