"""What is told of a call to whoever operates Tollgate: spans, measures and the ids that logs carry.

Nothing is told, and nothing imported, until a backend is installed: that is `otel.start`, where an OTLP endpoint is
configured. Only attributes on the list leave the house, and no argument's value is ever one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from workflow.model.base import Json

ALLOWED = frozenset({"server", "cloud", "tool", "risk", "code", "verdict", "region", "phase", "run"})
"""`region` is told of circuits only: by then the gate has agreed to it, so it is one of the operator's own list."""
_PARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_STATE = re.compile(r"[ -~]{1,512}")
_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")

Measure = Literal["call.duration", "call.errors", "retries", "breaker.state"]
Carried = Mapping[str, str]
"""W3C's `traceparent` and `tracestate`, as `_meta` carries them. Not `baggage`: it may hold anything."""


class Backend(Protocol):
    """Where it is told."""

    def span(self, name: str, attributes: Mapping[str, str], parent: Carried | None) -> AbstractContextManager[None]:
        """A span around a block; `parent` is what a caller carried, None for the span around this one."""

    def mark(self, attributes: Mapping[str, str], *, failed: bool) -> None:
        """Add to the current span how it ended."""

    def measure(self, name: Measure, value: float, attributes: Mapping[str, str]) -> None:
        """Note a value."""

    def carried(self) -> dict[str, str]:
        """The current span as W3C's context."""

    def flush(self) -> None:
        """Send what is kept, within a second or two. Never raises."""


@dataclass(frozen=True)
class Context:
    """The call that is being performed, for its log lines and for the calls it makes."""

    trace: str = ""
    run: str = ""
    tool: str = ""
    server: str = ""
    arrived: Carried | None = None

    def ids(self) -> dict[str, str]:
        """What a log line says of it."""
        told = {"trace": self.trace, "run": self.run, "tool": self.tool, "server": self.server}
        return {name: value for name, value in told.items() if value}


_NOWHERE = Context()
_context: ContextVar[Context | None] = ContextVar("call", default=None)


class _Told:
    """Where this process tells it."""

    backend: Backend | None = None


def install(backend: Backend | None) -> None:
    """Tell everything to this backend from now on; None: to nobody."""
    _Told.backend = backend


def current() -> Context:
    """The call that is being performed; empty outside of any."""
    return _context.get() or _NOWHERE


def allowed(attributes: Mapping[str, str]) -> dict[str, str]:
    """What of these may be told."""
    return {name: value for name, value in attributes.items() if name in ALLOWED and value}


@contextmanager
def call(server: str, tool: str, meta: Json) -> Iterator[None]:
    """One call of a tool, as it arrived."""
    arrived, run = _arrived(meta), meta.get("tollgate/run")
    named = run if isinstance(run, str) and _RUN.fullmatch(run) else ""
    context = Context(_trace(arrived), named, tool, server, arrived)
    token = _context.set(context)
    try:
        if _Told.backend is None:
            yield
            return
        about = allowed({"server": server, "tool": tool, "run": named})
        with _Told.backend.span(f"tools/call {tool}", about, arrived):
            _context.set(replace(context, trace=_trace(_Told.backend.carried())))
            yield
    finally:
        _context.reset(token)


def span(name: str, **attributes: str) -> AbstractContextManager[None]:
    """A stage of the current call."""
    return _Told.backend.span(name, allowed(attributes), None) if _Told.backend else nullcontext()


def belongs(run: str) -> None:
    """The current call turns out to be part of a run: a Grant says so."""
    if not _RUN.fullmatch(run):
        return
    context = current()
    _context.set(Context(context.trace, run, context.tool, context.server, context.arrived))
    mark(failed=False, run=run)


def mark(*, failed: bool, **attributes: str) -> None:
    """How the current span ended."""
    if _Told.backend:
        _Told.backend.mark(allowed(attributes), failed=failed)


def measure(name: Measure, value: float, **attributes: str) -> None:
    """Note a value: seconds, or how many."""
    if _Told.backend:
        _Told.backend.measure(name, value, allowed(attributes))


def carried() -> dict[str, str]:
    """The trace's entries for the `_meta` of a call that this one makes."""
    return _Told.backend.carried() if _Told.backend else dict(current().arrived or {})


def flush() -> None:
    """Send what is kept, before the cloud freezes this process."""
    if _Told.backend:
        _Told.backend.flush()


def _arrived(meta: Json) -> dict[str, str]:
    """W3C's context out of `_meta`; nothing, where it is not what W3C says it is."""
    parent, state = meta.get("traceparent"), meta.get("tracestate")
    if not isinstance(parent, str) or not _PARENT.fullmatch(parent):
        return {}
    kept = {"tracestate": state} if isinstance(state, str) and _STATE.fullmatch(state) else {}
    return {"traceparent": parent, **kept}


def _trace(carried: Carried) -> str:
    found = _PARENT.fullmatch(carried.get("traceparent", ""))
    return found[1] if found else ""
