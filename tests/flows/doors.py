"""What a flow does at a door: send what the service sends to the function in its cloud's own runtime, over HTTP, and
let runs go on."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functions.orchestrate.orchestrator import orchestrate
from functions.orchestrate.surroundings import surroundings
from functions.serve.settings import Settings
from functions.webhooks.doors import settings_of
from functions.webhooks.people import PEOPLE as WHO
from infra.local.runtimes import started
from infra.local.runtimes.started import Runtime
from infra.local.services import PROJECT
from tests.flows.house import House
from tests.flows.vaults import held
from tests.services.slack_sends import Sent
from workflow.orchestrate.tick import Ticked
from workflow.store.store import open_store

APP = Path(__file__).parent / "apps" / "azure"
HOOKS = {"/hooks/": (PROJECT / "functions" / "webhooks" / "gcp.py", "webhooks")}
PEOPLE = {
    "unknown": {
        name: {"tenant": "acme", "project": "inbox", "roles": ["developer", "ml-engineer"]}
        for name in ("slack", "github", "jira", "servicenow", "signed", "chat")
    },
    "people": [
        {
            "id": "ada@example.com", "tenant": "acme", "roles": ["developer", "ml-engineer"],
            "at": {
                "slack": "T0001/U_ADA", "github": "101", "jira": "5b10ada", "servicenow": "ada.lovelace",
                "signed": "ada", "chat": "users/101",
            },
        },
        {
            "id": "grace@example.com", "tenant": "acme", "roles": ["operator"],
            "at": {
                "slack": "T0001/U_GRACE", "github": "102", "jira": "5b10grace", "servicenow": "grace.hopper",
                "signed": "grace", "chat": "users/102",
            },
        },
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Doors:
    """The doors as functions: each door's cloud, by its name, and each cloud's runtime."""

    told: Settings
    clouds: Mapping[str, str]
    runtimes: Mapping[str, Runtime]

    async def send(self, door: str, sent: Sent) -> tuple[int, Any]:
        """The status, and the body as JSON (None: there is none)."""
        runtime = self.runtimes[self.clouds[door]]
        if self.clouds[door] == "aws":
            # Between two flows AWS is emptied, its secrets included.
            await asyncio.to_thread(held, self.told, "aws")
        url = f"{runtime.url}/hooks/{door}"
        headers = behind_google(sent.headers) if self.clouds[door] == "gcp" else sent.headers
        answer = await asyncio.to_thread(lambda: runtime.http.post(url, headers=headers, content=sent.body))
        return answer.status_code, answer.json() if answer.content else None


def behind_google(headers: Mapping[str, str]) -> dict[str, str]:
    """As Google's API Gateway sends them on: its own token stands where the sender's was, which has another name."""
    lowered = {name.lower(): value for name, value in headers.items()}
    forwarded = {"x-forwarded-authorization": lowered["authorization"]} if "authorization" in lowered else {}
    return {**lowered, **forwarded, "authorization": "Bearer of-the-gateway"}


@contextmanager
def opened(told: Settings, clouds: Mapping[str, str]) -> Iterator[Doors]:
    """These doors on these clouds, set up as the environment says by now."""
    doors = {**settings_of(os.environ), WHO: json.dumps(PEOPLE)}
    with ExitStack() as stack:
        runtimes = {cloud: stack.enter_context(_start(told, cloud, doors)) for cloud in {*clouds.values()}}
        yield Doors(told, clouds, runtimes)


def _start(told: Settings, cloud: str, doors: Mapping[str, str]) -> Any:
    environment = {**held(told, cloud), "TOLLGATE_TICK": "0 0 0 1 1 *", "TOLLGATE_WAKE_NAME": "wake", **doors}
    if cloud == "aws":
        return started.aws("functions.webhooks.aws.handler", environment)
    return started.azure(APP, environment) if cloud == "azure" else started.gcp(HOOKS, environment)


async def until_told(house: House, so: Callable[[], bool]) -> None:
    """Ticks until it is so: what could not be told at once, on a busy machine, is tried again after a pause."""
    for _ in range(120):
        if so():
            return
        await tick(house)
        await asyncio.sleep(0.5)
    raise AssertionError("it was not told in a minute")


async def tick(house: House) -> Ticked:
    """One tick of an orchestrator, which also tells whoever asked."""
    async with surroundings(house.told) as around:
        return await orchestrate(around)


async def ends(house: House) -> list[str]:
    """How the newest runs ended, and why: what a failing test is understood by."""
    async with open_store(house.told.database) as store:
        records = [run.record for run in await store.list_runs(limit=5)]
    return [f"{record.state}: {record.reason}" for record in records if record is not None]
