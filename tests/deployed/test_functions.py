"""What the template says is what the account has; and the ways in beside MCP lead to their functions."""

from __future__ import annotations

import httpx

from functions.cli.principal import local_principal
from infra.artefacts.roles import CONTROL
from mcp_handlers.kernel.clock import SystemClock
from tests.deploy.test_serverless import functions
from tests.deployed.account import STAGE
from tests.deployed.stack import Stack
from workflow.control.signing import HeldSigner


def test_every_function_has_its_bounds_its_trace_its_role_and_a_log_that_is_kept_for_a_quarter(stack: Stack) -> None:
    client, logs = stack.account.sdk("lambda"), stack.account.sdk("logs")
    kept = {group["logGroupName"]: group.get("retentionInDays") for group in logs.describe_log_groups()["logGroups"]}
    for name, wanted in functions().items():
        full = f"tollgate-{STAGE}-eu-west-1-{name}"
        found = client.get_function_configuration(FunctionName=full)
        # The emulator's CloudFormation knows no reserved concurrency.
        assert (found["Timeout"], found["MemorySize"]) == (wanted["timeout"], wanted["memorySize"]), name
        assert (found["TracingConfig"]["Mode"], kept[f"/aws/lambda/{full}"]) == ("Active", 90), name
        assert found["Role"].endswith(f":role/{full}")
        assert not found.get("VpcConfig", {}).get("SubnetIds")


def test_an_alarm_tells_of_dead_letters(stack: Stack) -> None:
    (alarm,) = stack.account.sdk("cloudwatch").describe_alarms()["MetricAlarms"]
    assert (alarm["AlarmName"], alarm["Threshold"]) == (f"tollgate-{STAGE}-dead-letters", 0)


def test_the_rest_api_and_the_doors_are_behind_the_control_planes_address(stack: Stack) -> None:
    assert {"api", "webhooks"} <= set(CONTROL)
    keyring = (stack.house.keys / "keyring.json").read_bytes()
    token = HeldSigner(lambda: keyring, SystemClock()).token(local_principal(), "control")
    with httpx.Client(base_url=stack.control, timeout=60) as http:
        runs = http.get("/api/v1/runs?limit=1", headers={"authorization": f"Bearer {token}"})
        assert (runs.status_code, list(runs.json())) == (200, ["items", "next"])
        assert http.get("/api/v1/runs").status_code == 401
        closed = http.post("/hooks/slack", content=b"{}")
        assert (closed.status_code, closed.json()["error"]["code"]) == (404, "BAD_REQUEST")
