"""The control plane's functions on AWS, as Lambda calls them, beside the house; secrets come from Secrets Manager."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.parameters import base
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.aws import control, held
from functions.aws.held import DATABASE, DATABASE_SECONDS, KEYRING
from functions.aws.loop import run
from functions.cleanup import aws as cleanup
from functions.cleanup import tenants
from functions.cli.principal import local_principal
from functions.control import ControlPlane
from functions.held import DOORS, GATEWAY_KEYS
from functions.orchestrate import aws as orchestrate
from functions.planes import URLS
from functions.reevaluate import aws as reevaluate
from mcp_handlers.kernel.clock import SystemClock
from tests.fakes.world import call
from tests.flows.house import House
from tests.flows.test_cleanup import made
from tests.flows.test_parked import BIG, GRACE, fresh
from tests.flows.test_reevaluation import WIKI
from workflow.control.signing import HeldSigner
from workflow.model.errors import BadRequest, StoreAway
from workflow.store.store import open_store


class Lambda(LambdaContext):
    """An invocation with so many milliseconds left."""

    function_name = "control"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-west-1:000000000000:function:control"
    aws_request_id = "1"

    def __init__(self, left: int = 60_000) -> None:
        self.left = left

    def get_remaining_time_in_millis(self) -> int:
        """As it was made with."""
        return self.left


class Vault:
    """Secrets Manager, and which secrets the functions are told of."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.client: Any = boto3.client("secretsmanager", region_name="eu-west-1")
        self.monkeypatch = monkeypatch

    def keep(self, setting: str, value: str) -> str:
        """A new secret, named by this setting."""
        name = f"tollgate/{fresh()}"
        self.client.create_secret(Name=name, SecretString=value)
        self.monkeypatch.setenv(setting, name)
        return name


@pytest.fixture
def vault(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vault]:
    """The house's database and keys in it; what an execution environment keeps is this test's own."""
    environment = {name: value for name, value in house.told.environment().items() if name.startswith("AWS_")}
    urls = {"control": house.told.control_url, **{cloud: house.told.cloud_url(cloud) for cloud in house.told.clouds}}
    environment[URLS] = " ".join(f"{name}={url}" for name, url in urls.items())
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    base.DEFAULT_PROVIDERS.clear()
    monkeypatch.setattr(control, "plane", ControlPlane(held.settings))
    found = Vault(monkeypatch)
    found.keep(DATABASE, str(house.told.database))
    found.keep(KEYRING, (house.told.keys / "keyring.json").read_text())
    yield found
    if control.plane._held is not None:
        run(control.plane._held.aclose())


def messages(**bodies: str) -> dict[str, Any]:
    """As the queue hands them over."""
    records = [{"messageId": name, "eventSource": "aws:sqs", "body": body} for name, body in bodies.items()]
    return {"Records": records}


async def test_a_message_or_the_schedule_makes_the_orchestrator_finish_what_is_due(house: House, vault: Vault) -> None:
    run = await house.ask(BIG, project=fresh())
    await house.say(run, GRACE, approved=True)
    heard = await asyncio.to_thread(orchestrate.handler, messages(m1=run.id, m2="'; DROP TABLE runs"), Lambda())
    assert heard == {"batchItemFailures": [{"itemIdentifier": "m2"}]}
    async with open_store(house.told.database) as store:
        ended = await store.get_run(run.id)
    assert ended is not None
    assert ended.state == "succeeded"
    assert (await asyncio.to_thread(orchestrate.handler, {"source": "aws.events"}, Lambda()))["taken"] == 0


def test_where_the_store_is_away_every_message_comes_again_and_the_schedule_fails(vault: Vault) -> None:
    vault.keep(DATABASE, "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=1")
    heard = orchestrate.handler(messages(m1="r1", m2="r2"), Lambda())
    assert heard == {"batchItemFailures": [{"itemIdentifier": "m1"}, {"itemIdentifier": "m2"}]}
    with pytest.raises(StoreAway):
        orchestrate.handler({"source": "aws.events"}, Lambda())


def test_the_control_plane_keeps_its_store_open_from_one_request_to_the_next(vault: Vault) -> None:
    asked = {"rawPath": "/.well-known/jwks.json", "requestContext": {"http": {"method": "GET"}, "requestId": "r-1"}}
    answers = []
    for _ in range(3):
        answers.append(control.handler(asked, Lambda()))
        gc.collect()
    assert [answer["statusCode"] for answer in answers] == [200, 200, 200]
    assert {key["kty"] for answer in answers for key in json.loads(answer["body"])["keys"]} == {"OKP"}


