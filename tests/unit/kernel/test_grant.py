"""A Grant is for one call: change anything of it, of its token or of the call, and it is refused."""

import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import assume, given
from hypothesis import strategies as st

from mcp_handlers.kernel.grant import GRANT, HEADER, LIFETIME_SECONDS, Grant, check
from mcp_handlers.kernel.identity import IDENTITY, audience
from mcp_handlers.kernel.jws import LOCAL_ISSUER, MAX_TOKEN, SKEW_SECONDS, Keys, b64, kid_of, unb64
from mcp_handlers.tools import create_storage_bucket, provision_compute
from tests.fakes.world import ADA, BUCKET, NOW, TAGS, World, call
from workflow.control.sign import Signer
from workflow.model.base import Json, canonical, digest
from workflow.model.errors import GateUnavailable, Unauthorized
from workflow.model.principal import Principal

WORLD = World()
GRANTED = WORLD.grant()
TOKEN = WORLD.signer.grant(GRANTED)
EXACT = create_storage_bucket.Input.model_validate(BUCKET).model_dump(mode="json")
MACHINE = provision_compute.Input.model_validate(
    {"region": "eu-west-1", "machine": "m6i.large", "hours": 10, "tags": TAGS}
).model_dump(mode="json")
ROOT = Principal(id="root", tenant="acme", roles=("admin",), channel="mcp")

scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=8)


def checked(token: str = TOKEN, keys: Keys | None = None, **changed: Any) -> Grant:
    """The Grant, for the call that it was given for but for what is `changed`."""
    fitting: Json = {
        "tool": GRANTED.tool,
        "cloud": GRANTED.cloud,
        "arguments_digest": digest(EXACT),
        "principal": ADA,
        "revision": GRANTED.revision,
        "version": 1,
        "now": NOW,
    }
    return check({HEADER: token}, keys or WORLD.keys, **(fitting | changed))


def signed(header: Json, claims: Json, key: Ed25519PrivateKey = WORLD.signer.key) -> str:
    """Any token at all, genuinely signed."""
    text = f"{b64(canonical(header))}.{b64(canonical(claims))}"
    return f"{text}.{b64(key.sign(text.encode()))}"


def parts(token: str) -> tuple[Json, Json]:
    """A token's header and claims."""
    head, body, _ = token.split(".")
    return json.loads(unb64(head)), json.loads(unb64(body))


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything in a JSON value, itself left out."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for name, one in inner for found in ((*path, name), *leaves(one, (*path, name)))]


def changed_at(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The value with what is at the path replaced."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed_at(copy[path[0]], path[1:], new)
    return copy


def at(value: Any, path: tuple[Any, ...]) -> Any:
    """What is at the path."""
    for name in path:
        value = value[name]
    return value


def test_the_grant_is_good_for_its_own_call() -> None:
    assert checked() == GRANTED


@given(st.data())
def test_any_claim_changed_under_the_same_signature_is_refused(data: st.DataObject) -> None:
    head, body, signature = TOKEN.split(".")
    claims = json.loads(unb64(body))
    path = data.draw(st.sampled_from(leaves(claims)))
    new = data.draw(scalars)
    assume(canonical(new) != canonical(at(claims, path)))
    forged = f"{head}.{b64(canonical(changed_at(claims, path, new)))}.{signature}"
    with pytest.raises(Unauthorized, match="not genuine"):
        checked(forged)


@given(st.integers(0, len(TOKEN) - 1), st.integers(0, 7))
def test_any_bit_changed_is_refused(place: int, bit: int) -> None:
    with pytest.raises(Unauthorized):
        checked(TOKEN[:place] + chr(ord(TOKEN[place]) ^ (1 << bit)) + TOKEN[place + 1 :])


@given(st.text(max_size=30), st.integers(0, len(TOKEN)))
def test_anything_put_in_or_cut_off_is_refused(text: str, place: int) -> None:
    assume(text)
    for forged in (TOKEN[:place] + text + TOKEN[place:], TOKEN[:place] if place < len(TOKEN) else TOKEN + "="):
        with pytest.raises(Unauthorized):
            checked(forged)


@given(st.data())
def test_any_argument_changed_is_refused(data: st.DataObject) -> None:
    exact = data.draw(st.sampled_from([EXACT, MACHINE]))
    token = WORLD.signer.grant(WORLD.grant(arguments_digest=digest(exact)))
    path = data.draw(st.sampled_from(leaves(exact)))
    new = data.draw(scalars | st.lists(scalars, max_size=2))
    assume(canonical(new) != canonical(at(exact, path)))
    with pytest.raises(Unauthorized, match="another arguments"):
        checked(token, arguments_digest=digest(changed_at(exact, path, new)))


@given(st.sampled_from(["id", "tenant", "roles", "channel"]), st.from_regex(r"[a-z]{1,9}", fullmatch=True))
def test_any_part_of_the_principal_changed_is_refused(part: str, name: str) -> None:
    new: Any = (name,) if part == "roles" else "chat" if part == "channel" else name
    other = ADA.model_copy(update={part: new})
    assume(other != ADA)
    with pytest.raises(Unauthorized, match="another principal"):
        checked(principal=other)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"tool": "release_resource"}, "another tool"),
        ({"cloud": "gcp"}, "another audience"),
        ({"version": 2}, "another version"),
    ],
)
def test_another_tool_or_cloud_is_refused(changed: Json, words: str) -> None:
    with pytest.raises(Unauthorized, match=words):
        checked(**changed)


