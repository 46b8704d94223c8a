"""The main job through the function runtimes of Azure and Google Cloud; their catalogs; what starts an orchestrator."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace

import pytest

from functions.planes import URLS
from functions.registry import tool_names
from functions.serve.service import tollgate_service
from functions.serve.settings import Settings
from infra.local.runtimes import started
from infra.local.runtimes.started import Runtime
from infra.local.services import PROJECT
from mcp_handlers.kernel.result import ERROR
from tests.flows.house import House
from tests.flows.same_record import MAIN_JOB, same
from tests.flows.test_parked import BIG, GRACE, fresh
from tests.flows.test_wire import bucket, token
from workflow.store.store import open_store

AZURE = PROJECT / "functions" / "azure"
GOOGLE = PROJECT / "functions" / "gcp"
PLACES = {"azure": "Azure", "gcp": "GCP"}


@pytest.fixture(scope="module")
def runtimes(told: Settings) -> Iterator[dict[str, Runtime]]:
    """Both clouds' tools, as they are deployed but for where their clouds are."""
    targets = {f"/mcp/{tool}": (GOOGLE / "main.py", tool) for tool in tool_names()}
    with ExitStack() as stack:
        yield {
            "azure": stack.enter_context(started.azure(AZURE, {**told.environment(), **_way(told)})),
            "gcp": stack.enter_context(started.gcp(targets, told.environment())),
        }


def _way(told: Settings) -> Mapping[str, str]:
    return {URLS: f"control={told.control_url} azure={told.cloud_url('azure')} gcp={told.cloud_url('gcp')}"}


@pytest.fixture(scope="module")
def elsewhere(told: Settings, runtimes: dict[str, Runtime]) -> Iterator[Settings]:
    """Another control plane over the same store, to which these clouds' functions are the runtimes."""
    urls = {cloud: runtime.url for cloud, runtime in runtimes.items()}
    found = replace(told, port=told.port + 30, urls=urls)
    environment = {
        **tollgate_service(found).environment,
        URLS: " ".join(f"{cloud}={url}" for cloud, url in urls.items()),
    }
    with started.started("tollgate", ["functions.serve"], found.port, "/healthz", environment):
        yield found


@pytest.mark.parametrize("words", ["", *(f", {place} only" for place in PLACES.values())], ids=["any", *PLACES])
async def test_the_main_job_through_the_runtimes_comes_to_the_same_record(
    words: str, house: House, runtimes: dict[str, Runtime], elsewhere: Settings
) -> None:
    here = await house.record(MAIN_JOB + words)
    before = {cloud: runtime.output.stat().st_size for cloud, runtime in runtimes.items()}
    there = await House(elsewhere).record(MAIN_JOB + words)
    assert there.state == "succeeded"
    assert same(there) == same(here)
    for cloud, place in PLACES.items():
        said = runtimes[cloud].output.read_text()[before[cloud] :]
        ran = {tool for tool in tool_names() if tool in said}
        asked = {"get_cost_estimate"} if words in ("", f", {place} only") else set()
        made = {"get_quotas", "create_storage_bucket", "submit_ml_job"} if words == f", {place} only" else set()
        assert ran >= asked | made


@pytest.mark.parametrize("cloud", PLACES)
async def test_a_catalog_as_a_function_lists_reads_and_sends_writes_to_the_control_plane(
    cloud: str, house: House, runtimes: dict[str, Runtime]
) -> None:
    with ExitStack() as stack:
        catalog = runtimes["azure"]
        if cloud == "gcp":
            environment = {**house.told.environment(), **_way(house.told)}
            catalog = stack.enter_context(started.framework(GOOGLE / "plane.py", "catalog", environment))
        sent = {"authorization": f"Bearer {token(house, cloud)}"}
        region = {"azure": "westeurope", "gcp": "europe-west1"}[cloud]
        run = f"r-{fresh()}"

        def ask(method: str, **params: object) -> dict[str, object]:
            message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
            answer = catalog.http.post(f"{catalog.url}/mcp", json=message, headers=sent)
            assert answer.status_code == 200, answer.text
            found: dict[str, object] = answer.json()["result"]
            return found

        listed = ask("tools/list")["tools"]
        read = ask("tools/call", name="get_cost_estimate", arguments={"vcpus": 8, "memory_gib": 32, "limit": 3})
        # As a client would: only what the answer itself calls retryable is sent again, and is the same effect.
        for _ in range(3):
            write = ask("tools/call", name="create_storage_bucket", arguments=bucket(run) | {"region": region})
            if not write.get("_meta", {}).get(ERROR, {}).get("retryable"):
                break
    assert [one["name"] for one in listed] == list(tool_names())
    assert len(read["structuredContent"]["offers"]) == 3
    assert write["isError"] is False, write
    assert len((await house.holdings())[cloud]) == 1


PUSHED = {"message": {"data": base64.b64encode(b"r-1").decode(), "messageId": "1"}, "subscription": "s"}
EVENT = {
    "ce-id": "1",
    "ce-source": "//pubsub.googleapis.com/projects/p/topics/t",
    "ce-specversion": "1.0",
    "ce-type": "google.cloud.pubsub.topic.v1.messagePublished",
}


@pytest.mark.parametrize("way", ["Azure's timer", "Google's schedule or a push", "a CloudEvent"])
async def test_an_orchestrator_as_a_function_goes_on_with_what_is_due(way: str, house: House) -> None:
    run = await house.ask(BIG, project=fresh())
    await house.say(run, GRACE, approved=True)
    told = house.told
    environment = {
        **told.environment(),
        "TOLLGATE_HOME": str(told.home),
        "TOLLGATE_PORT": str(told.port),
        "TOLLGATE_DATABASE_URL": told.database_url,
        "TOLLGATE_TIME_LIMIT_SECONDS": "120",
    }
    source = GOOGLE / "plane.py"
    match way:
        case "Azure's timer":
            runtime = started.azure(AZURE, {**environment, "TOLLGATE_FUNCTION": "orchestrator"})
            path, sent = "/admin/functions/orchestrator", {"json": {"input": ""}}
        case "a CloudEvent":
            runtime, path = started.framework(source, "woken", environment), "/"
            sent = {"json": PUSHED, "headers": EVENT}
        case _:
            runtime, path = started.framework(source, "orchestrator", environment), "/"
            sent = {"json": PUSHED}
    with runtime as found:
        answer = await asyncio.to_thread(lambda: found.http.post(found.url + path, timeout=120, **sent))
    assert answer.status_code in (200, 202)
    async with open_store(told.database) as store:
        ended = await store.get_run(run.id)
    assert ended is not None
    assert (ended.state, ended.record is not None) == ("succeeded", True)
