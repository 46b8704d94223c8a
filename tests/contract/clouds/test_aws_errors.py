"""What each of AWS's errors becomes, without a cloud."""

from __future__ import annotations

import botocore.exceptions as sdk
import pytest
from botocore.exceptions import ClientError

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.errors import translate
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


class Elsewhere(Clients):
    """Clients whose other regions answer, or do not."""

    def __init__(self, answers: bool) -> None:
        super().__init__({})
        self.answers = answers

    def elsewhere(self, region: str) -> bool:
        return self.answers


def said(code: str, status: int = 400, message: str = "because") -> ClientError:
    response = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "DoIt")  # type: ignore[arg-type]


def became(error: Exception, *, writes: bool = True, elsewhere: bool = True) -> TollgateError:
    return translate(error, Elsewhere(elsewhere), "eu-west-1", writes=writes)


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("RequestLimitExceeded", 503, Throttled),
        ("SlowDown", 503, Throttled),
        ("ThrottlingException", 400, Throttled),
        ("InsufficientInstanceCapacity", 500, NoCapacity),
        ("SpotMaxPriceTooLow", 400, NoCapacity),
        ("VcpuLimitExceeded", 400, QuotaExceeded),
        ("MaxSpotInstanceCountExceeded", 400, QuotaExceeded),
        ("ResourceLimitExceeded", 400, QuotaExceeded),
        ("UnauthorizedOperation", 403, NoPermission),
        ("ExpiredToken", 400, NoPermission),
        ("OptInRequired", 401, NoPermission),
        ("InvalidInstanceID.NotFound", 400, NotFound),
        ("NoSuchBucket", 404, NotFound),
        ("InvalidParameterValue", 400, Rejected),
        ("Unsupported", 400, Rejected),
        ("BucketAlreadyExists", 409, Rejected),
        ("Unavailable", 503, RegionDown),
        ("ServiceUnavailable", 503, RegionDown),
        ("SomethingNew", 503, RegionDown),
    ],
)
def test_a_code_becomes_what_the_workflow_acts_on(code: str, status: int, kind: type[TollgateError]) -> None:
    error = became(said(code, status))
    assert type(error) is kind
    assert error.message == f"AWS DoIt in eu-west-1: {code}: because"


def test_sagemaker_says_not_found_in_words() -> None:
    assert type(became(said("ValidationException", message="Requested resource not found."))) is NotFound
    assert type(became(said("ValidationException", message="1 validation error detected"))) is Rejected


def test_an_internal_error_may_have_acted_only_if_the_call_writes() -> None:
    assert type(became(said("InternalError", 500), writes=True)) is OutcomeUnknown
    assert type(became(said("InternalError", 500), writes=False)) is RegionDown


def test_silence_may_have_acted_only_if_the_call_writes() -> None:
    silence = sdk.ReadTimeoutError(endpoint_url="https://ec2.eu-west-1.amazonaws.com")
    assert type(became(silence, writes=True)) is OutcomeUnknown
    assert type(became(silence, writes=False)) is RegionDown
    assert type(became(sdk.ConnectionClosedError(endpoint_url="https://x"), writes=True)) is OutcomeUnknown


@pytest.mark.parametrize("kind", [sdk.EndpointConnectionError, sdk.ConnectTimeoutError])
def test_a_call_that_never_arrived_has_not_acted(kind: type[Exception]) -> None:
    unreached = kind(endpoint_url="https://ec2.eu-west-1.amazonaws.com")
    assert type(became(unreached, writes=True)) is RegionDown
    assert type(became(unreached, writes=True, elsewhere=False)) is CloudDown


def test_no_other_region_either_is_the_cloud() -> None:
    assert type(became(said("Unavailable", 503), elsewhere=False)) is CloudDown


def test_arguments_that_the_sdk_refuses_are_rejected() -> None:
    assert type(became(sdk.ParamValidationError(report="bad"))) is Rejected


def test_a_message_is_cut_to_a_length_for_people() -> None:
    assert len(became(said("UnauthorizedOperation", 403, "x" * 10_000)).message) == 400


def test_how_long_aws_asks_to_wait_is_passed_on() -> None:
    error = said("ThrottlingException")
    error.response["ResponseMetadata"]["HTTPHeaders"] = {"retry-after": "17"}  # type: ignore[typeddict-item]
    assert became(error).retry_after == 17.0
    assert became(said("ThrottlingException")).retry_after is None
