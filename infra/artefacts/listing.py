"""`python -m infra.artefacts.listing`: the one list of functions that templates deploy from, functions/tools.json.

`tools` has each tool's risk and what it may do in each cloud, `aws` its function and role as serverless.yml takes them.
All of it is derived: from the tools' contracts, and from the `PERMISSIONS` in the clouds' files.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from functions.registry import cloud_names, contract, room, tool_names
from infra.artefacts.reach import ROOT
from infra.artefacts.roles import ACCOUNT, CONTROL, NAME, role, role_arn, role_id
from mcp_handlers.aws.permissions import Allow, role_policy
from mcp_handlers.tools.contract import Tool
from workflow.model.base import Json

FILE = ROOT / "functions" / "tools.json"
SECONDS = 29
"""API Gateway waits 30 for an answer, and one that it gave up on would be worked on in vain."""
MEGABYTES = 1024
"""Lambda gives processor time by memory. A tool needs a tenth of it; a start is three times as fast as with 256."""
AT_ONCE = {"read": 20, "write": 10, "destructive": 5}
"""Reserved concurrency, by risk: no tool can take the account's from the others, nor a caller have more at work."""


def listing() -> Json:
    """The document."""
    tools = {name: contract(name) for name in tool_names()}
    return {
        "tools": {name: {"risk": tool.risk, **_permissions(name)} for name, tool in tools.items()},
        "aws": {
            "functions": {name: function(tool) for name, tool in tools.items()},
            "roles": {
                role_id(name): role(name, said, beside=name in CONTROL and bool(said))
                for name, said in {**_allowed(), **CONTROL}.items()
            },
        },
    }


def written() -> str:
    """The document as the file has it."""
    return json.dumps(listing(), indent=1, ensure_ascii=False) + "\n"


def function(tool: Tool) -> Json:
    """A tool's function, in the form of serverless.yml."""
    return {
        "name": NAME + tool.name,
        "description": tool.summary[:256],
        "handler": "functions.aws.entry.handler",
        "role": role_id(tool.name),
        "timeout": SECONDS,
        "memorySize": MEGABYTES,
        "reservedConcurrency": AT_ONCE[tool.risk],
        "package": {"artifact": f".tollgate/lambda/{tool.name}.zip"},
        "environment": {
            "TOLLGATE_TOOL": tool.name,
            "TOLLGATE_AWS_TOOL_ROLE": {"Fn::Sub": role_arn(tool.name)},
            "POWERTOOLS_SERVICE_NAME": f"tollgate-aws-{tool.name}",
        },
        "events": [{"httpApi": f"POST /mcp/{tool.name}"}],
    }


def _permissions(tool: str) -> Json:
    """What the tool may do, by cloud: on AWS statements, elsewhere the permissions' names."""
    found: Json = {}
    for cloud in cloud_names():
        said = getattr(room(cloud, tool), "PERMISSIONS", ())
        found[cloud] = role_policy(said, ACCOUNT)["Statement"] if cloud == "aws" and said else sorted(said)
    return found


def _allowed() -> dict[str, Sequence[Allow]]:
    """What each tool may do on AWS."""
    return {name: room("aws", name).PERMISSIONS for name in tool_names()}


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
    print(f"{FILE.relative_to(ROOT)}: {len(tool_names())} tools")
