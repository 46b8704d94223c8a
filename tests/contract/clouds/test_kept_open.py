"""A connection that a cloud closed, for want of use, in the moment in which it was used again says nothing about the
cloud: a read is sent again by each SDK, and no write is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from functions.registry import contract, room
from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.errors import translated
from mcp_handlers.azure.client import connect as to_azure
from mcp_handlers.azure.errors import translated as translated_by_azure
from mcp_handlers.gcp.client import connect as to_gcp
from mcp_handlers.kernel.kept_open import CLOSED
from tests.contract.clouds.aws_cloud import LocalAws
from tests.contract.clouds.test_deadlines import MACHINES, PLACES, TAGS
from tests.fakes.relay import Relay
from workflow.model.base import Json
from workflow.model.errors import CloudDown, OutcomeUnknown, RegionDown

KEY = "k" * 40
Write = Callable[[Any], None]


def aws_write(clients: Clients) -> None:
    with translated(clients, PLACES["aws"], writes=True):
        clients.s3(PLACES["aws"]).create_bucket(
            Bucket="tg-second", CreateBucketConfiguration={"LocationConstraint": PLACES["aws"]}
        )


def azure_write(clients: Any) -> None:
    with translated_by_azure(clients, PLACES["azure"], writes=True):
        clients.arm.put(clients.id("Microsoft.Network/virtualNetworks", "second"), {"location": PLACES["azure"]})


def gcp_write(clients: Any) -> None:
    clients.compute("POST", "global/firewalls", {"name": "second"}, region=PLACES["gcp"])


WAYS: dict[str, tuple[str, Callable[[dict[str, str]], Any], Write]] = {
    "aws": ("AWS_ENDPOINT_URL", Clients, aws_write),
    "azure": ("TOLLGATE_AZURE_ENDPOINT", to_azure, azure_write),
    "gcp": ("TOLLGATE_GCP_ENDPOINT", to_gcp, gcp_write),
}
"""By cloud: the variable that says where it is, the handlers' clients, and one request that writes."""


class Way:
    """A cloud behind a relay."""

    def __init__(self, cloud: str, relay: Relay, clients: Any) -> None:
        self.cloud, self.relay, self.clients = cloud, relay, clients

    def perform(self, tool: str, arguments: Json, key: str = KEY) -> Any:
        """The tool's handler, without the kernel's own repeats around it."""
        wanted = contract(tool).input.model_validate(arguments)
        return room(self.cloud, tool).call(wanted, self.clients, key)

    def bucket(self) -> Json:
        """A bucket made before."""
        made = self.perform("create_storage_bucket", {"region": PLACES[self.cloud], "tags": TAGS})
        return dict(made.resources[0].model_dump(mode="json"))


@pytest.fixture(params=sorted(WAYS))
def way(request: pytest.FixtureRequest) -> Iterator[Way]:
    local: Any = request.getfixturevalue(request.param)
    variable, connect, _ = WAYS[request.param]
    at = urlsplit(local.url)
    with Relay(at.port or 0) as relay:
        url = f"{at.scheme}://127.0.0.1:{relay.port}"
        yield Way(request.param, relay, connect({**local.environment, variable: url}))


def said(answer: Any) -> Json:
    """The answer but for when it was given."""
    told: Json = answer.model_dump(mode="json")
    told.get("health", {}).pop("checked_at", None)
    return told


def test_a_read_is_sent_again_on_another_connection(way: Way) -> None:
    health = {"resource": way.bucket(), "tenant": "acme"}
    quotas = {"region": PLACES[way.cloud], "machine": MACHINES[way.cloud]}
    asked = [("get_health", health), ("get_quotas", quotas)]
    before = [way.perform(*one) for one in asked]
    for one, answer in zip(asked, before, strict=True):
        way.relay.tire()
        ended = way.relay.ended
        again = way.perform(*one)
        assert (said(again), way.relay.ended > ended) == (said(answer), True)


def test_what_a_write_reads_first_blames_no_region(way: Way) -> None:
    bucket = way.bucket()
    way.relay.tire()
    released = way.perform("release_resource", {"resource": bucket, "tenant": "acme"}, "r" * 40)
    assert (released.released, way.relay.ended > 0) == (True, True)


def test_a_write_is_not_sent_again_and_its_outcome_is_unknown(way: Way) -> None:
    way.bucket()
    write = WAYS[way.cloud][2]
    _warm(way)
    way.relay.tire()
    with pytest.raises(OutcomeUnknown):
        write(way.clients)
    assert way.relay.ended == 1


def test_a_role_is_assumed_on_another_connection(aws: LocalAws) -> None:
    at = urlsplit(aws.url)
    with Relay(at.port or 0) as relay:
        sts = Clients({**aws.environment, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{relay.port}"}).sts()
        sts.get_caller_identity()
        relay.tire()
        assumed = sts.assume_role(RoleArn="arn:aws:iam::000000000000:role/tool", RoleSessionName="run-1")
    assert (bool(assumed["Credentials"]["SessionToken"]), relay.ended) == (True, 1)


def test_a_cloud_that_ends_every_connection_is_down(way: Way) -> None:
    """Whoever asks is told so after a bounded number of them, those of the question what else answers included."""
    quotas = {"region": PLACES[way.cloud], "machine": MACHINES[way.cloud]}
    way.perform("get_quotas", quotas)
    way.relay.always = True
    with pytest.raises((CloudDown, RegionDown)):
        way.perform("get_quotas", quotas)
    assert 1 < way.relay.ended <= 2 * (CLOSED + 1)


def _warm(way: Way) -> None:
    """Have the connection on which the write will go stand, and no other request of it before the write."""
    match way.cloud:
        case "aws":
            way.clients.s3(PLACES["aws"]).list_buckets()
        case "azure":
            way.clients.arm.find(way.clients.id("Microsoft.Network/virtualNetworks", "second"))
        case _:
            way.clients.compute("GET", "zones", region=PLACES["gcp"])
