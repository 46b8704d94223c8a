"""Whose trace a call on AWS belongs to."""

from collections.abc import Iterator

import pytest

from functions.aws.telling import TRACE, Powertools
from mcp_handlers.kernel import telemetry
from workflow.model.base import Json

XRAY = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"
XRAYS = {"traceparent": "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-00"}
CALLERS = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "tracestate": "vendor=1"}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As a Lambda's first invocation leaves it, without OTLP."""
    monkeypatch.setenv(TRACE, XRAY)
    telemetry.install(Powertools())
    yield
    telemetry.install(None)


@pytest.mark.parametrize(
    ("meta", "carried"),
    [(CALLERS, CALLERS), ({}, XRAYS), ({"traceparent": "nonsense", "tracestate": "vendor=1"}, XRAYS)],
)
@pytest.mark.usefixtures("told")
def test_it_is_the_callers_where_one_came_with_the_call_and_else_xrays(meta: Json, carried: Json) -> None:
    with telemetry.call("tollgate-aws", "provision_compute", meta):
        assert telemetry.carried() == carried
        assert telemetry.current().ids()["trace"] == carried["traceparent"].split("-")[1]


@pytest.mark.usefixtures("told")
def test_outside_of_a_call_it_is_xrays() -> None:
    assert telemetry.carried() == XRAYS
