"""Azure's errors in Tollgate's words: what the caller may do next is what decides the class."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

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
    Unhealthy,
)

if TYPE_CHECKING:
    from azure.core.exceptions import HttpResponseError

    from mcp_handlers.azure.client import Clients

_LONGEST = 400
"""Characters of Azure's own message that are passed on."""

_CLASSES: dict[type[TollgateError], tuple[str, ...]] = {
    Throttled: (
        "TooManyRequests", "OperationNotAllowedDueToThrottling", "SubscriptionRequestsThrottled",
        "TenantRequestsThrottled", "ResourceRequestsThrottled", "RetryableError", "RetryableErrorDueToAnotherOperation",
        "AnotherOperationInProgress", "StorageAccountOperationInProgress",
    ),
    NoCapacity: (
        "SkuNotAvailable", "AllocationFailed", "ZonalAllocationFailed", "OverconstrainedAllocationRequest",
        "OverconstrainedZonalAllocationRequest", "SpotPriceGreaterThanProvidedMaxPrice", "CapacityNotAvailable",
        "OutOfCapacity",
    ),
    QuotaExceeded: (
        "QuotaExceeded", "ResourceQuotaExceeded", "SubnetIsFull", "ClusterCoreQuotaReached", "TotalCoreQuotaReached",
        "ClusterMinNodesExceedCoreQuota", "MaxStorageAccountsCountPerSubscriptionExceeded",
    ),
    NoPermission: (
        "AuthorizationFailed", "LinkedAuthorizationFailed", "AuthenticationFailed", "InvalidAuthenticationToken",
        "ExpiredAuthenticationToken", "InvalidAuthenticationTokenTenant", "SubscriptionNotFound",
        "DisabledSubscription", "ReadOnlyDisabledSubscription", "SubscriptionNotRegistered",
        "MissingSubscriptionRegistration",
    ),
    Rejected: ("RequestDisallowedByPolicy", "ScopeLocked"),
    Unhealthy: ("ResourceNotReady",),
}  # fmt: skip
_BY_CODE = {code: kind for kind, codes in _CLASSES.items() for code in codes}
_BY_STATUS: dict[int, type[TollgateError]] = {401: NoPermission, 403: NoPermission, 404: NotFound, 429: Throttled}


def translate(error: Exception, clients: Clients, region: str, *, writes: bool) -> TollgateError:
    """The error to raise for what the SDK raised on a call in `region`; `writes`: the call may have acted.

    Where the region does not answer, Azure Resource Manager itself is asked once, to tell a region's trouble from the
    cloud's.
    """
    from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ServiceRequestError

    if isinstance(error, HttpResponseError) and error.response is not None:
        return _answered(error, clients, region, writes=writes)
    if isinstance(error, ClientAuthenticationError):
        return NoPermission("Azure gives the function no token.", "Give the function a managed identity with a role.")
    if isinstance(error, ServiceRequestError) or not writes:
        return _down(f"Azure cannot be reached for {region} ({type(error).__name__}).", clients, region)
    return OutcomeUnknown(f"The call to Azure in {region} broke off ({type(error).__name__}).")


def _answered(error: HttpResponseError, clients: Clients, region: str, *, writes: bool) -> TollgateError:
    status, (code, text) = error.status_code or 0, said(error)
    message = f"Azure in {region}: {code}: {text}"[:_LONGEST]
    if code == "OperationNotAllowed" and "quota" in text.lower():
        return QuotaExceeded(message)
    kind, answer = _BY_CODE.get(code) or _BY_STATUS.get(status), cast(Any, error.response)
    wait = after.seconds(answer.headers.get("retry-after"))
    if kind is not None:
        return kind(message, retry_after=wait)
    if status == 503 or (status >= 500 and not writes):
        return _down(message, clients, region, wait)
    if status >= 500:
        return OutcomeUnknown(message, retry_after=wait)
    return Rejected(message)


def said(error: HttpResponseError) -> tuple[str, str]:
    """Azure's code and message, from the envelope of an answer or of a long-running operation's end."""
    answer: Any = error.response
    try:
        body = answer.json()
    except ValueError:
        body = {}
    envelope = body.get("error") if isinstance(body, dict) else None
    if not isinstance(envelope, dict):
        return "Unknown", str(error.reason or "no message")
    return str(envelope.get("code", "Unknown")), str(envelope.get("message", ""))


def _down(message: str, clients: Clients, region: str, wait: float | None = None) -> TollgateError:
    if region and clients.answers():
        return RegionDown(message, retry_after=wait)
    return CloudDown(f"{message} Azure Resource Manager does not answer either.", retry_after=wait)


@contextmanager
def translated(clients: Clients, region: str, *, writes: bool = False) -> Iterator[None]:
    """Raise what `translate` makes of any error of the SDK in this block."""
    from azure.core.exceptions import AzureError

    try:
        yield
    except AzureError as error:
        raise translate(error, clients, region, writes=writes) from error
