"""Attempts to write without a Grant, with somebody else's, or with one that was given for something else."""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import ModuleType
from typing import Any

import azure.functions as func
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from functions import binding
from functions.aws import entry as aws
from functions.azure import function_app as azure
from functions.gcp import main as gcp
from functions.registry import contracts, room
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.kernel.grant import Grant
from mcp_handlers.kernel.jws import LOCAL_ISSUER
from mcp_handlers.tools import create_storage_bucket
from tests.contract.test_runtimes import through_gcp, through_lambda
from tests.fakes.world import call
from tests.redteam.attack import case, stopped_by
from tests.redteam.house import ADA, BUCKET, EVE, MACHINE, ROOT, House, by
from workflow.control.sign import Signer
from workflow.model.base import Json, Noun, digest
from workflow.model.principal import Principal
from workflow.model.resource import Resource

NEEDED = "a write needs a Grant, whoever asks"
WRITES = tuple(sorted(name for name, tool in contracts().items() if tool.risk != "read"))
TOOL = "create_storage_bucket"
REGION = {"aws": "eu-west-1", "azure": "westeurope", "gcp": "europe-west4"}


def fitting(house: House, who: Principal = ADA, arguments: Json = BUCKET, **changed: Any) -> Grant:
    """A Grant for the call, but for what is `changed`."""
    exact = create_storage_bucket.Input.model_validate(arguments).model_dump(mode="json")
    told = {
        "tool": TOOL, "cloud": "aws", "arguments_digest": digest(exact), "principal": who, "run": "r1",
        "step": "s", "key": "k" * 40, "decision": "d" * 64, "revision": house.judgement.gate.revision,
    }  # fmt: skip
    return Grant.model_validate(told | changed)


# On each cloud's own runtime.


class Counted:
    """Stands where a cloud's file for the tool calls the cloud."""

    def __init__(self, cloud: str) -> None:
        self.cloud, self.effects = cloud, 0

    def __call__(self, wanted: Any, clients: Any, key: str) -> Noun:
        self.effects += 1
        made = Resource(cloud=self.cloud, kind="bucket", id="tg1", region=wanted.region)
        return create_storage_bucket.Output(resources=(made,), url="s3://tg1")


@pytest.fixture
def signer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Signer]:
    """The control plane's key, which every runtime knows."""
    found = Signer(Ed25519PrivateKey.generate(), SystemClock(), LOCAL_ISSUER)
    monkeypatch.setenv("TOLLGATE_JWKS", json.dumps(found.jwks()))
    monkeypatch.setenv("TOLLGATE_LOCAL", "1")
    monkeypatch.setenv("TOLLGATE_TOOL", TOOL)
    monkeypatch.setattr(binding, "role_room", lambda cloud: None)
    modules: tuple[ModuleType, ...] = (aws, azure, gcp)
    for module in modules:
        module.endpoint.cache_clear()
    yield found
    for module in modules:
        module.endpoint.cache_clear()


async def through_azure(sent: dict[str, str], body: bytes) -> tuple[int, bytes]:
    """By what the app's route calls."""
    request = func.HttpRequest(method="POST", url=f"/api/mcp/{TOOL}", headers=sent, body=body)
    answer = await azure.answer(TOOL, request)
    return answer.status_code, answer.get_body()


def azure_runtime(sent: dict[str, str], body: bytes) -> tuple[int, bytes]:
    """The same, waited for."""
    return asyncio.run(through_azure(sent, body))


RUNTIMES: dict[str, Callable[[dict[str, str], bytes], tuple[int, bytes]]] = {
    "aws": through_lambda, "azure": azure_runtime, "gcp": through_gcp,
}  # fmt: skip


@stopped_by(NEEDED)
@pytest.mark.parametrize("cloud", sorted(RUNTIMES))
@pytest.mark.parametrize("grant", ["none", "empty", "a token", "fitting"])
def test_an_administrator_writes_at_a_clouds_own_runtime(
    cloud: str, grant: str, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted(cloud)
    monkeypatch.setattr(room(cloud, TOOL), "call", counted)
    monkeypatch.setattr(room(cloud, "client"), "connect", lambda environment: None)
    arguments = by(ROOT, {**BUCKET, "region": REGION[cloud]})
    exact = create_storage_bucket.Input.model_validate(arguments).model_dump(mode="json")
    leave = Grant(
        tool=TOOL, cloud=cloud, arguments_digest=digest(exact), principal=ROOT, run="r1", step="s", key="k" * 40,
        decision="d" * 64, revision=binding.gate().revision,
    )  # fmt: skip
    token = signer.token(ROOT, cloud)
    brought = {"none": {}, "empty": {"Tollgate-Grant": ""}, "a token": {"Tollgate-Grant": token}}
    sent = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "MCP-Protocol-Version": "2025-11-25",
    }
    sent |= brought.get(grant, {"Tollgate-Grant": signer.grant(leave)})
    status, body = RUNTIMES[cloud](sent, call(TOOL, arguments))
    if grant == "fitting":
        # With leave the very same call is performed: nothing else has refused the others.
        assert (status, counted.effects, json.loads(body)["result"]["isError"]) == (200, 1, False)
        return
    words = "The token is not genuine." if grant == "a token" else "A write needs a Grant."
    assert (status, json.loads(body)["error"]["message"], counted.effects) == (401, words, 0)


