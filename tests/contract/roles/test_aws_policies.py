"""What the roles' and sessions' policies say of services that ministack does not enforce, by ministack's evaluator."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.registry import contract, tool_names
from mcp_handlers.aws.permissions import ANY, compact, role_policy, session_policy
from tests.contract.clouds.aws_cloud import REGION
from tests.contract.roles.account import NUMBER, permissions, work
from tests.contract.roles.evaluator import Question, allowed
from workflow.model.base import Json
from workflow.model.errors import Rejected

TAGS = {"tenant": "acme", "project": "vision", "run": "run-1", "owner": "ada", "environment": "development"}
PLACED: Json = {"region": REGION, "tags": TAGS}
INSTANCE: Json = {"cloud": "aws", "kind": "instance", "id": "i-1", "region": REGION}
MODEL: Json = {"endpoint": "chat", "machine": "g5.xlarge", "bucket": "models", "model": "m.tar.gz", "image": "img:1"}
CALLS: dict[str, Json] = {
    "provision_compute": {**PLACED, "machine": "m7i.large"},
    "launch_spot": {**PLACED, "machine": "m7i.large"},
    "attach_volume": {**PLACED, "instance": INSTANCE, "size_gib": 10},
    "create_storage_bucket": {**PLACED, "name": "crater"},
    "submit_ml_job": {**PLACED, "machine": "g5.xlarge", "hours": 1, "image": "img:1", "bucket": "data"},
    "deploy_model": {**PLACED, **MODEL},
    "get_cost_estimate": {"vcpus": 2},
    "get_quotas": {"region": REGION, "machine": "m7i.large"},
    "list_resources": {"region": REGION, "tenant": "acme"},
    "rotate_secret": {"region": REGION, "secret": "acme/db", "tenant": "acme"},
    "scale_nodepool": {
        "region": REGION, "cluster": "prod", "pool": "web", "machine": "m7i.large",
        "minimum": 1, "maximum": 3, "desired": 2, "tags": TAGS,
    },
    "failover_route": {
        "region": REGION, "zone": "Z1", "record": "a.example", "tenant": "acme", "from_target": "a", "to_target": "b"
    },
    "get_health": {"resource": INSTANCE, "tenant": "acme"},
    "release_resource": {"resource": INSTANCE, "tenant": "acme"},
}  # fmt: skip
"""A call of every tool."""
OWN = {"aws:ResourceTag/tollgate:tenant": "acme"}
PASSED = {"iam:PassedToService": "sagemaker.amazonaws.com"}
SAGEMAKER, EKS = f"arn:aws:sagemaker:{REGION}:{NUMBER}", f"arn:aws:eks:{REGION}:{NUMBER}"
QUOTAS = "servicequotas:GetServiceQuota"


def session(tool: str) -> list[Json]:
    """The role's policy, and that of a session for the call above."""
    wanted = work(tool, contract(tool).input.model_validate(CALLS[tool]))
    said = permissions(tool)
    return [role_policy(said, NUMBER), json.loads(compact(session_policy(said, wanted, NUMBER)))]


def ec2(what: str, region: str = REGION) -> str:
    """The name of something in EC2."""
    return f"arn:aws:ec2:{region}:{NUMBER}:{what}"


WORK = [
    ("submit_ml_job", "sagemaker:CreateTrainingJob", f"{SAGEMAKER}:training-job/tollgate-k", {}),
    ("deploy_model", "sagemaker:CreateEndpoint", f"{SAGEMAKER}:endpoint/chat", {}),
    ("deploy_model", "sagemaker:CreateModel", f"{SAGEMAKER}:model/chat-v1", {}),
    ("get_quotas", QUOTAS, "*", {}),
    ("list_resources", "s3:ListAllMyBuckets", "*", {}),
    ("scale_nodepool", "eks:UpdateNodegroupConfig", f"{EKS}:nodegroup/prod/web/1", OWN),
    ("provision_compute", "ec2:RunInstances", ec2("instance/*"), {"ec2:InstanceType": "m7i.large"}),
    ("launch_spot", "ec2:RunInstances", ec2("spot-instances-request/*"), {}),
    ("attach_volume", "ec2:CreateVolume", ec2("volume/*"), {"aws:RequestTag/tollgate:tenant": "acme"}),
    ("attach_volume", "ec2:AttachVolume", ec2("instance/i-1"), OWN),
    ("release_resource", "ec2:TerminateInstances", ec2("instance/i-1"), OWN),
]
"""Tool, action, resource and the keys of the request: the tool's own work, where ministack cannot judge it."""
STRANGE = [
    ("provision_compute", "ec2:RunInstances", ec2("instance/*"), {"ec2:InstanceType": "p5.48xlarge"}),
    ("provision_compute", "ec2:RunInstances", ec2("instance/*", "us-east-1"), {"ec2:InstanceType": "m7i.large"}),
    ("provision_compute", "ec2:RunInstances", ec2("spot-instances-request/*"), {}),
    ("attach_volume", "ec2:AttachVolume", ec2("instance/i-2"), OWN),
    ("attach_volume", "ec2:CreateVolume", ec2("volume/*"), {"aws:RequestTag/tollgate:tenant": "rival"}),
    ("release_resource", "ec2:TerminateInstances", ec2("instance/i-2"), OWN),
    ("release_resource", "ec2:TerminateInstances", ec2("instance/i-1"), {"aws:ResourceTag/tollgate:tenant": "rival"}),
    ("scale_nodepool", "eks:UpdateNodegroupConfig", f"{EKS}:nodegroup/prod/db/1", OWN),
    ("deploy_model", "sagemaker:CreateEndpoint", f"{SAGEMAKER}:endpoint/theirs", {}),
    ("deploy_model", "iam:PassRole", f"arn:aws:iam::{NUMBER}:role/admin", PASSED),
]  # fmt: skip
"""What the tool's session may not do though its action is the tool's."""


