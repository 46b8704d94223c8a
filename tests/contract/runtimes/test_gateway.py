"""The local gateway in front of the three runtimes, asked over TLS: what it lets through, where to, what it refuses."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from functions.http import HttpPost, keyed
from functions.registry import contract, tool_names
from infra.local.gateway.__main__ import ENVOY, written
from infra.local.gateway.config import LARGEST
from infra.local.gateway.routes import READS
from infra.local.runtimes import started
from infra.local.runtimes.started import Runtime
from infra.local.services import PROJECT
from mcp_handlers.kernel.forward import Forward, Pass
from mcp_handlers.kernel.limits import MAX_BODY
from tests.contract.runtimes.echo import echo
from tests.contract.runtimes.test_same_bytes import headers
from tests.fakes.world import ADA, call
from workflow.control.sign import Signer
from workflow.model.errors import Unauthorized

BURST = 8
CLOUDS = ("aws", "azure", "gcp")
KEYS = {f"client-{number}": f"{number:040d}" for number in range(60)}
FRESH = count()
ESTIMATE = {"vcpus": 8, "memory_gib": 32, "limit": 3}


@dataclass(frozen=True)
class Gateway:
    """Where it is, and what is trusted to be it."""

    url: str
    ca: Path


@pytest.fixture(scope="session")
def gateway(runtimes: list[Runtime], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """The three runtimes, and one upstream more that says what reached it, behind one port."""
    state, port = tmp_path_factory.mktemp("gateway"), started.free_port()
    (state / "keys.json").write_text(json.dumps(KEYS))
    with ExitStack() as stack:
        addresses = {
            cloud: runtime.url.removeprefix("http://") for cloud, runtime in zip(CLOUDS, runtimes, strict=True)
        }
        addresses["echo"] = stack.enter_context(echo())
        command = ["infra.local.gateway", "--port", str(port), "--state", str(state)]
        command += ["--keys", str(state / "keys.json"), "--burst", str(BURST), "--rate", "1"]
        command += [word for cloud, address in addresses.items() for word in ("--upstream", f"{cloud}={address}")]
        process = stack.enter_context(subprocess.Popen([sys.executable, "-m", *command], cwd=PROJECT))
        stack.callback(process.terminate)
        found = Gateway(f"https://127.0.0.1:{port}", state / "ca.pem")
        started.until_answers(lambda: httpx.get(found.url, verify=trusting(found)), process)
        yield found


def trusting(gateway: Gateway) -> ssl.SSLContext:
    """As a client that was given the gateway's authority."""
    return ssl.create_default_context(cafile=gateway.ca)


@pytest.fixture
def client(gateway: Gateway) -> Iterator[httpx.Client]:
    """A client of its own, which has sent nothing yet."""
    key = KEYS[f"client-{next(FRESH)}"]
    with httpx.Client(base_url=gateway.url, verify=trusting(gateway), headers={"x-api-key": key}, timeout=60) as http:
        yield http


def reached(answer: httpx.Response) -> dict[str, Any]:
    """What the echo had of it."""
    assert answer.status_code == 200, answer.text
    told = answer.json()
    return {**told, "headers": dict(told["headers"])}


def refused(answer: httpx.Response) -> tuple[int, str]:
    """The status, and what the JSON-RPC error says."""
    assert answer.headers["content-type"] == "application/json"
    return answer.status_code, answer.json()["error"]["message"]


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_good_call_is_answered_as_the_runtime_answers_it(
    cloud: str, client: httpx.Client, runtimes: list[Runtime], signer: Signer
) -> None:
    sent, body = headers(signer, "get_cost_estimate", ESTIMATE), call("get_cost_estimate", ESTIMATE)
    direct = runtimes[CLOUDS.index(cloud)].call("get_cost_estimate", sent, body)
    answer = client.post(f"/{cloud}/mcp/get_cost_estimate", headers=sent, content=body)
    assert (answer.status_code, answer.content) == (direct.status, direct.body)
    assert len(answer.json()["result"]["structuredContent"]["offers"]) == 3


async def test_the_control_planes_way_to_functions_leads_through_a_gateway_with_its_key_only(
    gateway: Gateway, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(gateway.ca))
    post, leave = HttpPost(), Pass(token=signer.token(ADA, "gcp"))
    ways = [Forward("gcp", f"{gateway.url}/gcp", keyed(post, key)) for key in (KEYS[f"client-{next(FRESH)}"], "")]
    found = await ways[0].call("get_cost_estimate", ESTIMATE, leave, writes=False)
    assert found.structured is not None
    assert len(found.structured["offers"]) == 3
    with pytest.raises(Unauthorized):
        await ways[1].call("get_cost_estimate", ESTIMATE, leave, writes=False)
    await post.close()


def test_only_tls_is_spoken(gateway: Gateway) -> None:
    with pytest.raises(httpx.TransportError):
        httpx.post(gateway.url.replace("https", "http"))
    old = trusting(gateway)
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((httpx.TransportError, ssl.SSLError)):
        httpx.post(gateway.url, verify=old)


