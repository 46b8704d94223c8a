"""Writes down what each handler really asks of its cloud, at the last place before it is sent."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePath
from types import FrameType
from typing import Any, NamedTuple

import pytest
from azure.core.pipeline.transport import RequestsTransport
from botocore.client import BaseClient
from google.auth.transport.requests import AuthorizedSession


class Asked(NamedTuple):
    """A request of the handler of `tool`: on AWS service and operation, elsewhere the HTTP method and the URL."""

    cloud: str
    tool: str
    how: str
    what: str


def _handler(frame: FrameType | None) -> tuple[str, str] | None:
    """The cloud and tool whose `call` is on this stack."""
    while frame is not None:
        path = PurePath(frame.f_code.co_filename)
        if frame.f_code.co_name == "call" and path.parts[-3:-2] == ("mcp_handlers",):
            return path.parent.name, path.stem
        frame = frame.f_back
    return None


def _acting() -> tuple[str, str] | None:
    """The handler that is at work here, or that started this thread."""
    return _handler(sys._getframe()) or getattr(threading.current_thread(), "acting", None)


@contextmanager
def recording(seen: set[Asked]) -> Iterator[None]:
    """Add every request of a handler in this process to `seen`."""

    def note(how: str, what: str) -> None:
        if (acting := _acting()) is not None:
            seen.add(Asked(*acting, how, what))

    def aws(client: Any, operation: str, parameters: Any) -> None:
        note(client.meta.service_model.service_name, operation)

    def azure(transport: Any, request: Any, **options: Any) -> None:
        note(request.method, request.url)

    def gcp(session: Any, method: str, url: str, *rest: Any, **options: Any) -> None:
        note(method, url)

    def start(thread: Any) -> None:
        thread.acting = _acting()

    with pytest.MonkeyPatch.context() as patched:
        for owner, name, before in (
            (BaseClient, "_make_api_call", aws),
            (RequestsTransport, "send", azure),
            (AuthorizedSession, "request", gcp),
            (threading.Thread, "start", start),
        ):
            patched.setattr(owner, name, _first(before, getattr(owner, name)))
        yield


def _first(before: Callable[..., None], then: Callable[..., Any]) -> Callable[..., Any]:
    def both(*arguments: Any, **options: Any) -> Any:
        before(*arguments, **options)
        return then(*arguments, **options)

    return both
