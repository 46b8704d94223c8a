"""A function app in the hands of Microsoft's own worker library, asked as Azure's host asks it.

The library indexes the app, converts what a trigger brings into what the function takes, runs it, and converts what it
returns. The host around it is written in .NET and is not on any registry; what it does for an app is done here.
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from infra.local.runtimes.azure_messages import messages


class AppFailed(RuntimeError):
    """The worker could not load the app, or a function of it raised; the message is the worker's own."""


@dataclass(frozen=True)
class Trigger:
    """One function: what starts it. `path` matches the paths of an HTTP trigger, and is None for others."""

    name: str
    id: str
    kind: str
    parameter: str
    methods: frozenset[str] = frozenset()
    path: re.Pattern[str] | None = None


class Worker:
    """Loads the app in a folder. One in a process: the library keeps what it loaded in its module."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self.messages = messages()

    async def load(self) -> list[Trigger]:
        """The app's functions. Raises AppFailed."""
        import azure_functions_runtime as library

        library.start_threadpool_executor()
        sys.path.insert(0, str(self._folder))
        asked = self.messages.WorkerInitRequest(host_version="4.0", function_app_directory=str(self._folder))
        begun = await library.worker_init_request(
            _envelope(worker_init_request=asked, properties={"host": "127.0.0.1", "protos": self.messages})
        )
        self._insist(begun.result)
        found = await library.functions_metadata_request(_envelope())
        self._insist(found.result)
        triggers = [_trigger(one, self._prefix()) for one in found.function_metadata_results]
        for trigger in triggers:
            wanted = self.messages.FunctionLoadRequest(function_id=trigger.id)
            self._insist((await library.function_load_request(_envelope(function_load_request=wanted))).result)
        # What takes whatever is left over comes last, and of these what says most of it first, as with the host.
        left_over = [each for each in triggers if each.path is not None and ".*" in each.path.pattern]
        left_over.sort(key=lambda each: -len(each.path.pattern if each.path else ""))
        return [each for each in triggers if each not in left_over] + left_over

    async def invoke(self, trigger: Trigger, data: Any, metadata: Mapping[str, Any] | None = None) -> Any:
        """Run one function on a TypedData; what it returned, as one. Raises AppFailed where it raised."""
        import azure_functions_runtime as library

        asked = self.messages.InvocationRequest(
            invocation_id=str(uuid.uuid4()),
            function_id=trigger.id,
            input_data=[self.messages.ParameterBinding(name=trigger.parameter, data=data)],
            trigger_metadata=dict(metadata or {}),
        )
        answer = await library.invocation_request(_envelope(invocation_request=asked))
        self._insist(answer.result)
        return answer.return_value

    def _prefix(self) -> str:
        """The prefix of HTTP routes: `api`, unless host.json says otherwise."""
        file = self._folder / "host.json"
        told = json.loads(file.read_text()) if file.exists() else {}
        return str(told.get("extensions", {}).get("http", {}).get("routePrefix", "api"))

    def _insist(self, result: Any) -> None:
        if result.status != self.messages.StatusResult.Success:
            raise AppFailed(result.exception.message)


def _envelope(properties: Mapping[str, Any] | None = None, **content: Any) -> SimpleNamespace:
    """How the library takes a message: the stream's message, and what its process knows beside it."""
    return SimpleNamespace(request=SimpleNamespace(**content), properties=dict(properties or {}))


def _trigger(function: Any, prefix: str) -> Trigger:
    bindings = [json.loads(one) for one in function.raw_bindings]
    binding = next(one for one in bindings if one["type"].lower().endswith("trigger"))
    kind = binding["type"].lower()
    if kind != "httptrigger":
        return Trigger(function.name, function.function_id, kind, binding["name"])
    route = "/".join(part for part in (prefix, binding.get("route") or function.name) if part)
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(f"/{route}"))
    pattern = re.sub(r"\\{\\\*(\w+)\\}", r"(?P<\1>.*)", pattern)
    methods = frozenset(method.upper() for method in binding.get("methods") or ())
    return Trigger(function.name, function.function_id, kind, binding["name"], methods, re.compile(pattern))
