"""One MCP endpoint: JSON-RPC in, one answer out. What tools there are and what they do is its `Service`'s business."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from mcp_handlers.kernel import faults, limits, tasks, wire
from mcp_handlers.kernel.response import Response, json_response
from mcp_handlers.kernel.result import Result
from mcp_handlers.kernel.wire import META, Message, RpcError
from workflow.model.base import Json
from workflow.model.errors import (
    GateUnavailable,
    InsufficientScope,
    Overloaded,
    RateLimited,
    TrustUnknown,
    Unauthorized,
)

VERSION = "0.1.0"
LIST_TTL_MS = 300_000
"""How long a client may keep a list of tools; they change with a deployment."""

BUSY = -32000
"""JSON-RPC's first code for a server's own errors: slow down and send it again."""

log = logging.getLogger(__name__)


class Service(Protocol):
    """What an endpoint serves."""

    @property
    def name(self) -> str:
        """The server's name on the wire."""

    async def listing(self) -> list[Json]:
        """The tools as MCP lists them, without those that are switched off."""

    def has(self, tool: str) -> bool:
        """Whether there is such a tool."""

    def mirrored(self, tool: str, meta: Json) -> Mapping[str, str]:
        """The arguments of a tool that there is which clients mirror into a header, as its listed schema says
        (`x-mcp-header`), with the header's name; in the version that the call's `meta` names."""

    async def call(self, headers: Mapping[str, str], tool: str, arguments: Json, meta: Json) -> Result:
        """Perform one call. Raises Unauthorized where nobody is vouched for, TrustUnknown where that cannot be told,
        GateUnavailable where nobody judges, Overloaded and RateLimited; every other outcome is a Result."""


