"""Sending a call on to a function: the same wire from the other side.

The caller's own token goes no further (it was made out to somebody else); what is sent on is a token and, for a write,
a Grant that the control plane made for this call.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from mcp_handlers.kernel import deadline, telemetry
from mcp_handlers.kernel.bulkhead import Lane
from mcp_handlers.kernel.elicit import APPROVAL
from mcp_handlers.kernel.grant import HEADER
from mcp_handlers.kernel.intake import VERSION
from mcp_handlers.kernel.kept_open import CLOSED
from mcp_handlers.kernel.result import DECISION, Result
from mcp_handlers.kernel.wire import META, MODERN, encode_header, mirror
from mcp_handlers.tools.contract import MIRRORED
from workflow.model.base import Json, Noun
from workflow.model.decision import Decision
from workflow.model.errors import BY_CODE, CloudDown, OutcomeUnknown, TollgateError, Unauthorized, failure

Post = Callable[[str, Mapping[str, str], bytes], Awaitable[tuple[int, bytes]]]
"""Send a body to a URL with headers: (status, body) of the answer.

Raises CloudDown where it could not be sent, and OutcomeUnknown where it was and no answer came: Dropped, where the
connection ended before one did.
"""


class Dropped(OutcomeUnknown):
    """The connection ended before the answer. It may have been one that was kept open and that the other side closed,
    for want of use, in the moment in which it was used again."""


class Pass(Noun):
    """What a forwarded call carries: a token made out to the function's cloud, and for a write its Grant."""

    token: str
    grant: str = ""


@dataclass(frozen=True)
class Forward:
    """Calls the functions of one cloud, at `<base>/mcp/<tool>`. `lane` bounds how many are under way at once.

    `asks_people` where it leads to the control plane: no function may send a client's person to an address.
    """

    cloud: str
    base: str
    post: Post
    lane: Lane = field(default_factory=lambda: Lane("The way to this cloud"))
    asks_people: bool = False

    async def call(
        self, tool: str, arguments: Json, leave: Pass, *, writes: bool, version: int | None = None
    ) -> Result:
        """One tools/call on the tool's own function, under the current deadline. `version`: that the arguments are in.

        Raises TollgateError for what is not a tool result: OutcomeUnknown where a call that `writes` was sent and
        what came back does not say whether it acted, CloudDown for a read; Overloaded where the lane is full.
        """
        try:
            async with self.lane.place():
                with telemetry.span("forward", cloud=self.cloud, tool=tool):
                    body, headers = _request(tool, arguments, leave, version)
                    status, answer = await self._posted(f"{self.base}/mcp/{tool}", headers, body, writes=writes)
        except OutcomeUnknown as error:
            raise error if writes else CloudDown(error.message) from None
        try:
            message = json.loads(answer)
            if "error" in message:
                raise _refusal(status, message["error"], writes=writes)
            result = message["result"]
            if DECISION in result.get("_meta", {}):
                Decision.model_validate(result["_meta"][DECISION])
            return Result(
                result["content"][0]["text"],
                result.get("structuredContent"),
                result["isError"],
                {name: value for name, value in result.get("_meta", {}).items() if self._may_say(name)},
            )
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            words = f"The {self.cloud} function {tool} answered {status} with something else than MCP."
            raise _silence(status, words, writes=writes) from None

    async def _posted(self, url: str, headers: Mapping[str, str], body: bytes, *, writes: bool) -> tuple[int, bytes]:
        """The answer. A read whose connection ended is sent again: one closed connection is no cloud that is down.
        Whether a write acted is asked by whoever has its key."""
        for _ in range(0 if writes else CLOSED):
            try:
                return await self.post(url, headers, body)
            except Dropped:
                continue
        return await self.post(url, headers, body)

    def _may_say(self, name: str) -> bool:
        return name.startswith("tollgate/") and (self.asks_people or name != APPROVAL)


def _request(tool: str, arguments: Json, leave: Pass, version: int | None) -> tuple[bytes, dict[str, str]]:
    meta = {
        META + "protocolVersion": MODERN[0],
        META + "clientCapabilities": {},
        **deadline.written(deadline.current()),
        **telemetry.carried(),
        **({} if version is None else {VERSION: version}),
    }
    params = {"name": tool, "arguments": arguments, "_meta": meta}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode()
    headers = {
        "content-type": "application/json",
        "accept": "application/json",
        "authorization": f"Bearer {leave.token}",
        "mcp-protocol-version": MODERN[0],
        "mcp-method": "tools/call",
        "mcp-name": encode_header(tool),
        **mirror(MIRRORED, arguments),
    }
    if leave.grant:
        headers[HEADER] = leave.grant
    return body, headers


def _refusal(status: int, error: Json, *, writes: bool) -> TollgateError:
    """The error that a JSON-RPC error stands for: its own code where it has one of ours."""
    found = error.get("data")
    data = found if isinstance(found, dict) else {}
    if status == 401:
        return Unauthorized(error["message"], data.get("remedy", ""))
    if data.get("code") in BY_CODE:
        return failure(data["code"], error["message"], data.get("remedy", ""), data.get("retry_after"))
    return (
        failure("BAD_REQUEST", error["message"]) if status < 500 else _silence(status, error["message"], writes=writes)
    )


def _silence(status: int, words: str, *, writes: bool) -> TollgateError:
    """No answer to the question. Below 300 and from 500 on the function may have been at work; between, it was not."""
    return OutcomeUnknown(words) if writes and not 300 <= status < 500 else CloudDown(words)
