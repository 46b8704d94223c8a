"""The faults that can befall any call, before anything is done: which of them, and how each protocol says it."""

from __future__ import annotations

from infra.local.aws.call import Call, Protocol
from infra.local.aws.refusal import Refusal
from infra.local.faults import FaultBook

_THROTTLED: dict[Protocol, tuple[str, str, int]] = {
    "ec2": ("RequestLimitExceeded", "Request limit exceeded.", 503),
    "query": ("Throttling", "Rate exceeded", 400),
    "json": ("ThrottlingException", "Rate exceeded", 400),
    "s3": ("SlowDown", "Please reduce your request rate.", 503),
}
_UNAVAILABLE: dict[Protocol, str] = {
    "ec2": "Unavailable",
    "query": "ServiceUnavailable",
    "json": "ServiceUnavailableException",
    "s3": "ServiceUnavailable",
}


_FORBIDDEN: dict[Protocol, tuple[str, int]] = {
    "ec2": ("UnauthorizedOperation", 403),
    "query": ("AccessDenied", 403),
    "json": ("AccessDeniedException", 400),
    "s3": ("AccessDenied", 403),
}


def delay(call: Call, faults: FaultBook) -> float:
    """Seconds to wait before the call is looked at."""
    fault = faults.take("latency", region=call.region, operation=call.operation)
    return fault.latency_ms / 1000 if fault else 0.0


def befall(call: Call, faults: FaultBook) -> None:
    """Raise the Refusal of the first fault in force that fits the call."""
    down = faults.take("cloud_down", operation=call.operation, region=call.region)
    if down or faults.take("region_down", operation=call.operation, region=call.region):
        raise Refusal(_UNAVAILABLE[call.protocol], "The server is temporarily unable to process your request.", 503)
    if faults.take("throttle", operation=call.operation, region=call.region):
        raise Refusal(*_THROTTLED[call.protocol])
    if faults.take("no_permission", operation=call.operation, region=call.region):
        raise _forbidden(call)
    if faults.take("error", operation=call.operation, region=call.region):
        raise internal(call)


def loses(call: Call, faults: FaultBook) -> bool:
    """Whether the answer to a call that was carried out is lost."""
    return faults.take("lost", operation=call.operation, region=call.region) is not None


def _forbidden(call: Call) -> Refusal:
    code, status = _FORBIDDEN[call.protocol]
    action = f"{call.service}:{call.operation.rpartition(' ')[0] or call.operation}"
    text = f"User: arn:aws:iam::123456789012:role/tool is not authorized to perform: {action}"
    # AWS's services of one JSON protocol answer 400, those that speak REST answer 403.
    return Refusal(code, text, 403 if " " in call.operation else status)


def internal(call: Call) -> Refusal:
    """Something went wrong on AWS's side."""
    code = "InternalFailure" if call.protocol == "json" else "InternalError"
    return Refusal(code, "An internal error has occurred.", 500)
