"""A call that waits for a person, on the wire: MCP's `input_required` with a link (URL mode).

The client's answer proves nothing: whether somebody agreed is known to the control plane alone, which finds its own
question again by what the call is. So no `requestState` is sent, and none that comes is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mcp_handlers.kernel.result import Result
from mcp_handlers.kernel.wire import META, MODERN
from workflow.model.base import Json

APPROVAL = "tollgate/approval"
"""Where a result's `_meta` names the approval that it waits for: `id`, `url` and `expires_at`."""


@dataclass(frozen=True)
class InputRequired(Result):
    """A refusal that goes on as soon as a person has been at `url`."""

    key: str = ""
    url: str = ""

    def wire(self) -> Json:
        """As MCP's InputRequiredResult."""
        params = {"mode": "url", "message": self.text, "url": self.url}
        asked = {self.key: {"method": "elicitation/create", "params": params}}
        return {"resultType": "input_required", "inputRequests": asked, "_meta": dict(self.meta)}


def waiting(refusal: Result, approval: str, url: str, expires_at: str) -> Result:
    """The refusal with the link to where a person can decide, for everybody who reads text."""
    link = {"id": approval, "url": url, "expires_at": expires_at}
    text = f"{refusal.text} Somebody decides at {url} until {expires_at}; then send the same call again."
    return Result(text, refusal.structured, refusal.is_error, {**refusal.meta, APPROVAL: link})


def offered(result: Result, headers: Mapping[str, str], meta: Json) -> Result:
    """The result as this client can take it: with `input_required` where it waits and the client opens links."""
    link = result.meta.get(APPROVAL)
    if link is None or not _opens_links(headers, meta):
        return result
    return InputRequired(result.text, result.structured, result.is_error, result.meta, link["id"], link["url"])


def plain(result: Result) -> Result:
    """The result for where nobody can be asked any more."""
    return Result(result.text, result.structured, result.is_error, result.meta)


def _opens_links(headers: Mapping[str, str], meta: Json) -> bool:
    if headers.get("mcp-protocol-version") not in MODERN:
        return False
    capabilities = meta.get(META + "clientCapabilities")
    elicitation = capabilities.get("elicitation") if isinstance(capabilities, dict) else None
    return isinstance(elicitation, dict) and isinstance(elicitation.get("url"), dict)
