"""OpenTelemetry's own SDK and exporter, into a collector of ours."""

import json
import logging
import threading
from collections import defaultdict
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import urllib3

from mcp_handlers.kernel import otel, telemetry
from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.observed import Observed
from mcp_handlers.kernel.otel import service_of
from mcp_handlers.tools import create_storage_bucket
from tests.fakes.world import BUCKET, World, call
from workflow.model.errors import NoCapacity

SECRET = "hunter2"
TRACE = "a" * 32
TOOL = "create_storage_bucket"


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """What was sent, by path, to a collector that `otel.start` was pointed at."""
    found: dict[str, bytes] = defaultdict(bytes)

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found[self.path] += self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv(otel.ENDPOINT, endpoint)
    monkeypatch.setattr(logging.getLogger(), "handlers", [*logging.getLogger().handlers])
    logging.getLogger("mcp_handlers.kernel.observed").setLevel(logging.INFO)
    otel.start({otel.ENDPOINT: endpoint}, "tollgate-test")
    yield found
    backend = telemetry._Told.backend
    telemetry.install(None)
    assert isinstance(backend, otel.OpenTelemetry)
    backend.leave_requests()
    for provider in (backend._traces, backend._meters, backend._logs):
        provider.shutdown()
    logging.getLogger("mcp_handlers.kernel.observed").setLevel(logging.NOTSET)
    server.shutdown()
    server.server_close()


async def test_traces_measures_and_logs_are_sent_and_hold_no_secret(collected: dict[str, bytes]) -> None:
    world = World()
    endpoint = Endpoint(Observed(world.function(create_storage_bucket.TOOL)))
    message = json.loads(call(TOOL, BUCKET))
    message["params"]["_meta"] |= {"traceparent": f"00-{TRACE}-{'b' * 16}-01", "baggage": SECRET}
    for ending in (None, NoCapacity(SECRET), RuntimeError(SECRET)):
        world.handler.raises = ending
        await endpoint.rpc(world.headers(TOOL, grant=world.grant()), json.dumps(message).encode())
    telemetry.flush()
    assert set(collected) == {"/v1/traces", "/v1/metrics", "/v1/logs"}
    for path in ("/v1/traces", "/v1/logs"):
        assert bytes.fromhex(TRACE) in collected[path] or TRACE.encode() in collected[path]
    for stage in (b"tools/call create_storage_bucket", b"identity", b"gate", b"handler", b"tollgate-test"):
        assert stage in collected["/v1/traces"]
    for name in (b"tollgate.call.duration", b"tollgate.call.errors", b"NO_CAPACITY"):
        assert name in collected["/v1/metrics"]
    everything = b"".join(collected.values())
    for never in (SECRET, "ada@example.com", "eu-west-1", world.headers(TOOL)["authorization"].split()[1]):
        assert never.encode() not in everything


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://secrets.s3.eu-west-1.amazonaws.com/plan?list-type=2", "https://s3.eu-west-1.amazonaws.com/"),
        ("https://a.b.s3.amazonaws.com/", "https://s3.amazonaws.com/"),
        ("https://ec2.eu-west-1.amazonaws.com/", "https://ec2.eu-west-1.amazonaws.com/"),
        ("https://payroll.vault.azure.net/secrets/prod-db-password", "https://vault.azure.net/"),
        ("https://management.azure.com/subscriptions/1/providers/x", "https://management.azure.com/"),
        ("https://compute.googleapis.com/compute/v1/projects/merger", "https://compute.googleapis.com/"),
        ("http://user:word@127.0.0.1:4566/bucket", "http://127.0.0.1:4566/"),
    ],
)
def test_of_an_address_the_service_alone_is_told(address: str, told: str) -> None:
    assert service_of(address) == told


def test_a_request_of_an_sdk_carries_the_calls_trace_and_a_failed_one_is_not_quoted(
    collected: dict[str, bytes],
) -> None:
    seen: list[str] = []

    class Cloud(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers["traceparent"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Cloud)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/thing?key={SECRET}"
    try:
        with telemetry.call("aws", TOOL, {"traceparent": f"00-{TRACE}-{'b' * 16}-01"}):
            urllib3.PoolManager().request("GET", address)
    finally:
        server.shutdown()
        server.server_close()
    with telemetry.call("aws", TOOL, {}), pytest.raises(urllib3.exceptions.MaxRetryError):
        urllib3.PoolManager().request("GET", address, retries=0)
    telemetry.flush()
    (context,) = seen
    assert context.split("-")[1] == TRACE
    assert bytes.fromhex(context.split("-")[2]) in collected["/v1/traces"]
    assert b"/thing" not in collected["/v1/traces"]
    assert SECRET.encode() not in collected["/v1/traces"]
