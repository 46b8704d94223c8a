"""What moto's Route 53 lacks: a health check that fails."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import Response

from infra.local.aws.call import Call
from infra.local.faults import FaultBook

_SICK = """<?xml version="1.0" encoding="UTF-8"?>
<GetHealthCheckStatusResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><HealthCheckObservations>
<HealthCheckObservation><Region>us-east-1</Region><IPAddress>127.0.13.37</IPAddress><StatusReport>
<Status>Failure: Connection timed out.</Status><CheckedTime>{now}</CheckedTime>
</StatusReport></HealthCheckObservation></HealthCheckObservations></GetHealthCheckStatusResponse>"""


def is_sick(call: Call, faults: FaultBook) -> bool:
    """True where this asks for the state of a health check that a fault makes fail."""
    if call.service != "route53" or not call.operation.endswith("/status"):
        return False
    return faults.take("unhealthy", region=call.region, operation=call.operation) is not None


def sick() -> Response:
    """The state of a health check whose checkers get no answer."""
    return Response(_SICK.format(now=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")), media_type="text/xml")
