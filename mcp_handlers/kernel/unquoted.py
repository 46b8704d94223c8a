"""Spans of a library that would quote exceptions, without the quotes: an exception's message may hold anything."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer, TracerProvider


class Unquoted:
    """The part of another TracerProvider that a library asks for; its spans fail without saying by what words."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider

    def get_tracer(self, *args: Any, **options: Any) -> _Unquoted:
        """The provider's tracer for that library."""
        return _Unquoted(self._provider.get_tracer(*args, **options))


class _Unquoted:
    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def start_as_current_span(self, name: str, *args: Any, **options: Any) -> AbstractContextManager[Span]:
        quiet = {"record_exception": False, "set_status_on_exception": False}
        return self._tracer.start_as_current_span(name, *args, **options | quiet)