# At a function in this process.


@stopped_by(NEEDED)
@pytest.mark.parametrize("tool", WRITES)
async def test_an_administrator_calls_a_writing_function_directly(house: House, tool: str) -> None:
    machine = {"cloud": "aws", "kind": "instance", "id": "i-1", "region": "eu-west-1"}
    route = {"zone": "Z1", "record": "a.example", "from_target": "a", "to_target": "b"}
    known: dict[str, Json] = {
        "attach_volume": {**BUCKET, "size_gib": 10, "instance": machine},
        "create_storage_bucket": BUCKET,
        "failover_route": {"region": "eu-west-1", "tenant": "acme", **route},
        "launch_spot": MACHINE,
        "provision_compute": MACHINE,
        "release_resource": {"resource": machine, "tenant": "acme"},
        "rotate_secret": {"region": "eu-west-1", "secret": "s", "tenant": "acme"},
    }
    # Without arguments a call gets no further than its Input.
    answer = await house.at_function(tool, known.get(tool, {}), ROOT)
    house.insist(answer, "UNAUTHORIZED" if tool in known else "BAD_REQUEST")


@pytest.mark.parametrize(
    ("changed", "shift"),
    [
        case({"tool": "provision_compute"}, 0, by="a Grant is bound to its tool"),
        case({"cloud": "gcp"}, 0, by="a Grant is bound to its cloud"),
        case({"arguments_digest": "0" * 64}, 0, by="a Grant is bound to the arguments"),
        case({"principal": ROOT}, 0, by="a Grant is bound to who asked"),
        case({"principal": EVE}, 0, by="a Grant is bound to who asked"),
        case({"principal": ADA.model_copy(update={"roles": ("admin",)})}, 0, by="a Grant is bound to who asked"),
        case({}, -600, by="a Grant holds for minutes"),
        case({}, 600, by="a Grant holds for minutes"),
    ],
)
async def test_a_grant_for_something_else(house: House, changed: Json, shift: int) -> None:
    token = house.grant(fitting(house, **changed), timedelta(seconds=shift))
    house.insist(await house.at_function(TOOL, BUCKET, grant=token), "UNAUTHORIZED")


@stopped_by("a Grant is bound to the policies it was judged by")
async def test_a_grant_of_policies_that_were_laxer(house: House) -> None:
    token = house.grant(fitting(house, revision="0" * 64))
    house.insist(await house.at_function(TOOL, BUCKET, grant=token), "GATE_UNAVAILABLE")


@stopped_by("a Grant is bound to the arguments")
@pytest.mark.parametrize(
    "change",
    [
        {"region": "eu-west-2"},
        {"public": True},
        {"encrypted": False},
        {"versioned": False},
        {"name": "abc"},
        {"data": {"personal": True}},
    ],
)
async def test_arguments_that_are_changed_under_a_grant(house: House, change: Json) -> None:
    token = house.grant(fitting(house))
    house.insist(await house.at_function(TOOL, {**BUCKET, **change}, grant=token), "UNAUTHORIZED")


@stopped_by("a Grant is bound to who asked")
@pytest.mark.parametrize(
    "thief", [EVE, ROOT, ADA.model_copy(update={"roles": ("admin",)}), ADA.model_copy(update={"tenant": "umbrella"})]
)
async def test_a_stolen_grant(house: House, thief: Principal) -> None:
    token = house.grant(fitting(house))
    house.insist(await house.at_function(TOOL, BUCKET, thief, grant=token), "UNAUTHORIZED")


@stopped_by("a Grant's key names one effect")
async def test_a_grant_that_is_replayed(house: House) -> None:
    token = house.grant(fitting(house))
    for _ in range(3):
        assert (await house.at_function(TOOL, BUCKET, grant=token)).code == ""
    house.insist_effects(1)


@stopped_by("what a revoked key signed counts for nothing")
async def test_a_grant_of_a_revoked_key(house: House) -> None:
    token = house.grant(fitting(house))
    await house.emergency.revoke("key", house.signer.ring().keys[0].kid, "an incident")
    house.restart()
    house.insist(await house.at_function(TOOL, BUCKET, grant=token), "UNAUTHORIZED")


@stopped_by("a Grant comes in its header, once")
async def test_a_grant_in_another_place(house: House) -> None:
    token = house.grant(fitting(house))
    places: list[dict[str, Any]] = [
        {"meta": {"tollgate-grant": token}},
        {"headers": {"tollgate-grant": f"{token}, {token}"}},
        {"params": {"grant": token}},
    ]
    for how in places:
        house.insist(await house.at_function(TOOL, BUCKET, **how), "UNAUTHORIZED")


@stopped_by("a function judges for itself, with a Grant as well")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({**BUCKET, "region": "us-gov-west-1"}, "REGION_UNKNOWN"), ({**BUCKET, "public": True}, "PUBLIC_ACCESS"),
        (by(EVE, BUCKET), "TENANT_ISOLATION"), (by(ADA, BUCKET, environment="production"), "ROLE_FORBIDDEN"),
    ],
)  # fmt: skip
async def test_a_grant_for_what_the_policy_forbids(house: House, arguments: Json, code: str) -> None:
    token = house.grant(fitting(house, arguments=arguments))
    house.insist(await house.at_function(TOOL, arguments, grant=token), code)