@dataclass(frozen=True)
class Endpoint:
    """`rpc` is the whole of it: no session, no state. With `tasks`, long calls are answered with a handle to those who
    can take one. `metadata` is the address that tells a client where to sign in (RFC 9728), if people can."""

    service: Service
    tasks: tasks.Tasks | None = None
    metadata: str = ""

    async def rpc(self, headers: Mapping[str, str], body: bytes) -> Response:
        """Answer one JSON-RPC request. `headers` have lower-case names. Never raises."""
        request_id: str | int | None = None
        try:
            raw = limits.parse(body)
            candidate = raw.get("id")
            request_id = candidate if isinstance(candidate, str | int) and not isinstance(candidate, bool) else None
            message = wire.read(raw, headers)
            if message.id is None:
                return Response(202)
            answer = await self._answer(message, headers)
            return json_response(200, {"jsonrpc": "2.0", "id": message.id, "result": answer})
        except RpcError as error:
            return _failed(request_id, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer
            log.error("unexpected %s in %s", faults.told(error), self.service.name)
            return _failed(request_id, RpcError(wire.INTERNAL_ERROR, "Internal error"))

    async def _answer(self, message: Message, headers: Mapping[str, str]) -> Json:
        try:
            answer = await self._dispatch(message, headers)
        except RpcError as error:
            raise error if message.modern else wire.of_old(error) from None
        if message.modern:
            answer.setdefault("resultType", "complete")
            answer.setdefault("_meta", {})[META + "serverInfo"] = self._info()
        return answer

    async def _dispatch(self, message: Message, headers: Mapping[str, str]) -> Json:
        if not isinstance(message.params.get("_meta"), dict | None):
            raise RpcError(wire.INVALID_PARAMS, "params._meta must be an object")
        cache = {"ttlMs": LIST_TTL_MS, "cacheScope": "public"} if message.modern else {}
        match message.method, message.modern:
            case "tools/call", _:
                return await self._call(message, headers)
            case "tools/list", _:
                if message.params.get("cursor") is not None:
                    raise RpcError(wire.INVALID_PARAMS, "Unknown cursor: the list is one page")
                return {"tools": await self.service.listing(), **cache}
            case "server/discover", True:
                return {"supportedVersions": list(wire.MODERN), "capabilities": self._capabilities(), **cache}
            case "initialize", False:
                return self._initialize(message.params)
            case "ping", False:
                return {}
        return await self._extension(message, headers)

    async def _extension(self, message: Message, headers: Mapping[str, str]) -> Json:
        if self.tasks is None or not message.modern or message.method not in tasks.METHODS:
            raise RpcError(wire.METHOD_NOT_FOUND, "Method not found", message.method[:64])
        with _http(self.metadata):
            return await tasks.answer(self.tasks, headers, message.method, message.params)

    def _capabilities(self) -> Json:
        return _CAPABILITIES if self.tasks is None else {**_CAPABILITIES, "extensions": {tasks.EXTENSION: {}}}

    def _initialize(self, params: Json) -> Json:
        version = params.get("protocolVersion")
        shapes = (params.get("clientInfo"), params.get("capabilities"))
        if not isinstance(version, str) or not all(isinstance(shape, dict) for shape in shapes):
            raise RpcError(wire.INVALID_PARAMS, "initialize needs protocolVersion, clientInfo and capabilities")
        agreed = version if version in wire.LEGACY else wire.LEGACY[-1]
        return {"protocolVersion": agreed, "capabilities": _CAPABILITIES, "serverInfo": self._info()}

    async def _call(self, message: Message, headers: Mapping[str, str]) -> Json:
        name, arguments = message.params.get("name"), message.params.get("arguments")
        meta = message.params.get("_meta") or {}
        if not isinstance(name, str) or not isinstance(arguments, dict | None):
            raise RpcError(wire.INVALID_PARAMS, "tools/call needs a name and an object of arguments")
        if not self.service.has(name):
            raise RpcError(wire.INVALID_PARAMS, f"Unknown tool: {name[:64]}")
        wire.check_mirrored(self.service.mirrored(name, meta), arguments or {}, headers, required=message.modern)
        takes_handle = message.modern and tasks.declared(meta)
        performer = self.tasks if self.tasks is not None and takes_handle else self.service
        with _http(self.metadata):
            return (await performer.call(headers, name, arguments or {}, meta)).wire()

    def _info(self) -> Json:
        return {"name": self.service.name, "version": VERSION}


_CAPABILITIES: dict[str, Any] = {"tools": {"listChanged": False}}


@contextmanager
def _http(metadata: str) -> Iterator[None]:
    """What HTTP itself has an answer for: who is not known or was not given enough, who has to wait, and that nobody
    can be known now."""
    try:
        yield
    except Unauthorized as error:
        raise _unknown(error, 401, metadata, error_description=error.message) from None
    except InsufficientScope as error:
        raise _unknown(error, 403, metadata, error="insufficient_scope", scope=error.needed) from None
    except (Overloaded, RateLimited) as error:
        raise _later(error, 429) from None
    except (TrustUnknown, GateUnavailable) as error:
        raise _later(error, 503) from None


def _unknown(error: Unauthorized | InsufficientScope, status: int, metadata: str, /, **told: str) -> RpcError:
    """The challenge of RFC 6750, with where to sign in as RFC 9728 puts it."""
    parts = {"realm": "tollgate", **told, **({"resource_metadata": metadata} if metadata else {})}
    challenge = "Bearer " + ", ".join(f'{name}="{value}"' for name, value in parts.items())
    data = {"code": error.code, "remedy": error.remedy}
    headers = {"www-authenticate": challenge}
    return RpcError(wire.INVALID_REQUEST, error.message, data, status=status, headers=headers)


def _later(error: Overloaded | RateLimited | TrustUnknown | GateUnavailable, status: int) -> RpcError:
    """HTTP's own word for it, so that gateways and clients that know nothing of MCP slow down too."""
    seconds = error.retry_after or 1.0
    data = {"code": error.code, "remedy": error.remedy, "retryable": True, "retry_after": seconds}
    return RpcError(BUSY, error.message, data, status=status, headers={"retry-after": str(math.ceil(seconds))})


def _failed(request_id: str | int | None, error: RpcError) -> Response:
    body: Json = {"code": error.code, "message": error.message}
    if error.data is not None:
        body["data"] = error.data
    return json_response(error.status, {"jsonrpc": "2.0", "id": request_id, "error": body}, error.headers)
