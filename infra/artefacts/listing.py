"""`python -m infra.artefacts.listing`: the one list of functions that templates deploy from, functions/tools.json.

`tools` has each tool's risk and what it may do in each cloud, `aws` its function and role as serverless.yml takes them.
All of it is derived: from the tools' contracts, and from the `PERMISSIONS` in the clouds' files.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from functions.registry import cloud_names, contract, room, tool_names
from infra.artefacts.reach import ROOT
from mcp_handlers.aws.permissions import Allow, role_policy
from mcp_handlers.tools.contract import Tool
from workflow.model.base import Json

FILE = ROOT / "functions" / "tools.json"
ACCOUNT = "{account}"
"""Stands for the account's number."""
SECONDS = 29
"""API Gateway waits 30 for an answer, and one that it gave up on would be worked on in vain."""
MEGABYTES = 1024
"""Lambda gives processor time by memory. A tool needs a tenth of it; a start is three times as fast as with 256."""
AT_ONCE = {"read": 20, "write": 10, "destructive": 5}
"""Reserved concurrency, by risk: no tool can take the account's from the others, nor a caller have more at work."""
_NAME = "tollgate-${sls:stage}-${aws:region}-"
_QUEUE = f"arn:aws:sqs:*:{ACCOUNT}:tollgate-${{sls:stage}}-wake"
_WAKES = Allow(("sqs:SendMessage",), (_QUEUE,))
_HEARS = Allow(
    ("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"), (_QUEUE,)
)


def _reads(*secrets: str) -> Allow:
    """Leave to read these secrets and no others. AWS puts six characters of its own behind a secret's name."""
    below = f"arn:aws:secretsmanager:*:{ACCOUNT}:secret:tollgate/${{sls:stage}}/"
    return Allow(("secretsmanager:GetSecretValue",), tuple(f"{below}{name}-??????" for name in secrets))


_PLANE = (_reads("database", "keyring"), _WAKES)
_DOORS = (_reads("database", "keyring", "doors"), _WAKES)
CONTROL: dict[str, Sequence[Allow]] = {
    "catalog": (),
    "control": _PLANE,
    "api": _PLANE,
    "webhooks": _DOORS,
    "orchestrate": (*_DOORS, _HEARS),
    "reevaluate": _PLANE,
    "cleanup": _PLANE,
}
"""What the functions may do that are no tools. They reach clouds through tools only."""
NETWORK = "InNetwork"
"""The template's condition: whether those beside the database are in a network of the operator's."""
_INTERFACES = Allow(
    (
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
    ),
    ("*",),
)
"""What Lambda does in a function's name to put it into a network. EC2 takes no resource for most of it."""


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
        "name": _NAME + tool.name,
        "description": tool.summary[:256],
        "handler": "functions.aws.entry.handler",
        "role": role_id(tool.name),
        "timeout": SECONDS,
        "memorySize": MEGABYTES,
        "reservedConcurrency": AT_ONCE[tool.risk],
        "package": {"artifact": f".tollgate/lambda/{tool.name}.zip"},
        "environment": {
            "TOLLGATE_TOOL": tool.name,
            "TOLLGATE_AWS_TOOL_ROLE": {"Fn::Sub": _role_arn(tool.name)},
            "POWERTOOLS_SERVICE_NAME": f"tollgate-aws-{tool.name}",
        },
        "events": [{"httpApi": f"POST /mcp/{tool.name}"}],
    }


def role(tool: str, permissions: Sequence[Allow], *, beside: bool = False) -> Json:
    """A tool's role. Lambda works in it; it may take itself again, narrowed to one call, and write its own log. Where
    the function is `beside` the database, it may be in that one's network."""
    session = f"arn:aws:sts::${{AWS::AccountId}}:assumed-role/{_NAME}{tool}/*"
    # AWS names a session's principal by its role; the emulator that we deploy to, by the session.
    itself = {"ArnLike": {"aws:PrincipalArn": [{"Fn::Sub": _role_arn(tool)}, {"Fn::Sub": session}]}}
    again = ["sts:AssumeRole", "sts:TagSession"]
    owner = {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}}
    runtime = [
        _allow(
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            f"arn:aws:logs:*:{ACCOUNT}:log-group:/aws/lambda/{_NAME}{tool}:*",
        ),
        _allow(["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "*"),
        _allow(again, f"arn:aws:iam::{ACCOUNT}:role/{_NAME}{tool}"),
    ]
    tools = role_policy(permissions, ACCOUNT)["Statement"] if permissions else []
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": _NAME + tool,
            "AssumeRolePolicyDocument": _document(
                {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}},
                {"Effect": "Allow", "Action": again, "Principal": owner, "Condition": itself},
            ),
            "Policies": [
                {"PolicyName": "runtime", "PolicyDocument": _document(*runtime)},
                *([{"PolicyName": "tool", "PolicyDocument": _document(*tools)}] if tools else []),
                *([_in_network()] if beside else []),
            ],
        },
    }


def _in_network() -> Json:
    statements = role_policy((_INTERFACES,), ACCOUNT)["Statement"]
    policy = {"PolicyName": "network", "PolicyDocument": _document(*statements)}
    return {"Fn::If": [NETWORK, policy, {"Ref": "AWS::NoValue"}]}


def role_id(tool: str) -> str:
    """The role's name in the template."""
    return "".join(part.capitalize() for part in tool.split("_")) + "Role"


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


def _role_arn(tool: str) -> str:
    return "arn:aws:iam::${AWS::AccountId}:role/" + _NAME + tool


def _allow(actions: list[str], resource: str) -> Json:
    return {"Effect": "Allow", "Action": actions, "Resource": [resource]}


def _document(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": [_with_account(statement) for statement in statements]}


def _with_account(value: Any) -> Any:
    """The account's number where CloudFormation knows it."""
    if isinstance(value, dict):
        return value if "Fn::Sub" in value else {name: _with_account(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_account(each) for each in value]
    return (
        {"Fn::Sub": value.replace(ACCOUNT, "${AWS::AccountId}")}
        if isinstance(value, str) and ACCOUNT in value
        else value
    )


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
    print(f"{FILE.relative_to(ROOT)}: {len(tool_names())} tools")
