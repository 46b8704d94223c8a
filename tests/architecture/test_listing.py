"""The list that templates deploy from says what the code says."""

from __future__ import annotations

import json

from functions.registry import cloud_names, contract, room, tool_names
from infra.artefacts.listing import FILE, listing, written
from infra.artefacts.roles import ACCOUNT
from mcp_handlers.aws.permissions import role_policy


def test_the_list_of_functions_is_what_the_code_says() -> None:
    assert FILE.read_text() == written(), "It is stale: run `python -m infra.artefacts.listing`."


def test_every_tool_is_listed_with_its_risk_and_what_it_may_do_in_every_cloud() -> None:
    tools = listing()["tools"]
    assert {name: about["risk"] for name, about in tools.items()} == {
        name: contract(name).risk for name in tool_names()
    }
    assert all(sorted(about) == sorted(["risk", *cloud_names()]) for about in tools.values())
    assert tools["get_health"]["gcp"] == sorted(room("gcp", "get_health").PERMISSIONS)


def test_a_tools_role_on_aws_holds_its_own_actions_its_log_its_trace_and_itself() -> None:
    roles, functions = listing()["aws"]["roles"], listing()["aws"]["functions"]
    runtime = {
        "logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTelemetryRecords", "xray:PutTraceSegments",
        "sts:AssumeRole", "sts:TagSession",
    }  # fmt: skip
    for tool in tool_names():
        role = roles[functions[tool]["role"]]["Properties"]
        may = [s for policy in role["Policies"] for s in policy["PolicyDocument"]["Statement"]]
        own = {action for one in room("aws", tool).PERMISSIONS for action in one.actions}
        assert {action for statement in may for action in statement["Action"]} == runtime | own, tool
        assert "*" not in {action for statement in may for action in statement["Action"]}
        assert json.dumps(may).count(ACCOUNT) == 0


def test_nobody_but_lambda_and_the_role_itself_can_take_a_tools_role() -> None:
    for name, role in listing()["aws"]["roles"].items():
        trust = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert trust[0]["Principal"] == {"Service": "lambda.amazonaws.com"}
        own = role["Properties"]["RoleName"]
        assert trust[1]["Condition"]["ArnLike"]["aws:PrincipalArn"] == [
            {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/" + own},
            {"Fn::Sub": "arn:aws:sts::${AWS::AccountId}:assumed-role/" + own + "/*"},
        ], name
        assert len(trust) == 2


def test_the_statements_for_other_templates_are_the_roles_own() -> None:
    said = listing()["tools"]["provision_compute"]["aws"]
    assert said == role_policy(room("aws", "provision_compute").PERMISSIONS, ACCOUNT)["Statement"]
