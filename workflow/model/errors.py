"""What can go wrong. The class says whether trying again can help; `code` is stable; `remedy` is for the reader.

A tool's failure crosses the wire as its code and scope and is rebuilt on the other side by `failure`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

Scope = Literal["", "offer", "region", "cloud"]


class TollgateError(Exception):
    """Base of all. `code` is stable, `remedy` says what to do, and `scope` how far the trouble reaches."""

    code: ClassVar[str] = "INTERNAL"
    retryable: ClassVar[bool] = False
    scope: ClassVar[Scope] = ""
    default_remedy: ClassVar[str] = "Report this with the run id."

    def __init__(self, message: str, remedy: str = "", retry_after: float | None = None) -> None:
        """`retry_after`: seconds that whoever refused asks us to wait, where it said so."""
        super().__init__(message)
        self.message = message
        self.remedy = remedy or self.default_remedy
        self.retry_after = retry_after


class Terminal(TollgateError):
    """Trying the same thing again will fail the same way."""


class Retryable(TollgateError):
    """The same call may succeed later."""

    retryable = True


class BadRequest(Terminal):
    """The caller sent something that cannot be understood or carried out."""

    code = "BAD_REQUEST"
    default_remedy = "Correct the request and send it again."


class UnknownVersion(BadRequest):
    """The caller speaks a version of a tool's contract that is not served here."""

    code = "UNKNOWN_VERSION"
    default_remedy = "Send one of these as `tollgate/version` in _meta, or leave it out; tools/list has the schema."


class Unclear(BadRequest):
    """The request contradicts itself or is too thin to price. `remedy` is the one question that would settle it; the
    answer is added to the text."""

    code = "UNCLEAR"
    default_remedy = "What should run, and on what?"


class Conflict(Terminal):
    """What was sent does not fit what is there: a key that stands for something else, or an older version."""

    code = "CONFLICT"
    default_remedy = "Look at what is there, and send it again as it should be."


class NoOffer(Terminal):
    """Nothing on sale fits the workload."""

    code = "NO_OFFER"
    default_remedy = "Ask for less, for another machine, or for more places."


class NoCapacity(Terminal):
    """The cloud has none of these machines in this place now: another offer may do."""

    code = "NO_CAPACITY"
    scope = "offer"
    default_remedy = "Another zone, machine or purchase option is tried."


class QuotaExceeded(Terminal):
    """The account may not have more of these in this region."""

    code = "QUOTA_EXCEEDED"
    scope = "offer"
    default_remedy = "Another offer is tried; ask the cloud to raise the quota."


class NotFound(Terminal):
    """The resource does not exist."""

    code = "NOT_FOUND"
    default_remedy = "Check the id, region and cloud."


class NoPermission(Terminal):
    """The cloud refused the function's own role."""

    code = "NO_PERMISSION"
    scope = "cloud"
    default_remedy = "Give the tool's role the permission that the message names."


class Rejected(Terminal):
    """The cloud refused the arguments."""

    code = "REJECTED"
    scope = "offer"
    default_remedy = "Read the cloud's message; another offer is tried."


class Throttled(Retryable):
    """The cloud asks us to slow down."""

    code = "THROTTLED"
    default_remedy = "It is tried again with a growing pause."


class RateLimited(Retryable):
    """The caller sends more calls than its tenant may. Nothing was done."""

    code = "RATE_LIMITED"
    default_remedy = "Wait as long as `retry_after` says, then send the same call again."


class Overloaded(Retryable):
    """As many calls are under way as can be taken. Nothing was done."""

    code = "OVERLOADED"
    default_remedy = "Wait as long as `retry_after` says, then send the same call again."


class Contended(Retryable):
    """Too many decisions on one budget at once. Nothing was held and nothing was done."""

    code = "CONTENDED"
    default_remedy = "Send the same call again."


class DeadlineExceeded(Terminal):
    """The caller's own deadline passed before anything was done, or before a read was answered."""

    code = "DEADLINE_EXCEEDED"
    default_remedy = "Send it again with a later deadline, or with none."


class Cancelled(Terminal):
    """The caller took the call back before anything was done."""

    code = "CANCELLED"
    default_remedy = "Send it again if it is wanted after all."


class RegionDown(Retryable):
    """The cloud's region does not answer or reports itself unavailable."""

    code = "REGION_DOWN"
    scope = "region"
    default_remedy = "The run is planned again without this region."