def test_under_other_policies_nobody_has_judged_this_call_yet() -> None:
    with pytest.raises(GateUnavailable, match="another policy revision") as refused:
        checked(revision="told-2")
    assert refused.value.retryable
    with pytest.raises(Unauthorized, match="another tool"):
        checked(revision="told-2", tool="release_resource")


@pytest.mark.parametrize("name", sorted(Grant.model_fields.keys() - {"version"}))
def test_a_genuine_grant_that_leaves_something_out_is_refused(name: str) -> None:
    header, claims = parts(TOKEN)
    del claims["grant"][name]
    with pytest.raises(Unauthorized, match="incomplete"):
        checked(signed(header, claims))


def test_a_genuine_grant_with_more_than_a_grant_has_is_refused() -> None:
    header, claims = parts(TOKEN)
    claims["grant"]["anything"] = "*"
    with pytest.raises(Unauthorized, match="incomplete"):
        checked(signed(header, claims))


@pytest.mark.parametrize("claim", ["aud", "nbf", "exp", "iss", "grant"])
@pytest.mark.parametrize("value", [None, "", "0", [], {}, [audience("aws")], True, 1e400, -1])
def test_a_genuine_token_with_an_odd_claim_is_refused(claim: str, value: Any) -> None:
    header, claims = parts(TOKEN)
    claims[claim] = value
    text = f"{b64(canonical(header))}.{b64(json.dumps(claims).encode())}"
    with pytest.raises(Unauthorized):
        checked(f"{text}.{b64(WORLD.signer.key.sign(text.encode()))}")


@pytest.mark.parametrize(
    "changed",
    [
        {"alg": "none"},
        {"alg": "None"},
        {"alg": "HS256"},
        {"alg": "ES256"},
        {"alg": "Ed25519"},
        {"alg": ["EdDSA"]},
        {"alg": None},
        {"typ": IDENTITY},
        {"typ": "JWT"},
        {"typ": GRANT.upper()},
        {"typ": None},
        {"kid": "unknown"},
        {"kid": None},
        {"kid": ["k"]},
        {"kid": {}},
        {"crit": ["exp"]},
        {"jku": "https://example.com/jwks.json"},
        {"jwk": {}},
        {"b64": False},
    ],
)
def test_another_header_is_refused_though_the_signature_is_right(changed: Json) -> None:
    header, claims = parts(TOKEN)
    with pytest.raises(Unauthorized, match="not genuine"):
        checked(signed(header | changed, claims))


@pytest.mark.parametrize("name", ["alg", "typ", "kid"])
def test_a_header_that_leaves_something_out_is_refused(name: str) -> None:
    header, claims = parts(TOKEN)
    del header[name]
    with pytest.raises(Unauthorized, match="not genuine"):
        checked(signed(header, claims))


def test_a_key_signs_for_its_own_kid_only() -> None:
    other = Signer(Ed25519PrivateKey.from_private_bytes(b"\2" * 32), WORLD.clock)
    keys = Keys({"keys": [*WORLD.signer.jwks()["keys"], *other.jwks()["keys"]]})
    header, claims = parts(TOKEN)
    assert checked(signed(header | {"kid": other.kid}, claims, other.key), keys) == GRANTED
    with pytest.raises(Unauthorized, match="not genuine"):
        checked(signed(header, claims, other.key), keys)


