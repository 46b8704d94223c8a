"""JSON over HTTP to a service, with its refusals as our errors."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from workflow.model.errors import CloudDown, OutcomeUnknown, Rejected, Throttled, TollgateError

if TYPE_CHECKING:
    import httpx

SECONDS = 10.0
MOST_SAID = 200
"""Characters of a service's own words that are passed on."""


async def send(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: Any = None,
    *,
    content: bytes | None = None,
    params: Mapping[str, str] | None = None,
) -> Any:
    """The answer's JSON, None where it has none. `content` instead of `body` is sent as it is.

    Raises Throttled, CloudDown, OutcomeUnknown or Rejected.
    """
    # Who only listens pays nothing for it.
    import httpx

    try:
        async with httpx.AsyncClient(timeout=SECONDS, follow_redirects=False) as client:
            asked = {"json": body} if body is not None else {"content": content}
            answer = await client.request(method, url, headers=dict(headers), params=params, **asked)
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise CloudDown(f"{urlsplit(url).netloc} cannot be reached ({type(error).__name__}).") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OutcomeUnknown(f"{urlsplit(url).netloc} did not answer ({type(error).__name__}).") from None
    if answer.is_success:
        return answer.json() if answer.content else None
    raise refusal(answer.status_code, answer.headers, f"{method} {urlsplit(url).path}", _said(answer))


def refusal(status: int, headers: Mapping[str, str], what: str, said: str = "") -> TollgateError:
    """A service's refusal of `what` as ours."""
    later = retry_after(headers)
    if status == 429 or (status in (403, 503) and later is not None):
        return Throttled(f"The service asks us to slow down ({what}).", retry_after=later or 1.0)
    if status >= 500:
        return CloudDown(f"The service failed at {what}: HTTP {status}.")
    remedy = "Check the address, the token and its permissions."
    return Rejected(f"The service refused {what}: HTTP {status} {said}".strip(), remedy)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the service asks us to wait, where it says so in seconds."""
    found = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    with contextlib.suppress(ValueError):
        return max(float(found), 0.0)
    return None


def _said(answer: httpx.Response) -> str:
    return " ".join(answer.text.split())[:MOST_SAID]
