"""What a function on AWS tells of a call: log lines with the request's id, CloudWatch's metrics, segments as X-Ray's
daemon gets them; and no secret in any of it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mcp_handlers.kernel.clock import SystemClock
from tests.contract.test_artefacts import event
from tests.fakes.world import ADA
from workflow.control.sign import Signer

ROOT = "1-6ab0c1d2-0123456789abcdef01234567"
TRACE = f"Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1"
CALL = """
import json, sys
from functions.aws.entry import handler
class Context:
    function_name, memory_limit_in_mb, aws_request_id = "f", 1024, "lambda-1"
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:f"
    get_remaining_time_in_millis = staticmethod(lambda: 29_000)
answer = handler(json.load(sys.stdin), Context())
print("ANSWER", answer["statusCode"], "aws_xray_sdk" in sys.modules)
"""


@dataclass(frozen=True)
class Told:
    """What came out: `lines` are JSON objects of both streams, `segments` those that the daemon got."""

    answer: str
    text: str
    segments: list[dict[str, Any]]

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Each line that is a JSON object."""
        return [json.loads(line) for line in self.text.splitlines() if line.startswith("{")]

    def metrics(self) -> dict[str, dict[str, Any]]:
        """CloudWatch's embedded metrics, by name."""
        found = [line for line in self.lines if "_aws" in line]
        return {each["Name"]: line for line in found for each in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]}


def told(trace: str = "", arguments: dict[str, Any] | None = None) -> Told:
    """Call a function in a process of its own."""
    signer = Signer(Ed25519PrivateKey.generate(), SystemClock())
    asked = event("get_cost_estimate", arguments or {"vcpus": 8, "limit": 1}, signer.token(ADA, "aws"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.settimeout(0.2)
        environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "TOLLGATE_TOOL": "get_cost_estimate", "TOLLGATE_LOCAL": "1", "TOLLGATE_JWKS": json.dumps(signer.jwks()),
            "POWERTOOLS_SERVICE_NAME": "tollgate-aws-get_cost_estimate", "LAMBDA_TASK_ROOT": "/var/task",
            "AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_XRAY_DAEMON_ADDRESS": f"127.0.0.1:{daemon.getsockname()[1]}",
            **({"_X_AMZN_TRACE_ID": trace} if trace else {}),
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-c", CALL], input=json.dumps(asked), env=environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        segments = []
        try:
            while True:
                segments.append(json.loads(daemon.recv(65_536).partition(b"\n")[2]))
        except TimeoutError:
            pass
    text = done.stdout + done.stderr
    assert asked["headers"]["authorization"].partition(" ")[2] not in text + json.dumps(segments)
    answer = next(line for line in done.stdout.splitlines() if line.startswith("ANSWER"))
    return Told(answer, text, segments)


@pytest.fixture(scope="module")
def traced() -> Told:
    """A call whose trace is kept."""
    return told(TRACE)


def test_every_line_of_a_call_carries_the_requests_id_the_kernels_too(traced: Told) -> None:
    lines = {line["message"]: line for line in traced.lines if "message" in line}
    assert {"answered", "call"} <= set(lines)
    assert {line["correlation_id"] for line in lines.values()} == {"r-1"}
    assert (lines["call"]["code"], lines["call"]["tool"], lines["answered"]["status"]) == (
        "OK",
        "get_cost_estimate",
        200,
    )
    assert (lines["answered"]["function_request_id"], lines["answered"]["cold_start"]) == ("lambda-1", True)


def test_calls_durations_and_cold_starts_are_metrics(traced: Told) -> None:
    found = traced.metrics()
    assert {"Invocations", "Duration", "ColdStart", "call.duration"} <= set(found)
    assert {found["Invocations"]["service"]} == {"tollgate-aws-get_cost_estimate"}
    assert (found["call.duration"]["tool"], found["call.duration"]["code"]) == ("get_cost_estimate", "OK")


def test_a_kept_trace_has_the_kernels_stages_under_the_invocation(traced: Told) -> None:
    assert traced.answer == "ANSWER 200 True"
    names = {segment["name"] for segment in traced.segments} | {
        each["name"] for segment in traced.segments for each in segment.get("subsegments", [])
    }
    assert {"identity", "gate", "handler"} <= names
    assert {segment["trace_id"] for segment in traced.segments} == {ROOT}


def test_where_the_trace_is_not_kept_the_recorder_is_not_even_imported() -> None:
    found = told(TRACE.replace("Sampled=1", "Sampled=0"))
    assert (found.answer, found.segments) == ("ANSWER 200 False", [])


def test_a_call_that_is_refused_is_counted_by_its_code() -> None:
    found = told(arguments={"vcpus": -1})
    assert found.metrics()["call.errors"]["code"] == "BAD_REQUEST"
    assert "cold_start" in found.text
