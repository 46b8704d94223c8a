"""Google's refusals as ours. Messages are Google's own words, which name resources and quotas and never a token."""

from __future__ import annotations

import json
import re

from mcp_handlers.kernel import after
from workflow.model.base import Json
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
    TollgateError,
    Unhealthy,
)

_LONGEST = 400
_NO_CAPACITY = re.compile(r"resource_pool_exhausted|resources are insufficient|enough resources available", re.I)
_QUOTA = re.compile(r"quotaexceeded|quota_exceeded|quota metrics exceed|quota '[^']+' exceeded", re.I)
_CRASHED = re.compile(r"model server", re.I)
_RPC = {5: 404, 6: 409, 7: 403, 8: 429, 13: 500, 14: 503, 16: 401}
"""HTTP statuses of google.rpc.Code. Source: https://cloud.google.com/apis/design/errors#handling_errors."""
_RATE = re.compile(r"rate_?limit", re.I)


class AlreadyExists(Rejected):
    """A resource of this name exists. A handler that named it finds out whose it is."""


class Busy(Throttled):
    """Google is still at an earlier change of the same thing, and takes this one when that is done."""


def from_answer(status: int, content: bytes, *, write: bool) -> TollgateError:
    """The error for an HTTP answer of 300 and above."""
    try:
        envelope: Json = json.loads(content)["error"]
        reasons = [item.get("reason", "") for item in envelope.get("errors", [])]
        return _judge(status, envelope.get("message", ""), [*reasons, envelope.get("status", "")], write=write)
    except (ValueError, KeyError, TypeError, AttributeError):
        return _judge(status, f"HTTP {status} without Google's error envelope", [], write=write)


def from_operation(problem: Json) -> TollgateError:
    """The error for an entry of a finished operation's `error.errors`."""
    code, message = str(problem.get("code", "")), str(problem.get("message", ""))
    if code == "RESOURCE_NOT_FOUND":
        return NotFound(_said(message))
    return _judge(400, message, [code], write=False)


def from_status(problem: Json) -> TollgateError:
    """The error for a `google.rpc.Status`, which a failed operation of Vertex AI carries."""
    message = str(problem.get("message", ""))
    if _CRASHED.search(message):
        return Unhealthy(_said(message))
    return _judge(_RPC.get(int(problem.get("code", 0)), 400), message, [], write=False)


def from_exception(problem: Exception, *, write: bool) -> TollgateError:
    """The error for what google-auth, requests or google-cloud-storage raised."""
    from google.api_core.exceptions import GoogleAPICallError
    from google.auth.exceptions import GoogleAuthError
    from requests import exceptions as http

    if isinstance(problem, TollgateError):
        return problem
    if isinstance(problem, GoogleAPICallError) and problem.code is not None:
        reasons = [str(item.get("reason", "")) for item in problem.errors if isinstance(item, dict)]
        found = _judge(int(problem.code), str(problem.message), reasons, write=write)
        found.retry_after = after.seconds(getattr(problem.response, "headers", {}).get("retry-after"))
        return found
    if isinstance(problem, GoogleAuthError):
        return CloudDown("no credentials could be had from Google's metadata server")
    if isinstance(problem, (http.ConnectTimeout, http.ConnectionError)) and not cut_off(problem):
        return RegionDown("Google's endpoint cannot be reached")
    if isinstance(problem, http.RequestException):
        return OutcomeUnknown("Google did not answer in time") if write else RegionDown("Google did not answer in time")
    return Terminal(f"unexpected {type(problem).__name__} while calling Google")


def cut_off(problem: Exception) -> bool:
    """True where the connection stood and then broke: the request may have been carried out."""
    return "aborted" in str(problem).lower()


def _judge(status: int, message: str, reasons: list[str], *, write: bool) -> TollgateError:
    words, said = " ".join([*reasons, message]), _said(message)
    if _NO_CAPACITY.search(words):
        return NoCapacity(said)
    if status == 429 or _RATE.search(words):
        return QuotaExceeded(said) if re.search("quota metrics exceed", message, re.I) else Throttled(said)
    if _QUOTA.search(words):
        return QuotaExceeded(said)
    if status >= 500:
        return OutcomeUnknown(said) if write and status != 503 else RegionDown(said)
    by_status = {401: NoPermission, 403: NoPermission, 404: NotFound, 408: OutcomeUnknown, 409: AlreadyExists}
    return by_status.get(status, Rejected)(said)


def _said(message: str) -> str:
    return "gcp: " + " ".join(message.split())[:_LONGEST]
