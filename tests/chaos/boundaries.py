"""Every boundary of a run: before and after each write to the store, checkpoint, tool call and change of a cloud.

Each has a name that says what it is and the how-manieth, so that it is the same one in every process. At one of them a
mishap may befall the process.
"""

from __future__ import annotations

import contextlib
import inspect
import os
import re
import threading
import urllib.parse
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from botocore.httpsession import URLLib3Session
from requests.adapters import HTTPAdapter

from workflow.model.base import Json
from workflow.model.decision import Decision
from workflow.model.lease import Lease
from workflow.model.ports import Store, ToolClient, ToolResult

READS = ("get_", "list_", "latest_", "spend", "entries", "verify_")
"""How the store's methods that write nothing begin."""
AWS_READS = ("GET", "HEAD", "Describe", "List", "Get")
"""How what AWS is asked and does not change begins."""
_NAMES = re.compile(r"(?<=/)[^/?]*\d[^/?]*(?=/|$)")
"""Parts of an address that name one thing, and not a kind of thing."""


def _operation(request: Any) -> str:
    """What a request of botocore's asks for: by its header, by the form that it sends, or by its method and path."""
    target = request.headers.get("X-Amz-Target", b"")
    if target:
        return str(target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
    body = request.body.decode() if isinstance(request.body, bytes) else str(request.body or "")
    action = urllib.parse.parse_qs(body).get("Action") if request.method == "POST" else None
    if action:
        return action[0]
    address = urllib.parse.urlsplit(request.url)
    return f"{request.method} {_NAMES.sub('*', address.path)} {address.query.partition('=')[0]}".rstrip()


@dataclass
class Boundaries:
    """Writes down each boundary that is reached, in the file `log`, and calls the mishap that is told for it."""

    log: Path
    mishaps: Mapping[str, Callable[[], None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._file = os.open(self.log, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)

    def reach(self, name: str) -> None:
        """The process is here now."""
        with self._lock:
            self._seen[name] += 1
            whole = f"{name} {self._seen[name]}"
            # A full disk is one of the mishaps.
            with contextlib.suppress(OSError):
                os.write(self._file, f"{whole}\n".encode())
        if whole in self.mishaps:
            self.mishaps[whole]()

    async def around(self, name: str, what: Callable[[], Any]) -> Any:
        """Await `what()` between two boundaries."""
        self.reach(f"before {name}")
        done = await what()
        self.reach(f"after {name}")
        return done

    def tools(self, beneath: ToolClient) -> ToolClient:
        """The same tools."""
        return _Tools(beneath, self)

    def store(self, beneath: Store) -> Store:
        """The same store."""
        return cast(Store, _Store(beneath, self))

    def saver(self, saver: Any) -> None:
        """From now on the saver's writes are boundaries."""
        for method in ("aput", "aput_writes"):
            setattr(saver, method, self._between(f"checkpoint {method}", getattr(saver, method)))

    def clouds(self) -> None:
        """From now on, what this process asks a cloud to change is between boundaries."""
        send, reach = HTTPAdapter.send, self.reach

        def sent(adapter: HTTPAdapter, request: Any, *rest: Any, **more: Any) -> Any:
            if request.method == "GET":
                return send(adapter, request, *rest, **more)
            name = f"{request.method} {_NAMES.sub('*', request.path_url.partition('?')[0])}"
            reach(f"before {name}")
            answer = send(adapter, request, *rest, **more)
            reach(f"after {name}")
            return answer

        adapters: Any = HTTPAdapter
        adapters.send = sent
        self._aws()

    def _aws(self) -> None:
        """The same of what botocore sends, whose protocols ask for most things by POST."""
        send, reach = URLLib3Session.send, self.reach

        def sent(session: URLLib3Session, request: Any) -> Any:
            name = _operation(request)
            if name.startswith(AWS_READS):
                return send(session, request)
            reach(f"before {name}")
            answer = send(session, request)
            reach(f"after {name}")
            return answer

        sessions: Any = URLLib3Session
        sessions.send = sent

    def _between(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        async def between(*given: Any, **more: Any) -> Any:
            return await self.around(name, lambda: method(*given, **more))

        return between


@dataclass(frozen=True)
class _Tools:
    beneath: ToolClient
    boundaries: Boundaries

    async def call(
        self, tool: str, cloud: str, arguments: Json, *, run: str = "", step: str = "", version: int | None = None
    ) -> ToolResult | Decision:
        answer: ToolResult | Decision = await self.boundaries.around(
            f"{tool} on {cloud}", lambda: self.beneath.call(tool, cloud, arguments, run=run, step=step, version=version)
        )
        return answer


@dataclass(frozen=True)
class _Store:
    beneath: Store
    boundaries: Boundaries

    def under(self, lease: Lease) -> Store:
        return self.boundaries.store(self.beneath.under(lease))

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.beneath, name)
        if name.startswith(READS) or not inspect.iscoroutinefunction(found):
            return found
        return self.boundaries._between(name, found)