class CloudDown(Retryable):
    """The cloud's endpoint, or our tools there, cannot be reached."""

    code = "CLOUD_DOWN"
    scope = "cloud"
    default_remedy = "The run is planned again without this cloud."


class ControlDown(Retryable):
    """The control plane cannot be reached. Nothing is concluded about any cloud."""

    code = "CONTROL_DOWN"
    default_remedy = "Start it (locally: `tollgate local up`) and resume the run."


class StoreAway(Retryable):
    """The store is busy or gone for a while. Nothing is concluded about a cloud: what it was asked may be done."""

    code = "STORE_AWAY"
    default_remedy = "Check that the database runs, and resume the run."


class StoreBroken(Terminal):
    """The store cannot keep or read what it should, until somebody sees to it. No more is known than with StoreAway."""

    code = "STORE_BROKEN"
    default_remedy = "Check the database and its free disk space, and resume the run."


class Unhealthy(Terminal):
    """What was made does not run: it is rolled back."""

    code = "UNHEALTHY"
    scope = "offer"
    default_remedy = "It was rolled back; another offer is tried."


class JobFailed(Terminal):
    """A job that had run has failed. What is wrong is the job: another offer would not help it."""

    code = "JOB_FAILED"
    default_remedy = "It was rolled back. Look into the job's log at the cloud, mend it, and ask again."


class SpotLost(Terminal):
    """The cloud took the spot machines back."""

    code = "SPOT_LOST"
    scope = "offer"
    default_remedy = "It goes on from its last checkpoint, if it has one, on another offer."


class OutcomeUnknown(Retryable):
    """The call may or may not have acted. Calling again with the same key gives the one answer."""

    code = "OUTCOME_UNKNOWN"
    scope = "region"
    default_remedy = "The same call is sent again with the same key."


class TrustUnknown(Retryable):
    """What the control plane trusts and has revoked is not known well enough. Nothing was done."""

    code = "TRUST_UNKNOWN"
    default_remedy = "See that the function reaches what TOLLGATE_JWKS names and its clock is right; send it again."


class InsufficientScope(Terminal):
    """The token's holder was not given the scope `needed`, which this call takes."""

    code = "INSUFFICIENT_SCOPE"
    default_remedy = "Sign in again and ask for the scope that is named."
    needed: str = ""

    @classmethod
    def lacking(cls, needed: str) -> InsufficientScope:
        """For want of this scope."""
        error = cls(f"The token lacks the scope {needed}.")
        error.needed = needed
        return error


class InHand(Retryable):
    """Another process goes on with the same run."""

    code = "IN_HAND"
    default_remedy = "Look at it with `tollgate runs show`; resume it if it stops."


class LeaseLost(InHand):
    """This process was too slow: another has taken the run over. What it did before is kept, and nothing after."""

    code = "LEASE_LOST"


class PricesRefused(Terminal):
    """Refreshed prices cannot be believed. The price files are as they were."""

    code = "PRICES_REFUSED"
    default_remedy = "The price files are as they were. Look at what the source sends before it is believed."


class Forbidden(Terminal):
    """Who asks is known, and may not do this."""

    code = "FORBIDDEN"
    default_remedy = "Let somebody do it who may."


class GateUnavailable(Retryable):
    """Nobody judges now: the policy engine is away, or has other policies than it should have. Nothing was done."""

    code = "GATE_UNAVAILABLE"
    default_remedy = "Nothing is lost: send it again, or resume the run, when `tollgate policy status` is well."


class Unauthorized(Terminal):
    """No valid identity, or a write without a valid Grant."""

    code = "UNAUTHORIZED"
    default_remedy = "Send a valid bearer token (locally: `tollgate token`)."


def _leaves(root: type[TollgateError]) -> dict[str, type[TollgateError]]:
    found = {root.code: root} if "code" in vars(root) else {}
    for child in root.__subclasses__():
        found |= _leaves(child)
    return found


BY_CODE = _leaves(TollgateError)


def failure(code: str, message: str, remedy: str = "", retry_after: float | None = None) -> TollgateError:
    """The error that `code` names, as it was raised elsewhere. An unknown code is a plain terminal error."""
    return BY_CODE.get(code, Terminal)(message, remedy, retry_after)
