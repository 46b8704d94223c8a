"""Lambda's entry as it is deployed, told what the suite wants.

One process is every tool's in turn, and not one for each as in an account.
"""

import os
from functools import cache
from typing import Any

from functions.aws import entry
from mcp_handlers.kernel.endpoint import Endpoint
from tests.contract.runtimes.apps.told import tell

tell(entry)
BOUND = entry.endpoint.__wrapped__


@cache
def of_tool(tool: str) -> Endpoint:
    """The entry's own binding, once for each tool."""
    return BOUND()


entry.endpoint = lambda: of_tool(os.environ["TOLLGATE_TOOL"])


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The entry's, told the tool by the path."""
    os.environ["TOLLGATE_TOOL"] = event["pathParameters"]["tool"]
    return entry.handler(event, context)
