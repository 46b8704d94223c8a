"""What a flow does at a door: send what the service sends to the function through its runtime, and let runs go on."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from typing import Any

import azure.functions as func
import functions_framework
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.orchestrate.orchestrator import orchestrate
from functions.orchestrate.surroundings import surroundings
from functions.serve.settings import settings
from functions.webhooks import aws, azure
from functions.webhooks import gcp as gcp_module
from tests.flows.house import House
from tests.flows.vaults import told_here
from tests.services.slack_sends import Sent
from workflow.orchestrate.tick import Ticked

PEOPLE = {
    "unknown": {
        name: {"tenant": "acme", "project": "inbox", "roles": ["developer", "ml-engineer"]}
        for name in ("slack", "github", "jira", "servicenow", "signed", "chat")
    },
    "people": [
        {
            "id": "ada@example.com", "tenant": "acme", "roles": ["developer", "ml-engineer"],
            "at": {
                "slack": "T0001/U_ADA", "github": "101", "jira": "5b10ada", "servicenow": "ada.lovelace",
                "signed": "ada", "chat": "users/101",
            },
        },
        {
            "id": "grace@example.com", "tenant": "acme", "roles": ["operator"],
            "at": {
                "slack": "T0001/U_GRACE", "github": "102", "jira": "5b10grace", "servicenow": "grace.hopper",
                "signed": "grace", "chat": "users/102",
            },
        },
    ],
}  # fmt: skip


APP = func.FunctionApp()
APP.register_functions(azure.blueprint)
(HOOK,) = APP.get_functions()
"""Asked once: the library registers the functions as it lists them."""


class Invocation(LambdaContext):
    """An invocation with half a minute left."""

    function_name = "webhooks"
    memory_limit_in_mb = 256
    invoked_function_arn = "arn:aws:lambda:eu-west-1:000000000000:function:webhooks"
    aws_request_id = "1"

    def get_remaining_time_in_millis(self) -> int:
        """Half a minute."""
        return 30_000


def through_lambda(sent: Sent) -> tuple[int, bytes]:
    """By API Gateway's event, payload 2.0."""
    event = {
        "version": "2.0",
        "headers": {name.lower(): value for name, value in sent.headers.items()},
        "requestContext": {"requestId": "r-1", "http": {"method": "POST", "path": "/hooks"}},
        "body": sent.body.decode(),
        "isBase64Encoded": False,
    }
    answer: Any = aws.handler(event, Invocation())
    return answer["statusCode"], answer["body"].encode()


def through_azure(door: str, sent: Sent) -> tuple[int, bytes]:
    """By the registered route's own function."""
    call: Any = HOOK.get_user_function()
    request = func.HttpRequest(
        "POST", f"/hooks/{door}", headers=sent.headers, body=sent.body, route_params={"door": door}
    )
    answer = asyncio.run(call(request))
    return answer.status_code, answer.get_body()


def through_gcp(door: str, sent: Sent) -> tuple[int, bytes]:
    """By the framework's own application."""
    app = functions_framework.create_app("webhooks", gcp_module.__file__)
    answer = app.test_client().post(f"/hooks/{door}", headers=sent.headers, data=sent.body)
    return answer.status_code, answer.data


def through(runtime: str, door: str, sent: Sent) -> tuple[int, bytes]:
    """By the runtime of this name. On Lambda a setting says which door it is; the others read their cloud's vault."""
    if runtime == "aws":
        os.environ["TOLLGATE_DOOR"] = door
        return through_lambda(sent)
    with told_here(settings(), runtime):
        return through_azure(door, sent) if runtime == "azure" else through_gcp(door, sent)


async def send(door: str, sent: Sent, runtime: str = "aws") -> tuple[int, Any]:
    """The status, and the body as JSON (None: there is none)."""
    status, body = await asyncio.to_thread(through, runtime, door, sent)
    return status, json.loads(body) if body else None


async def until_told(house: House, so: Callable[[], bool]) -> None:
    """Ticks until it is so: what could not be told at once, on a busy machine, is tried again after a pause."""
    for _ in range(120):
        if so():
            return
        await tick(house)
        await asyncio.sleep(0.5)
    raise AssertionError("it was not told in a minute")


async def tick(house: House) -> Ticked:
    """One tick of an orchestrator, which also tells whoever asked."""
    async with surroundings(house.told) as around:
        return await orchestrate(around)
