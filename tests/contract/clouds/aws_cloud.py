"""A local AWS for tests: ministack, moto and the front on free ports, and what a test does with them."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import httpx
from botocore.config import Config

from infra.local import process
from infra.local.environment import AWS_ROLE, AWS_SERVING_ROLE
from infra.local.faults import Fault
from infra.local.services import PROJECT, clean_environment
from mcp_handlers.aws.client import Clients
from mcp_handlers.tools.contract import Tags

REGION = "eu-west-1"
TAGS = Tags(tenant="acme", project="vision", run="run-1", owner="ada@acme.eu", environment="development")
KEY = "0123456789abcdef0123456789abcdef01234567"


@dataclass(frozen=True)
class LocalAws:
    """A running local AWS: `sdk` makes plain boto3 clients, the judges; `clients` are the handlers' own."""

    url: str

    @property
    def environment(self) -> dict[str, str]:
        """What `mcp_handlers.aws.client.connect` reads."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "secret-test-value",
            "TOLLGATE_AWS_TRAINING_ROLE": AWS_ROLE,
            "TOLLGATE_AWS_SERVING_ROLE": AWS_SERVING_ROLE,
        }

    @cache  # noqa: B019 (one per session)
    def clients(self, **settings: Any) -> Clients:
        return Clients(self.environment, **settings)

    @cache  # noqa: B019 (one per session)
    def sdk(self, service: str, region: str = REGION) -> Any:
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id="test",
            aws_secret_access_key="secret-test-value",
            config=Config(retries={"total_max_attempts": 1}),
        )

    def fault(self, kind: str, **settings: Any) -> None:
        fault = Fault(kind=kind, **settings)
        httpx.post(f"{self.url}/_tollgate/faults", content=fault.model_dump_json()).raise_for_status()

    def reset(self) -> None:
        httpx.post(f"{self.url}/_tollgate/reset").raise_for_status()

    def instances(self, region: str = REGION) -> list[dict[str, Any]]:
        """Every instance that is not terminated, as EC2 describes it."""
        found = self.sdk("ec2", region).describe_instances()["Reservations"]
        every = [instance for reservation in found for instance in reservation["Instances"]]
        return [instance for instance in every if instance["State"]["Name"] != "terminated"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(folder: Path) -> Iterator[LocalAws]:
    """Start the three processes; end them afterwards."""
    ministack, moto, front = (free_port() for _ in range(3))
    emulators = PROJECT / ".venv-emulators" / "bin"
    mini_environment = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(ministack), "TMPDIR": str(folder)}
    at = [f"http://127.0.0.1:{port}" for port in (ministack, moto, front)]
    commands: dict[str, tuple[list[str], dict[str, str]]] = {
        "ministack": ([str(emulators / "ministack")], mini_environment),
        "moto": ([str(emulators / "moto_server"), "-H", "127.0.0.1", "-p", str(moto)], {"MOTO_PORT": str(moto)}),
        "front": (
            [sys.executable, "-m", "infra.local.aws", "--port", str(front), "--ministack", at[0], "--moto", at[1]],
            {},
        ),
    }
    begun = [
        process.start(command, clean_environment(extra), PROJECT, folder / f"{name}.log")
        for name, (command, extra) in commands.items()
    ]
    try:
        _await(f"{at[2]}/_tollgate/health", folder)
        yield LocalAws(at[2])
    finally:
        for one in reversed(begun):
            one.end()


def _await(url: str, folder: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError("\n".join(log.read_text() for log in folder.glob("*.log")))