def test_each_request_to_the_control_plane_has_the_time_of_its_own_invocation(house: House, vault: Vault) -> None:
    token = HeldSigner(held.settings().ring, SystemClock()).token(local_principal(), "control")
    wanted = {"cloud": "aws", "vcpus": 2, "memory_gib": 4, "jurisdictions": ["EU"], "limit": 1}
    asked = {
        "rawPath": "/mcp", "requestContext": {"http": {"method": "POST"}, "requestId": "r-1"},
        "headers": {"authorization": f"Bearer {token}", "content-type": "application/json"},
        "body": call("get_cost_estimate", wanted).decode(),
    }  # fmt: skip
    told = [json.loads(control.handler(asked, Lambda(left))["body"])["result"] for left in (0, 60_000)]
    assert [answer["isError"] for answer in told] == [True, False]
    assert "DEADLINE_EXCEEDED" in json.dumps(told[0])


async def test_the_cleaner_tells_by_tenant_what_is_idle_and_only_where_it_is_told_to_asks_for_its_release(
    house: House, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One region, for time; that all of them are looked at is another test's.
    monkeypatch.setattr(tenants, "places_of", lambda clouds: [("aws", "eu-west-1")])
    monkeypatch.setenv(tenants.TENANTS, "acme umbrella")
    over = SystemClock().now() - timedelta(minutes=5)
    bucket = await made(house, "aws", expires_at=over.isoformat())
    nothing = {"seen": 0, "idle": [], "unseen": [], "outcomes": {}}
    told = await asyncio.to_thread(cleanup.handler, {}, Lambda())
    assert told == {"acme": {**nothing, "seen": 1, "idle": [bucket["id"]]}, "umbrella": nothing}
    monkeypatch.setenv(tenants.APPLY, "1")
    told = await asyncio.to_thread(cleanup.handler, {}, Lambda())
    assert told["acme"]["outcomes"] == {"waits": 1}


async def test_the_reevaluation_answers_how_many_deployments_it_looked_at(house: House, vault: Vault) -> None:
    assert (await house.record(WIKI, project=fresh())).state == "succeeded"
    async with open_store(house.told.database) as store:
        living = len(await store.list_deployments())
    told = await asyncio.to_thread(reevaluate.handler, {}, Lambda())
    assert living > 0
    assert (told["looked"], told["ended"]) == (living, 0)


def test_a_secret_is_read_again_when_its_time_is_over(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    name = vault.keep(DATABASE, "postgresql://first/")

    real = datetime

    class Later(datetime):
        """So much later than it is."""

        by = timedelta()

        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            """The real time, and that."""
            return real.now(tz) + cls.by

    monkeypatch.setattr(base, "datetime", Later)
    assert held.settings().database == "postgresql://first/"
    vault.client.put_secret_value(SecretId=name, SecretString=" postgresql://second/\n")
    Later.by = timedelta(seconds=DATABASE_SECONDS - 10)
    assert held.settings().database == "postgresql://first/"
    Later.by = timedelta(seconds=DATABASE_SECONDS + 1)
    assert held.settings().database == "postgresql://second/"


def test_doors_and_gateways_keys_are_secrets_that_need_not_be(vault: Vault) -> None:
    assert (held.settings().doors, held.settings().gateway_keys) == ({}, {})
    vault.keep(DOORS, '{"TOLLGATE_DOOR_SLACK_SECRET": "s"}')
    vault.keep(GATEWAY_KEYS, '{"gcp": "k"}')
    assert (held.settings().doors, held.settings().gateway_keys) == ({"TOLLGATE_DOOR_SLACK_SECRET": "s"}, {"gcp": "k"})


def test_a_secret_that_cannot_be_read_is_named_and_its_value_is_not(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATABASE, "tollgate/nothing")
    with pytest.raises(
        StoreAway, match=r"^The secret tollgate/nothing cannot be read \(ResourceNotFoundException\)\.$"
    ):
        held.settings()
    monkeypatch.delenv(DATABASE)
    with pytest.raises(BadRequest, match=r"^TOLLGATE_DATABASE_SECRET is not set"):
        held.settings()
