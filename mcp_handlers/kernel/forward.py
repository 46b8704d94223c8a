"""Sending a call on to a function: the same wire from the other side.

The caller's own token goes no further (it was made out to somebody else); what is sent on is a token and, for a write,
a Grant that the control plane made for this call.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from mcp_handlers.kernel.grant import HEADER
from mcp_handlers.kernel.result import Result
from mcp_handlers.kernel.wire import META, MODERN, encode_header
from workflow.model.base import Json, Noun
from workflow.model.errors import CloudDown, TollgateError, Unauthorized, failure

Post = Callable[[str, Mapping[str, str], bytes], Awaitable[tuple[int, bytes]]]
"""Send a body to a URL with headers: (status, body) of the answer. Raises CloudDown where nothing answers."""


class Pass(Noun):
    """What a forwarded call carries: a token made out to the function's cloud, and for a write its Grant."""

    token: str
    grant: str = ""


@dataclass(frozen=True)
class Forward:
    """Calls the functions of one cloud, at `<base>/mcp/<tool>`."""

    cloud: str
    base: str
    post: Post

    async def call(self, tool: str, arguments: Json, leave: Pass) -> Result:
        """One tools/call on the tool's own function. Raises TollgateError for what is not a tool result."""
        body, headers = _request(tool, arguments, leave)
        status, answer = await self.post(f"{self.base}/mcp/{tool}", headers, body)
        try:
            message = json.loads(answer)
            if "error" in message:
                raise _refusal(status, message["error"])
            result = message["result"]
            return Result(
                result["content"][0]["text"],
                result.get("structuredContent"),
                result["isError"],
                {name: value for name, value in result.get("_meta", {}).items() if name.startswith("tollgate/")},
            )
        except (ValueError, KeyError, TypeError, IndexError):
            raise CloudDown(
                f"The {self.cloud} function {tool} answered {status} with something else than MCP."
            ) from None


def _request(tool: str, arguments: Json, leave: Pass) -> tuple[bytes, dict[str, str]]:
    meta = {META + "protocolVersion": MODERN[0], META + "clientCapabilities": {}}
    params = {"name": tool, "arguments": arguments, "_meta": meta}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode()
    headers = {
        "content-type": "application/json",
        "accept": "application/json",
        "authorization": f"Bearer {leave.token}",
        "mcp-protocol-version": MODERN[0],
        "mcp-method": "tools/call",
        "mcp-name": encode_header(tool),
    }
    if leave.grant:
        headers[HEADER] = leave.grant
    return body, headers


def _refusal(status: int, error: Json) -> TollgateError:
    data = error.get("data")
    if status == 401:
        return Unauthorized(error["message"], data.get("remedy", "") if isinstance(data, dict) else "")
    return failure("BAD_REQUEST" if status == 400 else "INTERNAL", error["message"])