def test_a_token_without_a_signature_is_refused() -> None:
    header, claims = parts(TOKEN)
    for alg in ("none", "EdDSA"):
        body = f"{b64(canonical(header | {'alg': alg}))}.{b64(canonical(claims))}"
        for unsigned in (body, f"{body}.", f"{body}.{b64(b'')}", f"{body}.{b64(bytes(64))}"):
            with pytest.raises(Unauthorized, match="not genuine"):
                checked(unsigned)


def test_a_public_key_used_as_a_shared_secret_signs_nothing() -> None:
    header, claims = parts(TOKEN)
    body = f"{b64(canonical(header | {'alg': 'HS256'}))}.{b64(canonical(claims))}"
    secret = unb64(WORLD.signer.jwks()["keys"][0]["x"])
    with pytest.raises(Unauthorized, match="not genuine"):
        checked(f"{body}.{b64(hmac.digest(secret, body.encode(), 'sha256'))}")


def test_a_header_or_claims_nested_beyond_measure_are_refused() -> None:
    deep = b64(b"[" * 2900)
    body = TOKEN.split(".")[1]
    for forged in (f"{deep}.{body}.x", f"{TOKEN.split('.')[0]}.{deep}.x"):
        assert len(forged) < MAX_TOKEN
        with pytest.raises(Unauthorized, match="not genuine"):
            checked(forged)
        assert kid_of(forged) in ("", WORLD.signer.kid)


def test_an_access_token_is_no_grant_and_a_grant_is_no_access_token() -> None:
    with pytest.raises(Unauthorized, match="not genuine"):
        checked(WORLD.signer.token(ADA, "aws"))
    with pytest.raises(Unauthorized, match="not genuine"):
        WORLD.keys.verify(TOKEN, typ=IDENTITY, audience=audience("aws"), now=NOW)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-SKEW_SECONDS - 1, "not in force yet"),
        (-SKEW_SECONDS, ""),
        (LIFETIME_SECONDS + SKEW_SECONDS - 1, ""),
        (LIFETIME_SECONDS + SKEW_SECONDS, "expired"),
    ],
)
def test_two_clocks_may_differ_by_so_much_and_no_more(seconds: int, words: str) -> None:
    now = NOW + timedelta(seconds=seconds)
    if not words:
        assert checked(now=now) == GRANTED
        return
    with pytest.raises(Unauthorized, match=words):
        checked(now=now)


@pytest.mark.parametrize("longer", [1, 3600])
def test_a_genuine_grant_that_holds_for_longer_than_a_grant_may_is_refused(longer: int) -> None:
    header, claims = parts(TOKEN)
    with pytest.raises(Unauthorized, match="longer than a Grant may"):
        checked(signed(header, claims | {"exp": claims["exp"] + longer}))


def test_what_a_laptop_signed_is_refused_outside_local_mode() -> None:
    local = Signer(WORLD.signer.key, WORLD.clock, LOCAL_ISSUER)
    assert checked(local.grant(GRANTED), Keys(local.jwks(), local=True)) == GRANTED
    with pytest.raises(Unauthorized, match="issuer is not believed here"):
        checked(local.grant(GRANTED))
    with pytest.raises(Unauthorized, match="issuer is not believed here"):
        WORLD.keys.verify(local.token(ADA, "aws"), typ=IDENTITY, audience=audience("aws"), now=NOW)


async def test_an_administrator_writes_nothing_without_a_grant() -> None:
    world = World()
    headers = world.headers("create_storage_bucket")
    headers["authorization"] = f"Bearer {world.signer.token(ROOT, 'aws')}"
    for grant in ({}, {"tollgate-grant": ""}, {"tollgate-grant": world.signer.token(ROOT, "aws")}):
        answer = await world.bucket.rpc(headers | grant, call("create_storage_bucket", BUCKET))
        assert answer.status == 401
    answer = await world.bucket.rpc(
        headers | {"tollgate-grant": world.signer.grant(world.grant())}, call("create_storage_bucket", BUCKET)
    )
    assert "another principal" in json.loads(answer.body)["error"]["message"]
    assert world.handler.calls == []
