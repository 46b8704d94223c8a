"""An AWS account that enforces IAM: ministack with AUTH=true, a role for each tool as its file says, and a function."""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3
import httpx
from botocore.config import Config

from functions.registry import contract, tool_names
from infra.local import process
from infra.local.services import PROJECT, clean_environment
from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.permissions import ANY, Allow, role_policy
from mcp_handlers.aws.role import SETTING, ToolRole, roles
from mcp_handlers.kernel.acting import Work
from tests.contract.clouds.aws_cloud import REGION, free_port
from workflow.model.base import Json, Noun

NUMBER = "123456789012"
FUNCTION = "tollgate-functions"
ASSUME = ["sts:AssumeRole", "sts:TagSession"]


def permissions(tool: str) -> tuple[Allow, ...]:
    """What the tool's file says that it may do."""
    said: tuple[Allow, ...] = importlib.import_module(f"mcp_handlers.aws.{tool}").PERMISSIONS
    return said


UNKNOWN = ("aws:ResourceTag/", "aws:RequestTag/")
"""What ministack does not know of a machine, a volume or a group, which is here for its evaluator alone to judge."""
UNNAMED = ("ec2:CreateVolume", "autoscaling:CreateOrUpdateTags")
"""Actions where ministack names no resource."""


def enforceable(tool: str) -> tuple[Allow, ...]:
    """The tool's permissions without what ministack cannot judge."""
    return tuple(_enforceable(one) for one in permissions(tool))


def _enforceable(one: Allow) -> Allow:
    if not one.actions[0].startswith(("ec2:", "autoscaling:")):
        return one
    where = {key: value for key, value in one.where.items() if not key.startswith(UNKNOWN)}
    return replace(one, resources=ANY if set(one.actions) & set(UNNAMED) else one.resources, where=where)


def handler(tool: str) -> Any:
    """The tool's file."""
    return importlib.import_module(f"mcp_handlers.aws.{tool}")


def work(tool: str, wanted: Noun, run: str = "run-1", tenant: str = "acme") -> Work:
    """The work of a call."""
    exact = wanted.model_dump(mode="json")
    region = exact.get("region") or exact.get("resource", {}).get("region", "")
    return Work(tool=tool, tenant=tenant, principal="ada@acme.eu", run=run, region=region, arguments=exact)


@dataclass(frozen=True)
class Account:
    """`root` makes clients that may do everything. `environment` is a function's, whose own key may assume the tools'
    roles and nothing else."""

    url: str
    environment: Mapping[str, str]

    def root(self, service: str, region: str = REGION) -> Any:
        make: Any = boto3.client
        return make(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}),
        )

    def role(self, tool: str) -> ToolRole:
        """The tool's role, as a function takes it."""
        found = roles(self.environment, tool, enforceable(tool))
        assert isinstance(found, ToolRole)
        return found

    def clients(self, tool: str, arguments: Json, run: str = "run-1") -> Clients:
        """What the handler of the tool is given for a call."""
        return self.role(tool).clients(work(tool, contract(tool).input.model_validate(arguments), run))

    def unnarrowed(self, tool: str) -> Clients:
        """The tool's role without a session policy."""
        sts = Clients(self.environment).sts()
        role = self.environment[SETTING].replace("{tool}", tool)
        given = sts.assume_role(RoleArn=role, RoleSessionName="unnarrowed")["Credentials"]
        names = {"AccessKeyId": "AWS_ACCESS_KEY_ID", "SecretAccessKey": "AWS_SECRET_ACCESS_KEY"}
        keys = {mine: given[theirs] for theirs, mine in {**names, "SessionToken": "AWS_SESSION_TOKEN"}.items()}
        return Clients({**self.environment, **keys})

    def call(self, tool: str, arguments: Json, key: str = "k" * 40) -> Any:
        """What the handler answers, in its role."""
        wanted = contract(tool).input.model_validate(arguments)
        return handler(tool).call(wanted, self.clients(tool, arguments), key)


@contextmanager
def running(folder: Path, beside: Mapping[str, str]) -> Iterator[Account]:
    """Start ministack with AUTH=true; make the roles. `beside`: what else a function's environment has."""
    port = free_port()
    told = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "TMPDIR": str(folder), "AUTH": "true"}
    environment = clean_environment({**told, "MINISTACK_ACCOUNT_ID": NUMBER})
    del environment["PYTHONPATH"]
    command = [str(PROJECT / ".venv-emulators" / "bin" / "ministack")]
    begun = process.start(command, environment, PROJECT, folder / "ministack.log")
    url = f"http://127.0.0.1:{port}"
    try:
        _await(f"{url}/_ministack/health", folder / "ministack.log")
        account = Account(url, {})
        yield Account(url, {**beside, "AWS_ENDPOINT_URL": url, **_function(account)})
    finally:
        begun.end()


def _function(account: Account) -> dict[str, str]:
    iam = account.root("iam")
    user = iam.create_user(UserName=FUNCTION)["User"]["Arn"]
    assume = {"Effect": "Allow", "Action": ASSUME, "Resource": f"arn:aws:iam::{NUMBER}:role/tollgate-*"}
    iam.put_user_policy(UserName=FUNCTION, PolicyName="assume", PolicyDocument=_written(assume))
    trust = {"Effect": "Allow", "Action": ASSUME, "Principal": {"AWS": user}}
    for tool in tool_names():
        name, policy = f"tollgate-{tool}", role_policy(enforceable(tool), NUMBER)
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=_written(trust))
        iam.put_role_policy(RoleName=name, PolicyName="tool", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=FUNCTION)["AccessKey"]
    return {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        "AWS_DEFAULT_REGION": REGION,
        SETTING: f"arn:aws:iam::{NUMBER}:role/tollgate-{{tool}}",
    }


def _written(statement: Json) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _await(url: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(log.read_text())
