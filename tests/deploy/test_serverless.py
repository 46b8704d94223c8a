"""serverless.yml deploys what is packed, each function in its bounds and with its own rights, and tells of failures."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import yaml

from infra.artefacts.contents import contents
from infra.artefacts.listing import FILE
from infra.artefacts.reach import ROOT

PAGE = ROOT / "docs" / "decisions" / "one-list-of-functions.md"
BEHIND_A_GATEWAY = 29
"""Seconds: it waits for thirty."""


@cache
def template() -> Any:
    """As it stands, with its variables."""
    return yaml.safe_load((ROOT / "serverless.yml").read_text())


def listed() -> Any:
    """What it takes from the one list."""
    return json.loads(FILE.read_text())["aws"]


def functions() -> dict[str, Any]:
    """Every function by name."""
    _, own = template()["functions"]
    return {**listed()["functions"], **own}


def resources() -> dict[str, Any]:
    """Its own resources."""
    return {name: one for part in template()["resources"] if isinstance(part.get("Resources"), dict)
            for name, one in part["Resources"].items()}  # fmt: skip


def actions(role: str) -> dict[str, list[str]]:
    """What a role may do with which resources, its network apart."""
    policies = listed()["roles"][role]["Properties"]["Policies"]
    said = [one for policy in policies if "PolicyDocument" in policy for one in policy["PolicyDocument"]["Statement"]]
    return {action: [json.dumps(each) for each in one["Resource"]] for one in said for action in one["Action"]}


def test_what_is_packed_is_deployed_from_its_artefact_and_nothing_else_is() -> None:
    packed = {one.name: (f".tollgate/lambda/{one.name}.zip", f"{one.roots[0]}.handler") for one in contents()}
    assert {name: (one["package"]["artifact"], one["handler"]) for name, one in functions().items()} == packed


def test_terraform_deploys_the_same_functions() -> None:
    text = (ROOT / "infra" / "terraform" / "aws" / "plane.tf").read_text()
    packed = {one.name: one.roots[0] for one in contents() if one.name not in listed()["functions"]}
    assert dict(re.findall(r'(\w+) += "([\w.]+)\.handler"', text)) == packed


def test_every_function_has_a_role_of_its_own() -> None:
    roles = {name: one["role"] for name, one in functions().items()}
    assert sorted(set(roles.values())) == sorted(listed()["roles"])
    assert len(set(roles.values())) == len(roles)


def test_every_function_has_bounds_and_the_page_says_what_they_reserve_in_all() -> None:
    settings = ("timeout", "memorySize", "reservedConcurrency")
    bounds = {name: tuple(one[each] for each in settings) for name, one in functions().items()}
    assert {name: bound for name, bound in bounds.items() if name not in listed()["functions"]} == {
        "catalog": (BEHIND_A_GATEWAY, 1024, 20), "control": (BEHIND_A_GATEWAY, 1769, 20),
        "api": (BEHIND_A_GATEWAY, 1769, 20), "webhooks": (BEHIND_A_GATEWAY, 1769, 10),
        "orchestrate": (300, 1769, 5), "reevaluate": (900, 1769, 1), "cleanup": (900, 1769, 1),
    }  # fmt: skip
    assert {bounds[tool][:2] for tool in listed()["functions"]} == {(BEHIND_A_GATEWAY, 1024)}
    assert f"{sum(bound[2] for bound in bounds.values())} in all" in PAGE.read_text()


def test_logs_are_kept_for_a_quarter_and_every_function_is_traced() -> None:
    provider = template()["provider"]
    assert (provider["logRetentionInDays"], provider["tracing"]) == (90, {"lambda": True})
    assert [
        name for name, one in functions().items() if {"tracing", "logRetentionInDays", "disableLogs"} & set(one)
    ] == []


def test_a_message_that_failed_five_times_is_kept_for_two_weeks_and_an_alarm_tells_of_the_first() -> None:
    wake, dead, alarm = (resources()[name]["Properties"] for name in ("WakeQueue", "DeadLetters", "DeadLettersAlarm"))
    assert wake["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetters", "Arn"]}, "maxReceiveCount": 5,
    }  # fmt: skip
    assert wake["VisibilityTimeout"] == 6 * functions()["orchestrate"]["timeout"]
    assert dead["MessageRetentionPeriod"] == 14 * 24 * 3600
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": {"Fn::GetAtt": ["DeadLetters", "QueueName"]}}]
    told = ("MetricName", "Statistic", "ComparisonOperator", "Threshold", "EvaluationPeriods")
    assert [alarm[name] for name in told] == [
        "ApproximateNumberOfMessagesVisible",
        "Maximum",
        "GreaterThanThreshold",
        0,
        1,
    ]
    (heard,) = [event["sqs"] for event in functions()["orchestrate"]["events"] if "sqs" in event]
    assert heard["functionResponseType"] == "ReportBatchItemFailures"


def test_a_function_may_read_the_secrets_that_it_is_told_of_and_no_others() -> None:
    for name, one in functions().items():
        allowed = actions(one["role"]).get("secretsmanager:GetSecretValue", [])
        told = {value.rpartition("/")[2] for key, value in one["environment"].items() if key.endswith("_SECRET")}
        told = {{"${param:doors}": "doors", "${param:gateways}": "gateway-keys"}.get(each, each) for each in told}
        assert {re.sub(r".*/([\w-]+)-\?{6}.*", r"\1", each) for each in allowed} == told, name


def test_only_the_orchestrator_hears_the_queue_and_no_function_takes_another_ones_role() -> None:
    hears = [name for name, one in functions().items() if "sqs:ReceiveMessage" in actions(one["role"])]
    assert hears == ["orchestrate"]
    for name, one in functions().items():
        assert [f"-{name}" in role for role in actions(one["role"])["sts:AssumeRole"]] == [True]


def test_who_speaks_with_the_database_is_in_its_network_where_there_is_one_and_nobody_else_is() -> None:
    (part,) = [part for part in template()["resources"] if "extensions" in part]
    placed = {name.removesuffix("LambdaFunction").lower() for name in part["extensions"]}
    roles = {name for name, one in functions().items() if any("Fn::If" in p for p in _policies(one["role"]))}
    speaks = {name for name, one in functions().items() if "TOLLGATE_DATABASE_SECRET" in one["environment"]}
    assert placed == roles == speaks
    assert {json.dumps(one["Properties"]["VpcConfig"]) for one in part["extensions"].values()} == {
        json.dumps({"Fn::If": [
            "InNetwork",
            {"SubnetIds": {"Fn::Split": [",", "${param:subnets}"]},
             "SecurityGroupIds": {"Fn::Split": [",", "${param:groups}"]}},
            {"Ref": "AWS::NoValue"},
        ]})
    }  # fmt: skip
    assert part["Conditions"]["InNetwork"] == {"Fn::Not": [{"Fn::Equals": ["${param:subnets}", ""]}]}


def _policies(role: str) -> Any:
    return listed()["roles"][role]["Properties"]["Policies"]


def test_every_route_of_the_control_planes_api_leads_to_a_function_that_the_api_may_call() -> None:
    found = resources()
    routes = {one["Properties"]["RouteKey"]: one["Properties"]["Target"]["Fn::Join"][1][1]["Ref"]
              for one in found.values() if one["Type"] == "AWS::ApiGatewayV2::Route"}  # fmt: skip
    called = {route: found[target]["Properties"]["IntegrationUri"]["Fn::GetAtt"][0] for route, target in routes.items()}
    assert called == {
        "$default": "ControlLambdaFunction", "ANY /api/v1/{proxy+}": "ApiLambdaFunction",
        "POST /hooks/{door}": "WebhooksLambdaFunction",
    }  # fmt: skip
    allowed = [one["Properties"]["FunctionName"]["Fn::GetAtt"][0] for one in found.values()
               if one["Type"] == "AWS::Lambda::Permission"]  # fmt: skip
    assert sorted(allowed) == sorted(called.values())
