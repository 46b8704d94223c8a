"""What a cloud says about when to come back reaches whoever waits, in every refusal that may be repeated."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from botocore.exceptions import ClientError
from google.api_core.exceptions import ServiceUnavailable, TooManyRequests

from mcp_handlers.aws.errors import translate as from_aws
from mcp_handlers.azure.errors import translate as from_azure
from mcp_handlers.gcp.client import Clients as Google
from workflow.model.errors import CloudDown, OutcomeUnknown, RegionDown, Throttled, TollgateError

WAIT = {"retry-after": "7"}
REGION = "eu-west-1"
KINDS = [(503, False, RegionDown), (503, True, RegionDown), (500, False, RegionDown), (500, True, OutcomeUnknown)]
TOO_MANY = [(429, False, Throttled), (429, True, Throttled)]


def clients(answers: bool) -> Any:
    """Clients of which no more is asked than whether anything else of their cloud answers."""
    return SimpleNamespace(elsewhere=lambda region: answers, answers=lambda: answers)


def aws(status: int, writes: bool, code: str = "Whatever", *, answers: bool = True) -> TollgateError:
    said: Any = {
        "Error": {"Code": code, "Message": "m"},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": WAIT},
    }
    return from_aws(ClientError(said, "DoIt"), clients(answers), REGION, writes=writes)


def azure(status: int, writes: bool, *, answers: bool = True) -> TollgateError:
    said: Any = SimpleNamespace(
        status_code=status, headers=WAIT, reason="r", text=lambda *a: "t", json=lambda: {"error": {"code": "Whatever"}}
    )
    return from_azure(HttpResponseError(response=said), clients(answers), REGION, writes=writes)


class Refusing(Google):
    """Google, of which everything in a region is answered with a status, and the rest if it `answers`."""

    def __init__(self, status: int, answers: bool) -> None:
        super().__init__("", "p")
        self.status, self.answers = status, answers

    def _send(self, method: str, url: str, **options: Any) -> Any:
        status = self.status if "zones" in url or not self.answers else 200
        return SimpleNamespace(status_code=status, content=b"{}", headers=WAIT, json=lambda: json.loads("{}"))


def gcp(status: int, writes: bool, *, answers: bool = True) -> TollgateError:
    with pytest.raises(TollgateError) as refused:
        Refusing(status, answers).compute("POST" if writes else "GET", "zones/z/instances", region=REGION)
    return refused.value


@pytest.mark.parametrize("said", [aws, azure, gcp])
@pytest.mark.parametrize(("status", "writes", "kind"), KINDS + TOO_MANY)
def test_a_refusal_keeps_how_long_to_wait(said: Any, status: int, writes: bool, kind: type[TollgateError]) -> None:
    found = said(status, writes)
    assert (type(found), found.retry_after) == (kind, 7.0)


@pytest.mark.parametrize("said", [aws, azure, gcp])
def test_so_does_that_of_a_whole_cloud(said: Any) -> None:
    found = said(503, False, answers=False)
    assert (type(found), found.retry_after) == (CloudDown, 7.0)


@pytest.mark.parametrize(("raised", "kind"), [(TooManyRequests, Throttled), (ServiceUnavailable, RegionDown)])
def test_so_does_what_googles_own_library_for_storage_raises(raised: Any, kind: type[TollgateError]) -> None:
    problem = raised("slow", response=SimpleNamespace(headers=WAIT))
    found = Refusing(200, answers=True).translate(problem, region=REGION, write=True)
    assert (type(found), found.retry_after) == (kind, 7.0)


@pytest.mark.parametrize(("status", "code"), [(429, "TooManyRequests"), (400, "EC2ThrottledException")])
def test_a_service_of_aws_that_has_its_own_name_for_it_is_throttling_all_the_same(status: int, code: str) -> None:
    assert isinstance(aws(status, True, code), Throttled)
