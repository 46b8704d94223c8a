"""A telemetry backend that remembers what it was told."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from mcp_handlers.kernel.telemetry import Carried, Measure

_inside: ContextVar[tuple[str, ...]] = ContextVar("inside", default=())


@dataclass
class Remembered:
    """`spans` as paths from the outermost; `marks` and `measures` as they came; `parents` as callers carried them."""

    spans: list[str] = field(default_factory=list)
    attributes: list[dict[str, str]] = field(default_factory=list)
    parents: list[dict[str, str]] = field(default_factory=list)
    marks: list[tuple[str, dict[str, str], bool]] = field(default_factory=list)
    measures: list[tuple[str, float, dict[str, str]]] = field(default_factory=list)

    def span(self, name: str, attributes: Mapping[str, str], parent: Carried | None) -> AbstractContextManager[None]:
        """Remember it, and what is around it."""
        if parent is not None:
            self.parents.append(dict(parent))
        return self._span(name, attributes)

    @contextmanager
    def _span(self, name: str, attributes: Mapping[str, str]) -> Iterator[None]:
        token = _inside.set((*_inside.get(), name))
        self.spans.append(" > ".join(_inside.get()))
        self.attributes.append(dict(attributes))
        try:
            yield
        finally:
            _inside.reset(token)

    def mark(self, attributes: Mapping[str, str], *, failed: bool) -> None:
        """Remember it with the span's name."""
        self.marks.append((_inside.get()[-1], dict(attributes), failed))

    def measure(self, name: Measure, value: float, attributes: Mapping[str, str]) -> None:
        """Remember it."""
        self.measures.append((name, value, dict(attributes)))

    def carried(self) -> dict[str, str]:
        """A made-up context that counts the spans."""
        return {"traceparent": f"00-{'c' * 32}-{len(self.spans):016x}-01"}

    def flush(self) -> None:
        """Nothing is kept back."""
