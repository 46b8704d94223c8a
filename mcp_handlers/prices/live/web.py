"""JSON from one allowed address: bounded in size and time, never redirected, never led to another host."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any

import httpx

from mcp_handlers.prices.live.pace import Pace
from mcp_handlers.prices.live.source import CursorGone
from workflow.model.errors import BadRequest, CloudDown, NoPermission, PricesRefused, Rejected, Throttled

MOST_BYTES = 64 * 2**20
"""A page of 5,000 SKUs of the GCP billing catalog is under 10 MB, and every other page is smaller."""
TIMEOUT_SECONDS = 60.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")
AGAIN = "Nothing is lost: refresh again later, and it goes on after the last page that was kept."


@dataclass(frozen=True)
class Web:
    """Reads below `base` only: an https address, or one of this machine. `headers` may hold a key."""

    base: str
    pace: Pace
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        try:
            url = httpx.URL(self.base)
        except httpx.InvalidURL:
            raise BadRequest(f"{self.base!r} is no address", "Name an address with https, or none.") from None
        if url.scheme != "https" and not (url.scheme == "http" and url.host in LOOPBACK):
            raise BadRequest(f"{self.base!r} is no https address", "Name an address with https, or none.")

    @cached_property
    def _client(self) -> httpx.Client:
        return httpx.Client(timeout=TIMEOUT_SECONDS, headers=dict(self.headers))

    def json(self, link: str, going_on: bool) -> dict[str, Any]:
        """The object at `link`. `going_on`: the link holds a cursor, so a refusal may be for the cursor's sake."""
        url = self._allowed(link)
        content = self.pace.call(lambda: self._get(url, going_on))
        if not isinstance(content, dict):
            raise changed(self.base, "no object")
        return content

    def _allowed(self, link: str) -> httpx.URL:
        try:
            url, base = httpx.URL(link), httpx.URL(self.base)
        except httpx.InvalidURL:
            raise changed(self.base, "a link that is none") from None
        if (url.scheme, url.host, url.port, url.path, url.userinfo) != (*_origin(base), base.path, b""):
            raise PricesRefused(f"{self.base} leads to another address, {url.copy_with(query=None, userinfo=b'')}")
        return url

    def _get(self, url: httpx.URL, going_on: bool) -> Any:
        try:
            with self._client.stream("GET", url) as response:
                self._judge(response, going_on)
                return self._parsed(self._read(response))
        except httpx.HTTPError as error:
            raise CloudDown(f"{self.base} did not answer: {type(error).__name__}", AGAIN) from None

    def _judge(self, response: httpx.Response, going_on: bool) -> None:
        status, asked = response.status_code, retry_after(response)
        if status == 200:
            return
        if status in (429, 503):
            raise Throttled(f"{self.base} asks to slow down ({status})", AGAIN, asked)
        if status >= 500:
            raise CloudDown(f"{self.base} answers {status}", AGAIN, asked)
        if status in (401, 403):
            raise NoPermission(f"{self.base} answers {status}", "Give a key that may read the price list.")
        if going_on and status in (400, 404, 410):
            raise CursorGone(f"{self.base} does not know the page any more ({status})")
        raise Rejected(f"{self.base} answers {status}", "See that the address is the price list's.")

    def _read(self, response: httpx.Response) -> bytes:
        content = bytearray()
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > MOST_BYTES:
                raise PricesRefused(f"{self.base} sends a page of more than {MOST_BYTES >> 20} MiB")
        return bytes(content)

    def _parsed(self, content: bytes) -> Any:
        try:
            return json.loads(content, parse_float=Decimal)
        except (ValueError, RecursionError):
            # A page that was cut off comes whole the next time.
            raise CloudDown(f"{self.base} sends a page that is no JSON", AGAIN) from None


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def retry_after(response: httpx.Response) -> float | None:
    """The seconds that the answer asks to wait, or None. Both forms of the header are read (RFC 9110, 10.2.3)."""
    told = response.headers.get("retry-after", "")
    if told.isdigit():
        return float(told)
    try:
        until, sent = parsedate_to_datetime(told), parsedate_to_datetime(response.headers["date"])
    except (ValueError, KeyError):
        return None
    return max((until - sent).total_seconds(), 0.0)


def changed(where: str, what: str) -> PricesRefused:
    """The error for an answer of another shape."""
    return PricesRefused(f"{where} answers in another shape: {what}", "The source was changed: so must our reader be.")
