"""The AWS side of Tollgate as it is deployed: osls's stack on an account, beside a house whose other clouds it uses."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from functions.cli.principal import local_principal
from functions.orchestrate.sqs import SqsWake
from functions.registry import cloud_names
from functions.serve.settings import Settings
from infra.artefacts.__main__ import KEPT, MANIFEST
from infra.local.services import PROJECT
from mcp_handlers.kernel.clock import SystemClock
from tests.contract.postgres_server import fresh_schema
from tests.deployed.account import STAGE, Account, account
from tests.flows.conftest import everything_up
from workflow.intake.intake import Intake
from workflow.model.run import Run
from workflow.model.wake import Wake
from workflow.store.store import Store, open_store

PATIENCE = 240.0
"""Seconds in which a deployed run must have ended, on two busy cores with every function starting cold."""
Say = Callable[[str], None]


@dataclass
class Stack:
    """`house` is what is here: the other clouds' functions, and the database; `figures` are for the table."""

    house: Settings
    account: Account
    say: Say
    figures: dict[str, str] = field(default_factory=dict)

    @property
    def others(self) -> str:
        """Where the functions of the other clouds are."""
        return " ".join(f"{cloud}={self.house.cloud_url(cloud)}" for cloud in cloud_names() if cloud != "aws")

    @property
    def control(self) -> str:
        """The deployed control plane's address."""
        return self.account.api("control")

    @property
    def told(self) -> Settings:
        """What somebody beside the deployed control plane is told."""
        return replace(self.house, urls={"control": self.control, "aws": self.account.api("aws")})

    @property
    def queue(self) -> SqsWake:
        """The deployed queue."""
        sqs = self.account.sdk("sqs")
        return SqsWake(sqs, sqs.get_queue_url(QueueName=f"tollgate-{STAGE}-wake")["QueueUrl"])

    def logs(self, function: str) -> list[str]:
        """What a function has logged."""
        group = f"/aws/lambda/tollgate-{STAGE}-eu-west-1-{function}"
        told = self.account.sdk("logs").filter_log_events(logGroupName=group, limit=10_000)
        return [event["message"].strip() for event in told["events"]]

    def invoke(self, function: str, event: object) -> Any:
        """Call a function as AWS's own services do."""
        name = f"tollgate-{STAGE}-eu-west-1-{function}"
        told = self.account.sdk("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
        return json.loads(told["Payload"].read())

    async def submit(self, text: str, wake: Wake) -> Run:
        """Hand in a request, as any door does."""
        async with open_store(self.house.database) as store:
            intake = Intake(store, wake, SystemClock())
            return (await intake.submit(local_principal(), text, channel="terminal")).run

    async def ended(self, run: str) -> Run:
        """The run when it has ended."""
        async with open_store(self.house.database) as store:
            return await _until(lambda: store.get_run(run), lambda found: found.record is not None, run, store)


async def _until(ask: Callable[[], Awaitable[Run | None]], done: Callable[[Run], bool], run: str, store: Store) -> Run:
    import asyncio

    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = await ask()
        if found is not None and done(found):
            return found
        await asyncio.sleep(0.5)
    entries = [entry.event.kind for entry in await store.entries(run=run)]
    raise AssertionError(f"run {run} has not ended: {found}, {entries}")


@contextmanager
def deployed(folder: Path, say: Say) -> Iterator[Stack]:
    """Everything up and deployed; removed and stopped at the end."""
    say("packing the functions")
    begun = time.monotonic()
    subprocess.run([sys.executable, "-m", "infra.artefacts", "--json"], cwd=PROJECT, check=True, capture_output=True)
    packing = time.monotonic() - begun
    say("starting the local cloud, and an account that enforces IAM")
    with everything_up(folder / "house", fresh_schema()) as house, account(folder) as found:
        stack = Stack(house, found, say)
        stack.figures["packing"] = f"{packing:.0f} s"
        _secrets(stack)
        say("osls deploy")
        stack.figures["osls deploy"] = f"{found.osls('deploy', stack.others):.0f} s"
        try:
            yield stack
        finally:
            say("osls remove")
            stack.figures["osls remove"] = f"{found.osls('remove', stack.others):.0f} s"


def _secrets(stack: Stack) -> None:
    """The database's address, and the signing keys, which the other clouds' functions here believe already."""
    keyring = (stack.house.keys / "keyring.json").read_text()
    vault = stack.account.sdk("secretsmanager")
    for name, value in (("database", stack.house.database_url), ("keyring", keyring)):
        vault.create_secret(Name=f"tollgate/{STAGE}/{name}", SecretString=value)


def sizes() -> dict[str, dict[str, Any]]:
    """What was packed, by function."""
    found: dict[str, dict[str, Any]] = json.loads((KEPT / MANIFEST).read_text())["artefacts"]
    return found
