"""The roles of the functions on AWS, as serverless.yml takes them: what each may do, who may take it, its network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mcp_handlers.aws.permissions import Allow, role_policy
from workflow.model.base import Json

ACCOUNT = "{account}"
"""Stands for the account's number."""
NAME = "tollgate-${sls:stage}-${aws:region}-"
"""What the names of functions and roles begin with."""
_QUEUE = f"arn:aws:sqs:*:{ACCOUNT}:tollgate-${{sls:stage}}-wake"
_WAKES = Allow(("sqs:SendMessage",), (_QUEUE,))
_HEARS = Allow(
    ("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"), (_QUEUE,)
)


def _reads(*secrets: str) -> Allow:
    """Leave to read these secrets and no others. AWS puts six characters of its own behind a secret's name."""
    below = f"arn:aws:secretsmanager:*:{ACCOUNT}:secret:tollgate/${{sls:stage}}/"
    return Allow(("secretsmanager:GetSecretValue",), tuple(f"{below}{name}-??????" for name in secrets))


_PLANE = (_reads("database", "gateway-keys", "keyring"), _WAKES)
_DOORS = (_reads("database", "doors", "gateway-keys", "keyring"), _WAKES)
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


def role(tool: str, permissions: Sequence[Allow], *, beside: bool = False) -> Json:
    """A tool's role. Lambda works in it; it may take itself again, narrowed to one call, and write its own log. Where
    the function is `beside` the database, it may be in that one's network."""
    session = f"arn:aws:sts::${{AWS::AccountId}}:assumed-role/{NAME}{tool}/*"
    # AWS names a session's principal by its role; the emulator that we deploy to, by the session.
    itself = {"ArnLike": {"aws:PrincipalArn": [{"Fn::Sub": role_arn(tool)}, {"Fn::Sub": session}]}}
    again = ["sts:AssumeRole", "sts:TagSession"]
    owner = {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}}
    runtime = [
        _allow(
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            f"arn:aws:logs:*:{ACCOUNT}:log-group:/aws/lambda/{NAME}{tool}:*",
        ),
        _allow(["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "*"),
        _allow(again, f"arn:aws:iam::{ACCOUNT}:role/{NAME}{tool}"),
    ]
    tools = role_policy(permissions, ACCOUNT)["Statement"] if permissions else []
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": NAME + tool,
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


def role_arn(tool: str) -> str:
    """The role's ARN, for Fn::Sub."""
    return "arn:aws:iam::${AWS::AccountId}:role/" + NAME + tool


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