@pytest.mark.parametrize("key", ["", "0" * 39, "nobody's", KEYS["client-1"] + "0"])
def test_without_a_known_key_nothing_is_led_anywhere(key: str, gateway: Gateway) -> None:
    answer = httpx.post(f"{gateway.url}/echo/mcp", verify=trusting(gateway), headers={"x-api-key": key} if key else {})
    status, words = refused(answer)
    assert (status, "authentication failed" in words) == (401, True)


def test_the_key_goes_no_further_and_nobody_says_who_they_are(client: httpx.Client) -> None:
    told = reached(client.post("/echo/mcp/get_health", headers={"tollgate-client": "client-0", "authorization": "b"}))
    key = client.headers["x-api-key"]
    assert "x-api-key" not in told["headers"]
    assert KEYS[told["headers"]["tollgate-client"]] == key
    assert told["headers"]["authorization"] == "b"


def test_a_client_that_asks_too_often_waits_and_no_other(client: httpx.Client, gateway: Gateway) -> None:
    answers = [client.post("/echo/mcp") for _ in range(3 * BURST)]
    slow = [answer for answer in answers if answer.status_code != 200]
    assert answers[BURST - 1].status_code == 200
    assert slow
    assert {(answer.status_code, answer.headers["retry-after"]) for answer in slow} == {(429, "1")}
    other = {"x-api-key": KEYS[f"client-{next(FRESH)}"]}
    assert httpx.post(f"{gateway.url}/echo/mcp", verify=trusting(gateway), headers=other).status_code == 200


def test_the_largest_body_is_let_through_and_one_byte_more_is_not(client: httpx.Client) -> None:
    assert LARGEST == MAX_BODY
    assert reached(client.post("/echo/mcp", content=b" " * LARGEST))["length"] == LARGEST
    assert refused(client.post("/echo/mcp", content=b" " * (LARGEST + 1)))[0] == 413


ROUTING = ({"mcp-method": "tools/call"}, {"mcp-name": "get_health"}, {"mcp-param-region": "eu"}, {"Mcp-Param-Odd": "x"})


@pytest.mark.parametrize("routing", ROUTING, ids=lambda each: next(iter(each)))
@pytest.mark.parametrize("version", ["2025-11-25", "2024-11-05", "", "2026-07-28, 2025-11-25", "2026-07-28x"])
def test_an_older_revision_is_not_led_by_headers(
    routing: dict[str, str], version: str, client: httpx.Client, gateway: Gateway
) -> None:
    sent = routing | ({"mcp-protocol-version": version} if version else {})
    status, words = refused(client.post("/echo/mcp", headers=sent))
    assert (status, "2026-07-28 only" in words) == (400, True)


def test_an_older_revision_without_routing_headers_is_served(client: httpx.Client) -> None:
    assert reached(client.post("/echo/mcp", headers={"mcp-protocol-version": "2025-11-25"}))["path"] == "/mcp"


@pytest.mark.parametrize("tool", tool_names())
def test_a_call_that_says_it_is_a_read_is_led_to_its_function(tool: str, client: httpx.Client) -> None:
    sent = {"mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": tool}
    read = contract(tool).risk == "read"
    assert reached(client.post("/echo/mcp", headers=sent))["path"] == (f"/mcp/{tool}" if read else "/mcp")
    assert (tool in READS) == read


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_header_that_says_another_tool_than_the_body_leads_to_a_refusal(
    cloud: str, client: httpx.Client, signer: Signer
) -> None:
    sent = headers(signer, "get_cost_estimate", {})
    answer = client.post(f"/{cloud}/mcp", headers=sent, content=call("create_storage_bucket", {}))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32020)


@pytest.mark.parametrize("path", ["/", "/echo", "/echo/mcp/", "/echo/mcp/a/b", "/moon/mcp", "/echo/mcp/%2e%2e/x"])
def test_other_paths_lead_nowhere(path: str, client: httpx.Client) -> None:
    assert refused(client.post(path))[0] == 404


def test_a_header_with_an_underscore_and_another_method_lead_nowhere(client: httpx.Client) -> None:
    assert client.post("/echo/mcp", headers={"mcp_name": "get_health"}).status_code == 400
    assert client.post("/echo/mcp%2fget_health").status_code == 400
    assert refused(client.get("/echo/mcp"))[0] == 404


def test_envoy_itself_takes_the_configuration(tmp_path: Path) -> None:
    path = written(tmp_path, 1, {"aws": "127.0.0.1:2"}, KEYS, burst=1, rate=1)
    command = [str(ENVOY), "--mode", "validate", "-c", str(path), "--log-level", "error"]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("keys", [{}, {"ada": "short"}])
def test_a_key_that_could_be_guessed_is_not_taken(keys: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Keys need 32 characters"):
        written(tmp_path, 1, {}, keys, burst=1, rate=1)
