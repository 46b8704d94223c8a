"""OpenTelemetry behind `telemetry`: started only where an OTLP endpoint is configured, and imported only then."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mcp_handlers.kernel import telemetry
from mcp_handlers.kernel.log import entry
from mcp_handlers.kernel.telemetry import Carried, Measure
from mcp_handlers.kernel.unquoted import Unquoted

if TYPE_CHECKING:
    from opentelemetry.sdk._logs.export import LogRecordExporter
    from opentelemetry.sdk.metrics.export import MetricReader
    from opentelemetry.sdk.trace import SpanProcessor

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_NAMED = re.compile(r"^.+?\.((?:s3[.-]|vault\.|blob\.|queue\.|table\.|dfs\.|documents\.|storage\.googleapis).*)$")
"""Where everything is sent, by OTLP over HTTP. The exporters read it and its kin (headers, timeout) themselves."""
FLUSH_MS = 1500


class OpenTelemetry:
    """The Backend over the SDK. Exceptions are not recorded: their messages may quote anything."""

    def __init__(self, service: str, spans: SpanProcessor, metrics: MetricReader) -> None:
        from opentelemetry.sdk._logs import LoggerProvider
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        resource = Resource.create({"service.name": service})
        self._traces = TracerProvider(resource=resource)
        self._traces.add_span_processor(spans)
        self._meters = MeterProvider(resource=resource, metric_readers=[metrics])
        self._logs = LoggerProvider(resource=resource)
        self._tracer = self._traces.get_tracer("tollgate")
        self._w3c = TraceContextTextMapPropagator()
        meter = self._meters.get_meter("tollgate")
        duration = meter.create_histogram("tollgate.call.duration", "s", "How long a call took")
        errors = meter.create_counter("tollgate.call.errors", "{call}", "Calls that did not end well, by code")
        retries = meter.create_counter("tollgate.retries", "{attempt}", "Attempts that were tried again, by code")
        breaker = meter.create_gauge("tollgate.breaker.state", "1", "0 closed, 1 half open, 2 open")
        self._write = {
            "call.duration": duration.record,
            "call.errors": errors.add,
            "retries": retries.add,
            "breaker.state": breaker.set,
        }

    def span(self, name: str, attributes: Mapping[str, str], parent: Carried | None) -> AbstractContextManager[None]:
        """A span; its parent is what the caller carried, or the span around it."""
        return self._span(name, attributes, self._w3c.extract(parent) if parent else None)

    @contextmanager
    def _span(self, name: str, attributes: Mapping[str, str], context: Any) -> Iterator[None]:
        from opentelemetry.trace import Status, StatusCode

        with self._tracer.start_as_current_span(
            name, context=context, attributes=dict(attributes), record_exception=False, set_status_on_exception=False
        ) as current:
            try:
                yield
            except BaseException as error:
                current.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise

    def mark(self, attributes: Mapping[str, str], *, failed: bool) -> None:
        """Add to the current span."""
        from opentelemetry.trace import Status, StatusCode, get_current_span

        current = get_current_span()
        current.set_attributes(dict(attributes))
        if failed:
            current.set_status(Status(StatusCode.ERROR, attributes.get("code")))

    def measure(self, name: Measure, value: float, attributes: Mapping[str, str]) -> None:
        """Note a value."""
        self._write[name](value, dict(attributes))

    def carried(self) -> dict[str, str]:
        """The current span as W3C's context."""
        carrier: dict[str, str] = {}
        self._w3c.inject(carrier)
        return carrier

    def watch_requests(self) -> None:
        """From now on every request of every SDK is a span within its call, and carries W3C's context to the cloud.

        botocore, Azure's core and Google's clients all send by urllib3, some of it on threads of their own. Of an
        address the span has the service alone: its path and its query name what is asked for.
        """
        from opentelemetry.instrumentation.threading import ThreadingInstrumentor
        from opentelemetry.instrumentation.urllib3 import URLLib3Instrumentor
        from opentelemetry.metrics import NoOpMeterProvider

        ThreadingInstrumentor().instrument()
        URLLib3Instrumentor().instrument(
            tracer_provider=Unquoted(self._traces),
            meter_provider=NoOpMeterProvider(),
            url_filter=service_of,
        )

    def leave_requests(self) -> None:
        """Undo `watch_requests`, which is of the whole process."""
        from opentelemetry.instrumentation.threading import ThreadingInstrumentor
        from opentelemetry.instrumentation.urllib3 import URLLib3Instrumentor

        URLLib3Instrumentor().uninstrument()
        ThreadingInstrumentor().uninstrument()

    def flush(self) -> None:
        """Send what is kept."""
        for provider in (self._traces, self._meters, self._logs):
            provider.force_flush(FLUSH_MS)

    def logs(self, exporter: LogRecordExporter) -> logging.Handler:
        """A handler that sends what is logged, as `log` would write it."""
        from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

        self._logs.add_log_record_processor(BatchLogRecordProcessor(exporter))
        return _Sent(self._logs.get_logger("tollgate"))


class _Sent(logging.Handler):
    """Log records on their way to OTLP."""

    def __init__(self, logger: Any) -> None:
        super().__init__()
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        from opentelemetry._logs import SeverityNumber

        told = entry(record)
        # OpenTelemetry's numbers: DEBUG 5, INFO 9, WARN 13, ERROR 17, FATAL 21; Python's: 10, 20, 30, 40, 50.
        number = SeverityNumber(max(1, min(21, record.levelno // 10 * 4 + 1)))
        self._logger.emit(
            timestamp=int(record.created * 1e9),
            severity_number=number,
            severity_text=told.pop("level"),
            body=told.pop("message"),
            attributes={name: value for name, value in told.items() if name != "time"},
        )


def service_of(url: str) -> str:
    """Scheme and host of an address, without the name that a bucket, vault or account gives its host."""
    parts = urlsplit(url)
    host = _NAMED.sub(r"\1", parts.netloc.rpartition("@")[2])
    return f"{parts.scheme}://{host}/"


def start(environment: Mapping[str, str], service: str) -> None:
    """Tell everything by OTLP from now on, if `OTEL_EXPORTER_OTLP_ENDPOINT` is set. Silent otherwise."""
    if not environment.get(ENDPOINT):
        return
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    backend = OpenTelemetry(
        service, BatchSpanProcessor(OTLPSpanExporter()), PeriodicExportingMetricReader(OTLPMetricExporter())
    )
    backend.watch_requests()
    telemetry.install(backend)
    logging.getLogger().addHandler(backend.logs(OTLPLogExporter()))
