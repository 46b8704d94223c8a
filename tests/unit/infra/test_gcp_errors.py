"""Google's refusals, each as the one error that the workflow acts on."""

from __future__ import annotations

import json

import pytest
import requests
from google.api_core import exceptions as api
from google.auth.exceptions import RefreshError

from mcp_handlers.gcp import errors
from workflow.model.errors import (
    CloudDown,
    NoCapacity,
    NoPermission,
    NotFound,
    OutcomeUnknown,
    QuotaExceeded,
    RegionDown,
    Rejected,
    Terminal,
    Throttled,
)


def envelope(message: str, reason: str = "", status: str = "") -> bytes:
    body = {"message": message, "errors": [{"reason": reason}], "status": status}
    return json.dumps({"error": body}).encode()


@pytest.mark.parametrize(
    ("status", "content", "error"),
    [
        (400, envelope("bad", "invalid"), Rejected),
        (401, envelope("who", "authError"), NoPermission),
        (403, envelope("no", "forbidden"), NoPermission),
        (403, envelope("slow down", "rateLimitExceeded"), Throttled),
        (403, envelope("Quota 'CPUS' exceeded. Limit: 8.0 in region x.", "quotaExceeded"), QuotaExceeded),
        (404, envelope("none", "notFound"), NotFound),
        (409, envelope("there", "alreadyExists"), errors.AlreadyExists),
        (429, envelope("Quota exceeded for quota metric 'Queries'", "rateLimitExceeded"), Throttled),
        (429, envelope("The following quota metrics exceed quota limits: x", "", "RESOURCE_EXHAUSTED"), QuotaExceeded),
        (429, envelope("Resources are insufficient in region: x.", "", "RESOURCE_EXHAUSTED"), NoCapacity),
        (500, envelope("oops", "internalError"), OutcomeUnknown),
        (502, b"<html>", OutcomeUnknown),
        (503, envelope("later", "backendError"), RegionDown),
        (503, b"", RegionDown),
        (403, b"[]", NoPermission),
    ],
)
def test_an_answer_to_a_write_has_its_error(status: int, content: bytes, error: type[Exception]) -> None:
    assert type(errors.from_answer(status, content, write=True)) is error


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_read_that_google_cannot_answer_blames_the_region(status: int) -> None:
    assert type(errors.from_answer(status, b"", write=False)) is RegionDown


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ZONE_RESOURCE_POOL_EXHAUSTED", NoCapacity),
        ("ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS", NoCapacity),
        ("QUOTA_EXCEEDED", QuotaExceeded),
        ("RESOURCE_NOT_FOUND", NotFound),
        ("RATE_LIMIT_EXCEEDED", Throttled),
        ("UNSUPPORTED_OPERATION", Rejected),
    ],
)
def test_an_operations_error_has_ours(code: str, error: type[Exception]) -> None:
    assert type(errors.from_operation({"code": code, "message": "said"})) is error


@pytest.mark.parametrize(
    ("problem", "write", "error"),
    [
        (requests.ReadTimeout("slow"), True, OutcomeUnknown),
        (requests.ReadTimeout("slow"), False, RegionDown),
        (requests.ConnectTimeout("far"), True, RegionDown),
        (requests.ConnectionError("refused"), True, RegionDown),
        (requests.ConnectionError("('Connection aborted.', RemoteDisconnected())"), True, OutcomeUnknown),
        (RefreshError("token ya29.secret"), True, CloudDown),
        (api.Conflict("there"), True, errors.AlreadyExists),
        (api.TooManyRequests("slow"), True, Throttled),
        (api.ServiceUnavailable("later"), True, RegionDown),
        (api.InternalServerError("oops"), True, OutcomeUnknown),
        (api.RetryError("gave up", cause=None), True, Terminal),
        (Throttled("ours"), True, Throttled),
        (ValueError("ya29.secret"), True, Terminal),
    ],
)
def test_an_exception_has_its_error_and_tells_no_secret(
    problem: Exception, write: bool, error: type[Exception]
) -> None:
    found = errors.from_exception(problem, write=write)

    assert type(found) is error
    assert "ya29" not in found.message


def test_a_message_is_googles_on_one_line_and_of_bounded_length() -> None:
    found = errors.from_answer(400, envelope("Invalid\n  value " + "x" * 1000), write=True)

    assert found.message.startswith("gcp: Invalid value x")
    assert len(found.message) == 405
