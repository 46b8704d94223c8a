"""Who a company's identity provider vouches for may call; nobody else."""

import base64
import hmac
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.serve.callers import fetcher
from tests.fakes.clock import FixedClock
from tests.fakes.listening import listening
from tests.fakes.provider import OTHER, PRIVATE, Provider, published
from workflow.control.identity.issuer import Issuer
from workflow.control.identity.issuer_keys import EARLY_SECONDS, FRESH_SECONDS, STALE_SECONDS, IssuerKeys
from workflow.control.identity.oidc import OidcIdentity
from workflow.model.errors import InsufficientScope, TollgateError, TrustUnknown, Unauthorized
from workflow.model.principal import Principal

ADA = Principal(id="ada@example.com", tenant="acme", roles=("developer",), channel="mcp")


@dataclass
class Door:
    """A provider that listens, and the identity that believes it."""

    provider: Provider
    identity: OidcIdentity
    clock: FixedClock

    async def enter(self, token: str, *, writes: bool = True) -> Principal:
        """Who the token is."""
        return await self.identity.authenticate({"authorization": f"Bearer {token}"}, writes=writes)

    async def refusal(self, token: str, *, writes: bool = True) -> str:
        """Why the token is not taken."""
        with pytest.raises(TollgateError) as refused:
            await self.enter(token, writes=writes)
        return f"{refused.value.code}: {refused.value.message}"


