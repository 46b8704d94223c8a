"""A Slack of ours: the Web API methods that Tollgate calls, with the shapes and limits that its reference states."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "xoxb-test"
MOST_BLOCKS, MOST_TEXT, MOST_BUTTONS = 50, 3000, 25


@dataclass
class SlackService:
    """One workspace. `mishaps` are answered first, in turn: (status, error, Retry-After or empty)."""

    channels: tuple[str, ...] = ("C1",)
    messages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    private: list[dict[str, Any]] = field(default_factory=list)
    views: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    mishaps: list[tuple[int, str, str]] = field(default_factory=list)
    lost_answers: int = 0
    """So many messages are posted, and the answer says that Slack failed."""
    _times: Any = field(default_factory=lambda: itertools.count(1))

    def app(self) -> Starlette:
        """The Web API."""
        return Starlette(routes=[Route("/api/{method}", self._answer, methods=["POST", "GET"])])

    async def _answer(self, request: Request) -> Response:
        method = request.path_params["method"]
        kind = request.headers.get("content-type", "")
        body = await request.body()
        sent = json.loads(body) if kind.startswith("application/json") else dict(parse_qsl(body.decode()))
        fields = {**dict(request.query_params), **sent}
        token = fields.pop("token", "") or request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.mishaps:
            status, error, retry = self.mishaps.pop(0)
            headers = {"Retry-After": retry} if retry else {}
            return JSONResponse({"ok": False, "error": error}, status, headers)
        if token != TOKEN:
            return _no("invalid_auth")
        self.calls.append((method, fields))
        done = getattr(self, "_" + method.replace(".", "_").lower(), None)
        if done is None:
            return _no("unknown_method")
        answer: Response = done(fields)
        if method == "chat.postMessage" and self.lost_answers:
            self.lost_answers -= 1
            return JSONResponse({"ok": False, "error": "internal_error"}, 500)
        return answer

    def _chat_postmessage(self, fields: dict[str, Any]) -> Response:
        if fields["channel"] not in self.channels:
            return _no("channel_not_found")
        if wrong := _blocks(fields.get("blocks")):
            return _no(wrong)
        message = {"type": "message", "ts": f"1700000000.{next(self._times):06d}", **_written(fields)}
        if fields.get("thread_ts"):
            message["thread_ts"] = fields["thread_ts"]
        self.messages.setdefault(fields["channel"], []).append(message)
        return _yes(channel=fields["channel"], ts=message["ts"], message=message)

    def _chat_update(self, fields: dict[str, Any]) -> Response:
        found = [m for m in self.messages.get(fields["channel"], []) if m["ts"] == fields["ts"]]
        if not found:
            return _no("message_not_found")
        if wrong := _blocks(fields.get("blocks")):
            return _no(wrong)
        found[0].update(_written(fields))
        return _yes(channel=fields["channel"], ts=fields["ts"], text=fields["text"])

    def _chat_postephemeral(self, fields: dict[str, Any]) -> Response:
        if fields["channel"] not in self.channels:
            return _no("channel_not_found")
        self.private.append(fields)
        return _yes(message_ts=f"1700000000.{next(self._times):06d}")

    def _conversations_history(self, fields: dict[str, Any]) -> Response:
        found = [m for m in self.messages.get(fields["channel"], []) if "thread_ts" not in m]
        return _yes(messages=_with_metadata(found[::-1], fields)[: int(fields["limit"])], has_more=False)

    def _conversations_replies(self, fields: dict[str, Any]) -> Response:
        found = [m for m in self.messages.get(fields["channel"], []) if fields["ts"] in (m["ts"], m.get("thread_ts"))]
        return _yes(messages=_with_metadata(found, fields)[: int(fields["limit"])], has_more=False)

    def _views_open(self, fields: dict[str, Any]) -> Response:
        view = json.loads(fields["view"]) if isinstance(fields["view"], str) else fields["view"]
        if not fields.get("trigger_id"):
            return _no("invalid_trigger")
        if view["type"] != "modal" or len(view["title"]["text"]) > 24 or len(view["blocks"]) > 100:
            return _no("invalid_arguments")
        self.views.append(view)
        return _yes(view={**view, "id": f"V{len(self.views)}"})


def _written(fields: dict[str, Any]) -> dict[str, Any]:
    blocks, metadata = fields.get("blocks", "[]"), fields.get("metadata", "{}")
    return {
        "text": fields["text"],
        "blocks": json.loads(blocks) if isinstance(blocks, str) else blocks,
        "metadata": json.loads(metadata) if isinstance(metadata, str) else metadata,
    }


def _with_metadata(messages: list[dict[str, Any]], fields: dict[str, Any]) -> list[dict[str, Any]]:
    """Their metadata only where it is asked for."""
    asked = str(fields.get("include_all_metadata", "")).lower() in ("true", "1")
    return [m if asked else {k: v for k, v in m.items() if k != "metadata"} for m in messages]


def _blocks(given: Any) -> str:
    """What is wrong with the blocks; empty where nothing is."""
    blocks = json.loads(given or "[]") if isinstance(given, str) or given is None else given
    if len(blocks) > MOST_BLOCKS:
        return "invalid_blocks"
    for block in blocks:
        text = block.get("text", {}).get("text", "x")
        most = 150 if block["type"] == "header" else MOST_TEXT
        values = [e.get("value", "") for e in block.get("elements", []) if e["type"] == "button"]
        if not 0 < len(text) <= most or len(values) > MOST_BUTTONS or any(len(v) > 2000 for v in values):
            return "invalid_blocks"
    return ""


def _yes(**fields: Any) -> Response:
    return JSONResponse({"ok": True, **fields})


def _no(error: str) -> Response:
    return JSONResponse({"ok": False, "error": error})
