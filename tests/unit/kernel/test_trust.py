"""The document of keys and revocations: read again, believed only while it is young enough."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.identity import SignedIdentity
from mcp_handlers.kernel.trust import Published
from mcp_handlers.tools import create_storage_bucket, get_health
from mcp_handlers.tools.contract import Tool
from tests.fakes.clock import FixedClock
from tests.fakes.world import ADA, BUCKET, RESOURCE, World, call
from workflow.control.sign import Signer
from workflow.model.base import Json
from workflow.model.errors import TrustUnknown, Unauthorized

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
OLD, NEW = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))


@dataclass
class Place:
    """Where the control plane's document is read, on a clock that can be moved."""

    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    keys: list[Ed25519PrivateKey] = field(default_factory=lambda: [OLD])
    revoked: dict[str, list[str]] = field(default_factory=dict)
    down: bool = False
    reads: int = 0
    stands: datetime | None = None
    changed: Json = field(default_factory=dict)

    def read(self) -> bytes:
        """The document as it is now, or as it was when it still was dated."""
        self.reads += 1
        if self.down:
            raise ConnectionRefusedError("nobody listens")
        keys = [key for one in self.keys for key in self.signer(one).jwks()["keys"]]
        at = int((self.stands or self.clock.now()).timestamp())
        return json.dumps({"keys": keys, "revoked": self.revoked, "at": at} | self.changed).encode()

    def signer(self, key: Ed25519PrivateKey) -> Signer:
        """What signs with this key."""
        return Signer(key, self.clock)

    def trust(self, **how: bool) -> Published:
        """A function's view of it."""
        return Published(self.read, self.clock, **how)

    async def asks(self, trust: Published, key: Ed25519PrivateKey = OLD, *, writes: bool = False) -> str:
        """Whom a fresh token of this key names."""
        headers = {"authorization": f"Bearer {self.signer(key).token(ADA, 'aws')}"}
        return (await SignedIdentity(trust, "aws", self.clock).authenticate(headers, writes=writes)).id


async def test_the_document_is_read_once_in_twenty_seconds_however_many_calls_come() -> None:
    place = Place()
    trust = place.trust()
    for seconds in (0, 10, 9.9):
        place.clock.forward(seconds=seconds)
        await place.asks(trust)
    assert place.reads == 1
    place.clock.forward(seconds=0.2)
    await place.asks(trust)
    assert place.reads == 2


@pytest.mark.parametrize("remote", [False, True])
async def test_a_new_key_is_known_at_once(remote: bool) -> None:
    place = Place()
    trust = place.trust(remote=remote)
    await place.asks(trust)
    place.keys.append(NEW)
    place.clock.forward(seconds=5)
    assert await place.asks(trust, NEW) == ADA.id
    assert place.reads == 2


async def test_unknown_keys_make_it_read_no_more_often_than_every_five_seconds() -> None:
    place = Place()
    trust = place.trust()
    for _ in range(50):
        with pytest.raises(Unauthorized, match="not genuine"):
            await place.asks(trust, NEW)
        place.clock.forward(seconds=0.2)
    assert place.reads == 2


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("kids", Signer(OLD, FixedClock(NOW)).kid, "key that signed this was revoked"),
        ("tenants", ADA.tenant, "tenant was revoked"),
        ("principals", ADA.id, "principal was revoked"),
    ],
)
async def test_what_is_revoked_stops_within_twenty_seconds(kind: str, name: str, words: str) -> None:
    place = Place()
    trust = place.trust()
    assert await place.asks(trust) == ADA.id
    place.revoked = {kind: [name]}
    place.clock.forward(seconds=20)
    with pytest.raises(Unauthorized, match=words):
        await place.asks(trust)


async def test_what_somebody_else_is_revoked_for_stops_nobody() -> None:
    place = Place(revoked={"kids": [ADA.tenant], "tenants": [ADA.id], "principals": [ADA.tenant, "adam@example.com"]})
    assert await place.asks(place.trust()) == ADA.id


async def test_writes_stop_when_the_list_is_a_minute_old_and_reads_when_it_is_a_quarter_of_an_hour_old() -> None:
    place = Place()
    trust = place.trust()
    await place.asks(trust)
    place.down = True
    place.clock.forward(seconds=60)
    assert await place.asks(trust, writes=True) == ADA.id
    place.clock.forward(seconds=1)
    with pytest.raises(TrustUnknown, match=r"61 s old and cannot be read anew \(ConnectionRefusedError\): no write"):
        await place.asks(trust, writes=True)
    place.clock.forward(seconds=839)
    assert await place.asks(trust) == ADA.id
    place.clock.forward(seconds=1)
    with pytest.raises(TrustUnknown, match="no call is performed"):
        await place.asks(trust)


