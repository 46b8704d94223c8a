"""The main job through the function runtimes of Azure and Google Cloud, control plane and tools; their catalogs; what
begins by the clock or by a queue."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from functions.cleanup.tenants import TENANTS
from functions.planes import URLS
from functions.registry import tool_names
from functions.serve.settings import Settings
from infra.local.runtimes import started
from infra.local.runtimes.started import Runtime
from infra.local.services import PROJECT
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.kernel.result import ERROR
from tests.flows.house import House
from tests.flows.same_record import MAIN_JOB, same
from tests.flows.test_cleanup import made
from tests.flows.test_parked import BIG, GRACE, fresh
from tests.flows.test_wire import bucket, token
from tests.flows.vaults import held
from workflow.control.signing import HeldSigner
from workflow.store.store import open_store

FUNCTIONS = PROJECT / "functions"
AZURE, GOOGLE = FUNCTIONS / "azure", FUNCTIONS / "gcp"
PARTS = Path(__file__).parent / "apps" / "azure"
PLACES = {"azure": "Azure", "gcp": "GCP"}
ON_GOOGLE = {
    "/orchestrator": (FUNCTIONS / "orchestrate" / "gcp.py", "orchestrator"),
    "/woken": (FUNCTIONS / "orchestrate" / "gcp.py", "woken"),
    "/reevaluate": (FUNCTIONS / "reevaluate" / "gcp.py", "reevaluate"),
    "/cleanup": (FUNCTIONS / "cleanup" / "gcp.py", "cleanup"),
    "/api/v1/": (FUNCTIONS / "api" / "gcp.py", "api"),
    "/hooks/": (FUNCTIONS / "webhooks" / "gcp.py", "webhooks"),
}


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
def planes(told: Settings, runtimes: dict[str, Runtime]) -> Iterator[dict[str, Runtime]]:
    """The control plane as functions of each cloud, over the house's store, to which its tools are the runtimes."""
    there = replace(told, urls={cloud: runtime.url for cloud, runtime in runtimes.items()})
    beside = {"TOLLGATE_TIME_LIMIT_SECONDS": "120", "TOLLGATE_WAKE_NAME": "wake", TENANTS: "acme"}
    azure, google = ({**held(there, cloud), **beside, "TOLLGATE_TICK": "0 * * * * *"} for cloud in PLACES)
    with ExitStack() as stack:
        yield {
            "azure": stack.enter_context(started.azure(PARTS, azure)),
            "gcp": stack.enter_context(started.framework(GOOGLE / "control.py", "control", google)),
            "gcp, the rest": stack.enter_context(started.gcp(ON_GOOGLE, google)),
        }


@pytest.fixture
def parts(told: Settings, planes: dict[str, Runtime]) -> dict[str, Runtime]:
    """The same, by cloud: all but Google's control plane. Their vaults are filled again after a flow's end."""
    for cloud in PLACES:
        held(told, cloud)
    return {"azure": planes["azure"], "gcp": planes["gcp, the rest"]}


def elsewhere(told: Settings, runtimes: dict[str, Runtime], control: Runtime) -> House:
    """A house whose control plane and tools are functions. It signs as what is deployed does."""
    urls = {"control": control.url, **{cloud: runtime.url for cloud, runtime in runtimes.items()}}
    return House(replace(told, urls=urls, ring=(told.keys / "keyring.json").read_bytes))


@pytest.mark.parametrize(
    ("words", "plane"), [("", "gcp"), (", Azure only", "azure"), (", GCP only", "gcp")], ids=["any", *PLACES]
)
async def test_the_main_job_through_the_runtimes_comes_to_the_same_record(
    words: str,
    plane: str,
    house: House,
    runtimes: dict[str, Runtime],
    planes: dict[str, Runtime],
    parts: dict[str, Runtime],
) -> None:
    here = await house.record(MAIN_JOB + words)
    before = {cloud: runtime.output.stat().st_size for cloud, runtime in runtimes.items()}
    there = await elsewhere(house.told, runtimes, planes[plane]).record(MAIN_JOB + words)
    assert there.state == "succeeded"
    assert same(there) == same(here)
    for cloud, place in PLACES.items():
        said = runtimes[cloud].output.read_text()[before[cloud] :]
        ran = {tool for tool in tool_names() if tool in said}
        asked = {"get_cost_estimate"} if words in ("", f", {place} only") else set()
        made_there = {"get_quotas", "create_storage_bucket", "submit_ml_job"} if words == f", {place} only" else set()
        assert ran >= asked | made_there


def get(runtime: Runtime, path: str, **headers: str) -> httpx.Response:
    """A request as a browser or a function makes it."""
    return runtime.http.get(runtime.url + path, headers=headers, follow_redirects=False)


@pytest.mark.parametrize("cloud", PLACES)
def test_a_control_plane_as_a_function_publishes_its_keys_shows_its_pages_and_believes_its_own_tokens_only(
    cloud: str, house: House, planes: dict[str, Runtime], parts: dict[str, Runtime]
) -> None:
    plane, ring = planes[cloud], (house.told.keys / "keyring.json").read_bytes
    published = get(plane, "/.well-known/jwks.json")
    assert published.json()["keys"] == HeldSigner(ring, SystemClock()).jwks()["keys"]
    assert published.headers["cache-control"] == "no-store"
    page = get(plane, "/approvals")
    assert (page.status_code, page.headers["content-type"]) == (401, "text/html; charset=utf-8")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert get(plane, "/approvals/a%2Fb").status_code == 404
    params = {"name": "get_health", "arguments": {"cloud": cloud}}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    of_this_machine = {"authorization": f"Bearer {token(house, 'control')}"}
    assert [
        plane.http.post(f"{plane.url}/mcp", json=call, headers=who).status_code for who in ({}, of_this_machine)
    ] == [401, 401]


