"""Requests of every kind, right and broken, drawn from a seed."""

import base64
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mcp.shared.inbound import encode_header_value

from mcp_handlers.kernel.wire import LEGACY, META, MODERN

METHODS = (
    "initialize", "ping", "server/discover", "tools/list", "tools/call", "tools/call", "tools/call", "prompts/list",
    "prompts/get", "resources/list", "resources/read", "resources/templates/list", "resources/subscribe",
    "resources/unsubscribe", "completion/complete", "logging/setLevel", "subscriptions/listen", "tasks/get",
    "tasks/cancel", "roots/list", "sampling/createMessage", "elicitation/create", "notifications/initialized",
    "notifications/cancelled", "notifications/progress", "no/such", "TOOLS/LIST", "",
)  # fmt: skip
ABSENT = object()
WORDS = tuple({"word": word} for word in ("b", "b", "b", "b", "wörd", " b", "=?base64?=", 7, True, None, ["b"]))
"""Arguments of the tool that has one which is mirrored."""


_JSON = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
STRANGE: Mapping[str, tuple[Mapping[str, str], str]] = {
    "content type": ({"content-type": "text/plain"}, "0"),
    "accept": ({"accept": "text/html"}, "0"),
    "NaN": ({}, "NaN"),
    "long number": ({}, "1" + "0" * 30),
    "deep": ({}, "[" * 40 + "]" * 40),
    "key twice": ({}, '0, "a": 0'),
}
"""What may be strange of a call that is valid but for that: its headers, or the text of an argument."""


@dataclass(frozen=True)
class Asked:
    """One request as it goes over HTTP; what is `strange` of it, where it is one of STRANGE."""

    headers: Mapping[str, str]
    body: bytes
    strange: str = ""


class Draw:
    """Requests from one seed. Most parts are right most of the time, so that what is broken is seldom broken alone."""

    def __init__(self, seed: int, tools: tuple[str, ...]) -> None:
        self._random = random.Random(seed)
        self._tools = tools

    def _mostly(self, right: Any, *wrong: Any, odds: float = 0.85) -> Any:
        return right if self._random.random() < odds else self._random.choice(wrong)

    def request(self) -> Asked:
        """The next one."""
        if self._random.random() < 0.03:
            return self._strange(self._random.choice(sorted(STRANGE)))
        version = self._random.choice((*MODERN, *MODERN, *MODERN, *MODERN, *LEGACY, None, "2031-01-01", "nonsense", ""))
        method = self._mostly(self._random.choice(METHODS), None, 7, ["ping"], ABSENT, odds=0.97)
        params = self._mostly(self._params(method, version), ABSENT, None, [], "text", 3, odds=0.95)
        message = {
            "jsonrpc": self._mostly("2.0", "1.0", 2, None, ABSENT, odds=0.97),
            "id": self._mostly(self._random.choice((1, 0, -5, "a", "", 2**53)), None, True, 1.5, [1], {}, ABSENT),
            "method": method,
            "params": params,
        }
        body = {name: value for name, value in message.items() if value is not ABSENT}
        return Asked(self._headers(version, method, params), self._written(body))

    def _strange(self, name: str) -> Asked:
        version, tool = self._random.choice((*MODERN, *LEGACY)), self._tools[0]
        meta = {META + "protocolVersion": version, META + "clientCapabilities": {}}
        asked = {"name": tool, "arguments": {"a": "here"}, "_meta": meta}
        headers, text = STRANGE[name]
        own = {**_JSON, "mcp-protocol-version": version, "mcp-method": "tools/call", "mcp-name": tool, **headers}
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": asked})
        return Asked(own, body.replace('"here"', text).encode(), name)

    def _params(self, method: Any, version: str | None) -> Any:
        found: dict[str, Any] = {}
        if method == "tools/call":
            found["name"] = self._mostly(self._random.choice(self._tools), "no_such_tool", "", 5, None, ["x"], ABSENT)
            found["arguments"] = self._mostly({}, None, [], "text", {"a": 1}, *WORDS, ABSENT, odds=0.5)
        if method == "initialize":
            found["protocolVersion"] = self._mostly(self._random.choice(LEGACY), "1999-01-01", *MODERN, 7, ABSENT)
            found["clientInfo"] = self._mostly({"name": "c", "version": "1"}, {}, "c", None, ABSENT)
            found["capabilities"] = self._mostly({}, {"sampling": {}}, [], None, ABSENT)
        if method in ("resources/read", "resources/subscribe"):
            found["uri"] = self._mostly("test://x", 5, ABSENT)
        if method == "prompts/get":
            found["name"] = self._mostly("p", 5, ABSENT)
        if method == "tools/list":
            found["cursor"] = self._mostly(ABSENT, "abc", 5, None)
        modern = version is not None and version not in LEGACY
        if self._random.random() < (0.97 if modern else 0.2):
            found["_meta"] = self._mostly(self._meta(version), None, [], "text", {}, odds=0.95)
        return {name: value for name, value in found.items() if value is not ABSENT}

    def _meta(self, version: str | None) -> Any:
        found = {
            META + "protocolVersion": self._mostly(version or MODERN[0], "2031-01-01", "2025-11-25", 5, None, ABSENT),
            META + "clientCapabilities": self._mostly({}, {"sampling": {}}, [], "x", None, ABSENT, odds=0.9),
            META + "clientInfo": self._mostly({"name": "c", "version": "1"}, ABSENT, {}, "x", odds=0.7),
            "progressToken": self._mostly(ABSENT, "p", 1),
            "traceparent": self._mostly(ABSENT, "00-" + "a" * 32 + "-" + "b" * 16 + "-01"),
        }
        return {name: value for name, value in found.items() if value is not ABSENT}

    def _headers(self, version: str | None, method: Any, params: Any) -> dict[str, str]:
        found = {**_JSON}
        told = method if isinstance(method, str) else "tools/list"
        modern = version is not None and version not in LEGACY
        lines = {"mcp-protocol-version": version, "mcp-method": None, "mcp-name": None}
        if modern or self._random.random() < 0.1:
            lines["mcp-method"] = self._mostly(told, None, "tools/list", "", told.upper(), odds=0.9)
        named = params.get("name", params.get("uri")) if isinstance(params, dict) else None
        if isinstance(named, str) and (modern or self._random.random() < 0.1):
            encoded = f"=?base64?{base64.b64encode(named.encode()).decode()}?="
            lines["mcp-name"] = self._mostly(
                self._random.choice((named, named, encoded)), None, "other", "=?base64?!!!?=", "=?base64?YQ?=", odds=0.9
            )
        word = (params.get("arguments") or {}) if isinstance(params, dict) else {}
        if isinstance(word, dict) and (modern or self._random.random() < 0.1):
            lines["mcp-param-word"] = self._mostly(
                plain(word.get("word")), None, "b", "=?base64?Yg==?=", "=?base64?!?="
            )
        return found | {name: value for name, value in lines.items() if value is not None}

    def _written(self, body: Any) -> bytes:
        text = json.dumps(body).encode()
        if self._random.random() < 0.96:
            return text
        return self._random.choice(
            (b"", b"{", b"null", b"7", b'"text"', b"[]", b"[" + text + b"]", text[:-2], b"\xff\xfe" + text, text + b"x")
        )


def plain(word: Any) -> str | None:
    """A word as a client mirrors it."""
    if isinstance(word, bool) or word is None or isinstance(word, list):
        return None if word is None or isinstance(word, list) else str(word).lower()
    return encode_header_value(str(word))