async def test_it_goes_on_when_the_list_can_be_read_again() -> None:
    place = Place()
    trust = place.trust()
    await place.asks(trust)
    place.down = True
    place.clock.forward(minutes=5)
    with pytest.raises(TrustUnknown):
        await place.asks(trust, writes=True)
    place.down = False
    place.clock.forward(seconds=5)
    assert await place.asks(trust, writes=True) == ADA.id


async def test_a_list_that_is_read_but_no_longer_kept_up_to_date_is_old() -> None:
    place = Place(stands=NOW)
    trust = place.trust()
    place.clock.forward(seconds=61)
    with pytest.raises(TrustUnknown, match="61 s old"):
        await place.asks(trust, writes=True)


async def test_a_list_from_a_future_beyond_the_skew_is_not_believed() -> None:
    place = Place(stands=NOW.replace(second=31))
    with pytest.raises(TrustUnknown):
        await place.asks(place.trust())
    place.stands = NOW.replace(second=30)
    assert await place.asks(place.trust()) == ADA.id


async def test_a_clock_that_was_put_back_makes_it_read_again() -> None:
    place = Place()
    trust = place.trust()
    await place.asks(trust)
    place.clock.forward(hours=-1)
    assert await place.asks(trust) == ADA.id
    assert place.reads == 2


@pytest.mark.parametrize("remote", [False, True])
async def test_nobody_is_recognised_where_the_document_was_never_read(remote: bool) -> None:
    place = Place(down=True)
    with pytest.raises(TrustUnknown, match=r"cannot be read \(ConnectionRefusedError\): nobody can be recognised"):
        await place.asks(place.trust(remote=remote))


@pytest.mark.parametrize(
    "changed",
    [
        {"keys": None},
        {"keys": [1]},
        {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": "short"}]},
        {"revoked": []},
        {"revoked": None},
        {"revoked": {"tenants": "acme"}},
        {"revoked": {"tenants": [1]}},
        {"revoked": {"everyone": []}},
        {"at": "now"},
        {"at": None},
    ],
)
async def test_a_document_that_is_none_changes_nothing_of_what_is_believed(changed: Json) -> None:
    place = Place(revoked={"tenants": [ADA.tenant]})
    trust = place.trust()
    with pytest.raises(Unauthorized, match="tenant was revoked"):
        await place.asks(trust)
    place.changed = changed
    place.clock.forward(seconds=20)
    with pytest.raises(Unauthorized, match="tenant was revoked"):
        await place.asks(trust)
    with pytest.raises(TrustUnknown):
        await place.asks(place.trust())


async def test_a_document_without_a_date_is_believed_in_local_mode_only() -> None:
    place = Place()
    undated = json.loads(place.read())
    del undated["at"]
    read: Callable[[], bytes] = lambda: json.dumps(undated).encode()  # noqa: E731
    assert await place.asks(Published(read, place.clock, local=True), writes=True) == ADA.id
    with pytest.raises(TrustUnknown):
        await place.asks(Published(read, place.clock))


async def test_calls_at_once_read_a_distant_document_once() -> None:
    place = Place()
    trust = place.trust(remote=True)
    assert set(await asyncio.gather(*(place.asks(trust) for _ in range(20)))) == {ADA.id}
    assert place.reads == 1


def functions(world: World, trust: Any) -> tuple[Endpoint, Endpoint]:
    """A write's and a read's function, which believe this."""

    def function(tool: Tool) -> Endpoint:
        made = world.function(tool)
        return Endpoint(type(made)(**{**vars(made), "trust": trust}))

    return function(create_storage_bucket.TOOL), function(get_health.TOOL)


async def test_a_function_that_cannot_read_the_list_refuses_the_write_retryably_and_still_reads() -> None:
    world = World()
    place = Place(world.clock)
    write, read = functions(world, place.trust())
    looked = call("get_health", {"resource": RESOURCE, "tenant": "acme"})
    assert (await read.rpc(world.headers("get_health"), looked)).status == 200
    place.down = True
    place.clock.forward(seconds=70)
    headers = world.headers("create_storage_bucket", grant=world.grant())
    answer = await write.rpc(headers, call("create_storage_bucket", BUCKET))
    error = json.loads(answer.body)["error"]
    assert (answer.status, answer.headers["retry-after"], error["data"]["code"]) == (503, "1", "TRUST_UNKNOWN")
    assert error["data"]["retryable"] is True
    assert (await read.rpc(world.headers("get_health"), looked)).status == 200
    assert len(world.handler.calls) == 2


async def test_a_function_refuses_a_revoked_tenants_write_though_its_grant_is_genuine() -> None:
    world = World()
    place = Place(world.clock)
    write, _ = functions(world, place.trust())
    headers = world.headers("create_storage_bucket", grant=world.grant())
    place.revoked = {"tenants": ["acme"]}
    answer = await write.rpc(headers, call("create_storage_bucket", BUCKET))
    assert answer.status == 401
    assert "tenant was revoked" in json.loads(answer.body)["error"]["message"]
    assert world.handler.calls == []
