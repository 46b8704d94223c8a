"""AWS's errors in Tollgate's words: what the caller may do next is what decides the class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mcp_handlers.kernel import after
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

if TYPE_CHECKING:
    from mcp_handlers.aws.client import Clients

_LONGEST = 400
"""Characters of AWS's own message that are passed on; an encoded authorization failure runs to thousands."""

_CLASSES: dict[type[TollgateError], tuple[str, ...]] = {
    Throttled: (
        "RequestLimitExceeded", "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled",
        "RequestThrottledException", "TooManyRequestsException", "SlowDown", "BandwidthLimitExceeded",
        "PriorRequestNotComplete", "OperationAborted",
    ),
    NoCapacity: (
        "InsufficientInstanceCapacity", "InsufficientHostCapacity", "InsufficientCapacity",
        "InsufficientCapacityException", "InsufficientReservedInstanceCapacity", "InsufficientFreeAddressesInSubnet",
        "CapacityError", "SpotMaxPriceTooLow",
    ),
    QuotaExceeded: (
        "VcpuLimitExceeded", "InstanceLimitExceeded", "MaxSpotInstanceCountExceeded", "VolumeLimitExceeded",
        "MaxIOPSLimitExceeded", "ResourceLimitExceeded", "TooManyBuckets", "LimitExceeded", "LimitExceededException",
    ),
    NoPermission: (
        "UnauthorizedOperation", "AccessDenied", "AccessDeniedException", "AuthFailure", "InvalidClientTokenId",
        "UnrecognizedClientException", "ExpiredToken", "ExpiredTokenException", "SignatureDoesNotMatch",
        "OptInRequired", "InvalidAccessKeyId", "InvalidToken", "RequestExpired", "Blocked", "PendingVerification",
        "403",
    ),
    NotFound: (
        "InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed", "InvalidVolume.NotFound",
        "InvalidVolumeID.Malformed", "NoSuchBucket", "NoSuchTagSet",
        "NoSuchPublicAccessBlockConfiguration", "ResourceNotFound", "NoSuchResourceException", "404",
        "ResourceNotFoundException", "NoSuchHostedZone", "NoSuchHealthCheck",
    ),
}  # fmt: skip
_BY_CODE = {code: kind for kind, codes in _CLASSES.items() for code in codes}
_DOWN = frozenset(("ServiceUnavailable", "ServiceUnavailableException", "Unavailable"))


def translate(error: Exception, clients: Clients, region: str, *, writes: bool) -> TollgateError:
    """The error to raise for what the SDK raised on a call in `region`; `writes`: the call may have acted.

    Where the region does not answer, another region is asked once, to tell a region's trouble from the cloud's.
    """
    from botocore.exceptions import (
        ClientError,
        ConnectTimeoutError,
        EndpointConnectionError,
        HTTPClientError,
        NoCredentialsError,
        ParamValidationError,
        PartialCredentialsError,
    )

    if isinstance(error, ClientError):
        return _answered(dict(error.response), error.operation_name, clients, region, writes=writes)
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return NoPermission("AWS has no credentials to work with.")
    if isinstance(error, ParamValidationError):
        return Rejected(f"AWS's SDK refuses the arguments: {error}"[:_LONGEST])
    if isinstance(error, EndpointConnectionError | ConnectTimeoutError) or not writes:
        return _down(f"AWS cannot be reached in {region} ({type(error).__name__}).", clients, region)
    if isinstance(error, HTTPClientError):
        return OutcomeUnknown(f"AWS did not answer in time in {region} ({type(error).__name__}).")
    return OutcomeUnknown(f"The call to AWS in {region} broke off ({type(error).__name__}).")


def _answered(
    response: Mapping[str, Any], operation: str, clients: Clients, region: str, *, writes: bool
) -> TollgateError:
    said, status = response.get("Error", {}), response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    code = str(said.get("Code", ""))
    message = f"AWS {operation} in {region}: {code}: {said.get('Message', '')}"[:_LONGEST]
    wait = after.seconds(response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("retry-after"))
    if code in _BY_CODE:
        return _BY_CODE[code](message, retry_after=wait)
    if status == 429 or "throttl" in code.lower():
        # Services have names of their own for it, and new ones come.
        return Throttled(message, retry_after=wait)
    if "Requested resource not found" in message or "Could not find" in message:
        return NotFound(message)
    if code in _DOWN or status == 503:
        return _down(message, clients, region, wait)
    if status >= 500:
        return OutcomeUnknown(message, retry_after=wait) if writes else _down(message, clients, region, wait)
    return Rejected(message)


def _down(message: str, clients: Clients, region: str, wait: float | None = None) -> TollgateError:
    if clients.elsewhere(region):
        return RegionDown(message, retry_after=wait)
    return CloudDown(f"{message} No other region answers either.", retry_after=wait)


@contextmanager
def translated(clients: Clients, region: str, *, writes: bool = False) -> Iterator[None]:
    """Raise what `translate` makes of any error of the SDK in this block."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise translate(error, clients, region, writes=writes) from error
