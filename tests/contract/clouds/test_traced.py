"""A call's trace goes on to its cloud: each request that an SDK sends is a span of it, whichever SDK it is."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from urllib.parse import urlsplit

import pytest
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from mcp_handlers.kernel import telemetry
from mcp_handlers.kernel.otel import OpenTelemetry
from tests.contract.clouds.conformance import Creates
from tests.contract.clouds.world import World

TRACE = "a" * 32
CALLED = {"traceparent": f"00-{TRACE}-{'b' * 16}-01"}
TOOL = "create_storage_bucket"


class _Bucket(Creates):
    tool = TOOL


@pytest.fixture(params=["aws", "azure", "gcp"])
def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> World:
    """The clouds that are asked by an SDK, as `worlds/<cloud>.py` begins them."""
    begun: World = import_module(f"tests.contract.clouds.worlds.{request.param}").begin(request, monkeypatch)
    return begun


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What is told while the test runs."""
    found = InMemorySpanExporter()
    backend = OpenTelemetry("tollgate-test", SimpleSpanProcessor(found), InMemoryMetricReader())
    backend.watch_requests()
    telemetry.install(backend)
    yield found
    telemetry.install(None)
    backend.leave_requests()


def test_every_request_of_an_sdk_is_a_span_of_the_callers_trace(world: World, spans: InMemorySpanExporter) -> None:
    arguments = _Bucket().arguments(world)
    spans.clear()
    with telemetry.call(world.cloud, TOOL, CALLED):
        made = world.perform(TOOL, arguments).resources[0].id
    told = spans.get_finished_spans()
    requests = [each for each in told if each.kind is SpanKind.CLIENT]
    assert requests
    assert {f"{each.context.trace_id:032x}" for each in told if each.context} == {TRACE}
    for each in requests:
        assert each.attributes is not None
        assert urlsplit(str(each.attributes["http.url"])).path == "/"
        assert made not in str(each.attributes)
        assert each.parent is not None
        assert not each.events