def asked(tool: str, action: str, resource: str, keys: dict[str, str]) -> Question:
    """The question whether a session of the tool may do this."""
    return Question(session(tool), action, resource, REGION, keys)


def test_a_tools_session_does_its_own_work_and_no_other_tools() -> None:
    """Every tool is asked for every other's work; only provision_compute's machines are launch_spot's, too."""
    others = [(tool, *one[1:]) for tool in tool_names() for one in WORK if one[0] != tool]
    expected = [(tool, what) for tool, _, what, keys in others if tool == "launch_spot" and "ec2:InstanceType" in keys]
    answers = allowed([asked(*one) for one in (*WORK, *others)])
    assert answers[: len(WORK)] == [True] * len(WORK)
    done = [(tool, what) for (tool, _, what, _), yes in zip(others, answers[len(WORK) :], strict=True) if yes]
    assert done == expected


def test_a_session_is_narrowed_to_the_calls_machine_region_resource_and_tenant() -> None:
    assert allowed([asked(*one) for one in STRANGE]) == [False] * len(STRANGE)


def test_the_role_may_start_any_machine_where_the_session_may_start_one() -> None:
    role, narrowed = session("provision_compute")
    asks = [
        Question(policies, "ec2:RunInstances", ec2("instance/*", region), region, {"ec2:InstanceType": machine})
        for policies in ([role], [role, narrowed])
        for region, machine in (("us-east-1", "m7i.large"), (REGION, "p5.48xlarge"), (REGION, "m7i.large"))
    ]
    assert allowed(asks) == [True, True, True, False, False, True]


@pytest.mark.parametrize("tool", tool_names())
def test_no_action_is_a_wildcard_and_every_resource_that_can_be_is_named(tool: str) -> None:
    for one in permissions(tool):
        assert not any("*" in action or "?" in action for action in one.actions)
        if one.resources == ANY:
            assert one.where == {"aws:RequestedRegion": "{region}"}
            assert all(action.partition(":")[2].startswith(("Describe", "Get", "List")) for action in one.actions)
        assert all(resource.startswith("arn:aws:") for resource in one.resources if one.resources != ANY)


@pytest.mark.parametrize("tool", tool_names())
def test_the_role_and_the_session_fit_what_aws_takes(tool: str) -> None:
    role, narrowed = session(tool)
    assert len(json.dumps(role, separators=(",", ":"))) <= 10_240
    assert len(compact(narrowed)) <= 2048


def test_a_tool_without_permissions_is_denied_everything() -> None:
    assert allowed([asked("get_cost_estimate", QUOTAS, "*", {})]) == [False]
    assert session("get_cost_estimate")[1]["Statement"] == [{"Effect": "Deny", "Action": "*", "Resource": "*"}]


@given(st.text(max_size=20), st.sampled_from('*?$"\\\n\x00é'), st.text(max_size=20))
def test_an_argument_never_widens_its_session(before: str, wild: str, after: str) -> None:
    exact: Json = {"resource": {**INSTANCE, "id": before + wild + after}, "tenant": "acme"}
    wanted = work("release_resource", contract("release_resource").input.model_validate(CALLS["release_resource"]))
    with pytest.raises(Rejected):
        session_policy(
            permissions("release_resource"), wanted.__class__(**{**wanted.__dict__, "arguments": exact}), "1"
        )
