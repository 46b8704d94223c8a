"""Azure's errors in Tollgate's words."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)

from mcp_handlers.azure.client import Clients
from mcp_handlers.azure.errors import translate
from workflow.model.errors import (
    CloudDown,
    NoCapacity,
    NoPermission,
    NotFound,
    OutcomeUnknown,
    QuotaExceeded,
    RegionDown,
    Rejected,
    Throttled,
    TollgateError,
)

QUOTA = "Operation could not be completed as it results in exceeding approved Total Regional Cores quota."


class Answer:
    """An HTTP answer, as far as errors look at it."""

    reason = "because"
    headers: ClassVar = {"retry-after": "17"}

    def __init__(self, status: int, body: str) -> None:
        self.status_code, self._body = status, body

    def json(self) -> Any:
        return json.loads(self._body)

    def text(self, *_: Any) -> str:
        return self._body


def answered(status: int, code: str = "", text: str = "why") -> HttpResponseError:
    body = json.dumps({"error": {"code": code, "message": text}}) if code else "<html>"
    return HttpResponseError(response=cast(Any, Answer(status, body)))


def clients(*, up: bool) -> Clients:
    return cast(Clients, SimpleNamespace(answers=lambda: up))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (answered(409, "SkuNotAvailable"), NoCapacity),
        (answered(200, "ZonalAllocationFailed"), NoCapacity),
        (answered(409, "OperationNotAllowed", QUOTA), QuotaExceeded),
        (answered(409, "OperationNotAllowed", "The VM is being deleted."), Rejected),
        (answered(403, "RequestDisallowedByPolicy"), Rejected),
        (answered(403, "AuthorizationFailed"), NoPermission),
        (answered(403), NoPermission),
        (answered(404, "ResourceNotFound"), NotFound),
        (answered(429), Throttled),
        (answered(400, "InvalidParameter"), Rejected),
        (answered(500, "InternalServerError"), OutcomeUnknown),
        (answered(503, "ServiceUnavailable"), RegionDown),
        (ServiceRequestError("no route"), RegionDown),
        (ServiceResponseError("cut"), OutcomeUnknown),
        (ServiceResponseTimeoutError("late"), OutcomeUnknown),
        (ClientAuthenticationError("no token"), NoPermission),
    ],
)
def test_a_write_that_fails_is_called_by_its_name(error: Exception, kind: type[TollgateError]) -> None:
    assert type(translate(error, clients(up=True), "westeurope", writes=True)) is kind


@pytest.mark.parametrize("error", [answered(500, "InternalServerError"), answered(503), ServiceResponseError("cut")])
def test_a_read_that_fails_did_nothing(error: Exception) -> None:
    assert type(translate(error, clients(up=True), "westeurope", writes=False)) is RegionDown
    assert type(translate(error, clients(up=False), "westeurope", writes=False)) is CloudDown


def test_a_message_names_region_and_code_and_ends() -> None:
    error = translate(answered(400, "BadThing", "x" * 9_000), clients(up=True), "westeurope", writes=True)
    assert error.message.startswith("Azure in westeurope: BadThing: xxx")
    assert len(error.message) == 400


def test_a_credentials_own_words_are_not_repeated() -> None:
    error = translate(ClientAuthenticationError("token=secret"), clients(up=True), "westeurope", writes=True)
    assert "secret" not in error.message + error.remedy


def test_how_long_azure_asks_to_wait_is_passed_on() -> None:
    found = translate(answered(429, "TooManyRequests"), clients(up=True), "westeurope", writes=True)
    assert (type(found), found.retry_after) == (Throttled, 17.0)