def begun_row(run: dict[str, Any]) -> dict[str, Any]:
    """A run as a list has it."""
    return {name: value for name, value in run.items() if name not in ("approval", "question", "cancel", "record")}


@pytest.mark.parametrize("cloud", PLACES)
def test_the_api_and_the_doors_are_functions_beside_it(cloud: str, house: House, parts: dict[str, Runtime]) -> None:
    runtime, ring = parts[cloud], (house.told.keys / "keyring.json").read_bytes
    signed = HeldSigner(ring, SystemClock()).token(GRACE, "control")
    who = {"authorization": f"Bearer {signed}"}
    wanted = {"text": "We need a bucket for backups in Ireland", "project": fresh()}
    answers = [
        runtime.http.post(
            f"{runtime.url}/api/v1/runs", json=wanted, headers={**who, "idempotency-key": wanted["project"]}
        )
        for _ in range(2)
    ]
    begun, place = answers[0].json(), answers[0].headers["location"]
    assert [(each.status_code, each.json()["id"]) for each in answers] == [(201, begun["id"]), (200, begun["id"])]
    seen = get(runtime, place, **who)
    assert (seen.status_code, seen.json()["state"], seen.json()["text"]) == (200, "running", wanted["text"])
    assert get(runtime, place, **who, **{"if-none-match": seen.headers["etag"]}).status_code == 304
    assert get(runtime, f"/api/v1/runs?project={wanted['project']}", **who).json() == {
        "items": [begun_row(begun)],
        "next": "",
    }
    runtime.http.post(f"{runtime.url}{place}/cancel", json={}, headers=who)
    assert get(runtime, "/api/v1/runs").status_code == 401
    nobody = runtime.http.post(f"{runtime.url}/hooks/nobody", content=b"{}")
    assert (nobody.status_code, nobody.json()["error"]["code"]) == (404, "BAD_REQUEST")


@pytest.mark.parametrize("cloud", PLACES)
async def test_a_catalog_as_a_function_lists_reads_and_sends_writes_to_the_control_plane(
    cloud: str, house: House, runtimes: dict[str, Runtime]
) -> None:
    with ExitStack() as stack:
        catalog = runtimes["azure"]
        if cloud == "gcp":
            environment = {**house.told.environment(), **_way(house.told)}
            catalog = stack.enter_context(started.framework(GOOGLE / "catalog.py", "catalog", environment))
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
WAYS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "Azure's timer": ("azure", "/admin/functions/orchestrator", {"json": {"input": ""}}),
    "Azure's queue": ("azure", "/admin/functions/woken", {"json": {"input": "r-1"}}),
    "Google's schedule": ("gcp", "/orchestrator", {}),
    "Google's push": ("gcp", "/orchestrator", {"json": PUSHED}),
    "a CloudEvent": ("gcp", "/woken", {"json": PUSHED, "headers": EVENT}),
}


async def sent(runtime: Runtime, path: str, **what: Any) -> httpx.Response:
    """A post that takes long."""
    answer = await asyncio.to_thread(lambda: runtime.http.post(runtime.url + path, timeout=120, **what))
    assert answer.status_code in (200, 202), runtime.output.read_text()[-2000:]
    return answer


@pytest.mark.parametrize("way", WAYS)
async def test_an_orchestrator_as_a_function_goes_on_with_what_is_due(
    way: str, house: House, parts: dict[str, Runtime]
) -> None:
    run = await house.ask(BIG, project=fresh())
    await house.say(run, GRACE, approved=True)
    cloud, path, what = WAYS[way]
    await sent(parts[cloud], path, **what)
    async with open_store(house.told.database) as store:
        ended = await store.get_run(run.id)
    assert ended is not None
    assert (ended.state, ended.record is not None) == ("succeeded", True)


def logged(runtime: Runtime, about: str) -> Any:
    """What a function on Azure said last, whose timer answers nothing."""
    lines = [line for line in runtime.output.read_text().splitlines() if f"{about}: " in line]
    message = json.loads(lines[-1][lines[-1].index("{") :])["message"]
    return json.loads(message.partition(f"{about}: ")[2])


@pytest.mark.parametrize("cloud", PLACES)
async def test_the_clock_starts_the_cleaner_and_the_re_evaluation(
    cloud: str, house: House, parts: dict[str, Runtime]
) -> None:
    over = SystemClock().now() - timedelta(minutes=5)
    left = await made(house, cloud, expires_at=over.isoformat())
    before = await house.holdings()
    if cloud == "azure":
        for name in ("cleanup", "reevaluate"):
            await sent(parts[cloud], f"/admin/functions/{name}", json={"input": ""})
        swept, looked = logged(parts[cloud], "swept"), logged(parts[cloud], "reevaluated")
    else:
        swept = (await sent(parts[cloud], "/cleanup")).json()["acme"]
        looked = (await sent(parts[cloud], "/reevaluate")).json()
    assert (left["id"] in swept["idle"], swept["unseen"], swept["outcomes"]) == (True, [], {})
    assert looked.keys() == {"looked", "failed", "ended"}
    assert await house.holdings() == before