def encoded(raw: bytes) -> str:
    """As a part of a token."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def believed(provider: Provider, clock: FixedClock, **changed: object) -> OidcIdentity:
    """The identity over a provider."""
    told = {
        "issuer": provider.issuer, "audiences": ["https://tollgate.example/mcp"], "tenant": "acme",
        "algorithms": ["RS256", "ES256"], "roles": {"cloud-developers": "developer", "cloud-admins": "admin"},
    }  # fmt: skip
    issuer = Issuer.model_validate({**told, **changed})
    return OidcIdentity(issuer, IssuerKeys(issuer, fetcher(), clock))


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    provider = Provider("")
    async with listening(lambda port: provider.app()) as address:
        provider.issuer = address
        clock = FixedClock(datetime.now(UTC))
        yield Door(provider, believed(provider, clock), clock)


async def test_a_token_of_the_provider_names_its_holder_tenant_and_roles(door: Door) -> None:
    assert await door.enter(door.provider.token()) == ADA


async def test_groups_that_are_not_listed_give_no_role(door: Door) -> None:
    stranger = await door.enter(door.provider.token(groups=["admin", "operator"]))
    assert stranger == ADA.model_copy(update={"roles": ()})


async def test_an_elliptic_key_is_taken_too(door: Door) -> None:
    door.provider.keys.append(published("curve", "ES256"))
    assert await door.enter(door.provider.token(kid="curve", algorithm="ES256")) == ADA


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"aud": "https://another.example"}, "The token is meant for another audience."),
        ({"aud": None}, "The token does not say who issued it, to whom, for what and until when."),
        ({"exp": 1}, "The token has expired."),
        ({"exp": None}, "The token does not say who issued it, to whom, for what and until when."),
        ({"nbf": int(time.time()) + 3600}, "The token is not in force yet."),
        ({"iss": "https://evil.example"}, "The token is not genuine."),
        ({"sub": None}, "The token does not say who issued it, to whom, for what and until when."),
        ({"email_verified": False}, "The token's e-mail address is not verified."),
        ({"email_verified": "true"}, "The token's e-mail address is not verified."),
        ({"email": "Ada Lovelace"}, "The token's `email` is not a name that Tollgate takes."),
        ({"email": None}, "The token's `email` is not a name that Tollgate takes."),
        ({"email": ["ada@example.com"]}, "The token's `email` is not a name that Tollgate takes."),
    ],
)
async def test_a_token_with_one_wrong_claim_is_refused_with_the_reason(
    door: Door, change: dict[str, object], why: str
) -> None:
    assert await door.refusal(door.provider.token(**change)) == f"UNAUTHORIZED: {why}"


async def test_a_token_for_reading_only_cannot_write(door: Door) -> None:
    token = door.provider.token(scope="tollgate:read")
    assert await door.enter(token, writes=False) == ADA
    with pytest.raises(InsufficientScope) as refused:
        await door.enter(token)
    assert refused.value.needed == "tollgate:write"


async def test_scopes_are_read_as_microsoft_and_okta_write_them(door: Door) -> None:
    token = door.provider.token(scope=None, scp=["tollgate:read", "tollgate:write"])
    assert await door.enter(token) == ADA


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "kid": "first", "typ": "at+jwt"},
        {"alg": "HS256", "kid": "first", "typ": "at+jwt"},
        {"alg": "PS256", "kid": "first", "typ": "at+jwt"},
        {"alg": "RS256", "typ": "at+jwt"},
        {"alg": "RS256", "kid": "first", "typ": "grant+jwt"},
        {"alg": "RS256", "kid": ["first"], "typ": "at+jwt"},
        {"alg": "RS256", "kid": "first", "typ": "at+jwt", "crit": ["exp"], "exp": 1},
    ],
)
async def test_another_kind_of_header_is_refused(door: Door, header: dict[str, object]) -> None:
    _, body, signature = door.provider.token().split(".")
    head = encoded(json.dumps(header).encode())
    assert (await door.refusal(f"{head}.{body}.{signature}")).startswith("UNAUTHORIZED: ")


async def test_a_public_key_does_not_pass_for_a_shared_secret(door: Door) -> None:
    head, body, _ = door.provider.token().split(".")
    head = encoded(json.dumps({"alg": "HS256", "kid": "first", "typ": "at+jwt"}).encode())
    public = PRIVATE["RS256"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    forged = encoded(hmac.digest(public, f"{head}.{body}".encode(), "sha256"))
    assert (await door.refusal(f"{head}.{body}.{forged}")).startswith("UNAUTHORIZED: ")


async def test_another_key_under_a_known_name_is_not_believed(door: Door) -> None:
    assert await door.refusal(door.provider.token(key=OTHER)) == "UNAUTHORIZED: The token is not genuine."


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_no_changed_bit_of_a_token_is_believed(door: Door, data: st.DataObject) -> None:
    raw = bytearray(door.provider.token().encode())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= 1 << data.draw(st.integers(0, 6))
    changed = raw.decode("ascii", "replace")
    with pytest.raises(Unauthorized):
        await door.enter(changed)


async def test_a_new_key_works_as_soon_as_it_is_published_and_a_withdrawn_one_stops(door: Door) -> None:
    await door.enter(door.provider.token())
    door.provider.keys = [published("second", key=OTHER)]
    door.clock.forward(seconds=EARLY_SECONDS)
    assert await door.enter(door.provider.token(kid="second", key=OTHER)) == ADA
    why = "UNAUTHORIZED: The token was signed with a key that its issuer does not publish."
    assert await door.refusal(door.provider.token()) == why


async def test_keys_are_kept_and_made_up_names_do_not_have_them_read_again(door: Door) -> None:
    for _ in range(5):
        await door.enter(door.provider.token())
    for number in range(20):
        await door.refusal(door.provider.token(kid=f"made-up-{number}", key=OTHER))
    assert door.provider.read == 1


async def test_who_was_known_goes_on_while_the_provider_is_out_but_not_for_ever(door: Door) -> None:
    await door.enter(door.provider.token())
    door.provider.down = True
    door.clock.forward(seconds=FRESH_SECONDS)
    assert await door.enter(door.provider.token()) == ADA
    door.clock.forward(seconds=STALE_SECONDS)
    with pytest.raises(TrustUnknown):
        await door.enter(door.provider.token())


async def test_a_provider_that_was_never_reached_vouches_for_nobody_and_the_log_says_why(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    door.provider.down = True
    with pytest.raises(TrustUnknown):
        await door.enter(door.provider.token())
    said = [record.getMessage() for record in caplog.records if record.name.endswith("issuer_keys")]
    assert said == [f"the keys of {door.provider.issuer} could not be read (OSError)"]


async def test_a_description_of_another_issuer_is_not_followed(door: Door) -> None:
    token = door.provider.token()
    mine = believed(door.provider, door.clock)
    door.provider.issuer = "http://127.0.0.1:1"
    with pytest.raises(TrustUnknown):
        await mine.authenticate({"authorization": f"Bearer {token}"}, writes=False)
