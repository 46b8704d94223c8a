"""What came of a tool call: an output with the receipt of what was done, an error, or the gate's refusal.

All three cross the wire as a tool result. Errors and refusals say it in words for a person or a model, and in
`_meta` for a program.
"""

from __future__ import annotations

from dataclasses import dataclass

from workflow.model.base import Json, compact
from workflow.model.decision import Decision
from workflow.model.errors import TollgateError
from workflow.model.resource import Receipt

ERROR = "tollgate/error"
DECISION = "tollgate/decision"
RECEIPT = "tollgate/receipt"


@dataclass(frozen=True)
class Result:
    """A tool's result in MCP's form, with what programs read from `meta`."""

    text: str
    structured: Json | None
    is_error: bool
    meta: Json

    def wire(self) -> Json:
        """As MCP's CallToolResult."""
        result: Json = {"content": [{"type": "text", "text": self.text}], "isError": self.is_error}
        if self.structured is not None:
            result["structuredContent"] = self.structured
        if self.meta:
            result["_meta"] = dict(self.meta)
        return result


def done(output: Json, receipt: Receipt | None = None) -> Result:
    """The tool did what it was asked."""
    meta = {} if receipt is None else {RECEIPT: receipt.model_dump(mode="json")}
    return Result(compact(output), output, False, meta)


def failed(error: TollgateError) -> Result:
    """The tool could not."""
    body: Json = {"code": error.code, "message": error.message, "remedy": error.remedy, "retryable": error.retryable}
    if error.retry_after is not None:
        body["retry_after"] = error.retry_after
    return Result(f"{error.code}: {error.message} {error.remedy}", None, True, {ERROR: body})


def refused(decision: Decision) -> Result:
    """The gate did not allow it. Nothing was done."""
    lines = [f"{v.code}: {v.message} {v.remedy}" for v in decision.violations]
    lead = "Approval is needed" if decision.verdict == "ask" else "Denied by policy"
    return Result(f"{lead}. {' '.join(lines)}", None, True, {DECISION: decision.model_dump(mode="json")})
