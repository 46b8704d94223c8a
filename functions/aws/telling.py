"""What a function on AWS tells of itself, by Powertools: logs with the request's id, metrics, and X-Ray's trace."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from aws_lambda_powertools.utilities.typing import LambdaContext

from mcp_handlers.kernel import otel, telemetry
from mcp_handlers.kernel.log import TALKATIVE, entry
from mcp_handlers.kernel.telemetry import Carried, Measure

NAMESPACE = "Tollgate"
SERVICE = "POWERTOOLS_SERVICE_NAME"
TRACE = "_X_AMZN_TRACE_ID"
"""Where Lambda says which trace an invocation belongs to, and whether it is kept."""
UNITS: Mapping[Measure, MetricUnit] = {
    "call.duration": MetricUnit.Seconds,
    "call.errors": MetricUnit.Count,
    "retries": MetricUnit.Count,
    "breaker.state": MetricUnit.NoUnit,
}
KEPT = ("correlation_id", "cold_start", "function_name", "function_request_id", "service", "xray_trace_id")

Handler = Callable[[Any, LambdaContext], Any]


class Lines(LambdaPowertoolsFormatter):
    """A record as the kernel writes it, which lets no secret through, with what Powertools knows of the invocation."""

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object."""
        known = {name: self.log_format[name] for name in KEPT if self.log_format.get(name) is not None}
        return self.serialize({**entry(record), **known})


log = Logger(logger_formatter=Lines())
metrics = Metrics(namespace=NAMESPACE)


def told(correlation: str) -> Callable[[Handler], Handler]:
    """Around a handler: its logs carry the id at this path of the event, its metrics are written when it ends."""

    def around(handler: Handler) -> Handler:
        def timed(event: Any, context: LambdaContext) -> Any:
            start()
            begun = time.perf_counter()
            try:
                return handler(event, context)
            finally:
                metrics.add_metric("Invocations", MetricUnit.Count, 1)
                metrics.add_metric("Duration", MetricUnit.Milliseconds, (time.perf_counter() - begun) * 1000)
                telemetry.flush()

        counted = metrics.log_metrics(timed, capture_cold_start_metric=True)
        logged: Handler = log.inject_lambda_context(counted, clear_state=True, correlation_id_path=correlation)
        return logged

    return around


@cache
def start() -> None:
    """Once in an execution environment: every log line has this form, and the kernel's measures and spans go out."""
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.StreamHandler())
    for handler in root.handlers:
        handler.setFormatter(log.registered_formatter)
    root.setLevel(logging.INFO)
    # Powertools' own logger has a handler of its own: its lines are written once.
    logging.getLogger(log.service).propagate = False
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    telemetry.install(Powertools())
    otel.start(os.environ, os.environ.get(SERVICE, "tollgate"))


class Powertools:
    """The kernel's Backend over Powertools. Where an invocation is not traced, X-Ray's SDK is not even imported."""

    def span(self, name: str, attributes: Mapping[str, str], parent: Carried | None) -> AbstractContextManager[None]:
        """A subsegment of the invocation's trace, if that is kept."""
        return _subsegment(name, attributes) if traced() else nullcontext()

    def mark(self, attributes: Mapping[str, str], *, failed: bool) -> None:
        """Add to the current subsegment."""
        if traced() and (current := _tracer().current_subsegment()) is not None:
            _annotate(current, attributes)
            if failed:
                current.add_error_flag()

    def measure(self, name: Measure, value: float, attributes: Mapping[str, str]) -> None:
        """A metric of its own, with these dimensions."""
        with single_metric(name=name, unit=UNITS[name], value=value, namespace=NAMESPACE) as metric:
            for dimension, said in attributes.items():
                metric.add_dimension(dimension, said)

    def carried(self) -> dict[str, str]:
        """The trace that the call came with, for the next function to name; the invocation's own in W3C's form where it
        came with none."""
        if arrived := telemetry.current().arrived:
            return dict(arrived)
        parts = dict(part.split("=", 1) for part in os.environ.get(TRACE, "").split(";") if "=" in part)
        _, _, root = parts.get("Root", "").partition("-")
        if not root or not parts.get("Parent"):
            return {}
        return {"traceparent": f"00-{root.replace('-', '')}-{parts['Parent']}-0{parts.get('Sampled', '0')}"}

    def flush(self) -> None:
        """Nothing is kept: metrics are written as they come, and segments as they end."""


def traced() -> bool:
    """Whether this invocation's trace is kept."""
    return "Sampled=1" in os.environ.get(TRACE, "")


@cache
def _tracer() -> Any:
    """X-Ray's recorder, as Powertools configures it. It takes longer to import than all of this module."""
    from aws_lambda_powertools import Tracer

    return Tracer(auto_patch=False).provider


@contextmanager
def _subsegment(name: str, attributes: Mapping[str, str]) -> Iterator[None]:
    """Begun and ended by hand: the library's own block records exceptions, and their messages may quote anything."""
    recorder = _tracer()
    _annotate(recorder.begin_subsegment(name.replace("/", " ")), attributes)
    try:
        yield
    except BaseException:
        recorder.current_subsegment().add_fault_flag()
        raise
    finally:
        recorder.end_subsegment()


def _annotate(subsegment: Any, attributes: Mapping[str, str]) -> None:
    for name, value in attributes.items():
        if subsegment is not None:
            subsegment.put_annotation(name, value)
