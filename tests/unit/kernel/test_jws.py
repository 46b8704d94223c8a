"""Signed tokens, held against PyJWT."""

import contextlib
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from mcp_handlers.kernel import jws
from mcp_handlers.kernel.grant import GRANT, Grant
from mcp_handlers.kernel.identity import IDENTITY, authenticate
from mcp_handlers.kernel.jws import Keys, b64, unb64
from tests.fakes.clock import FixedClock
from workflow.control.sign import Signer
from workflow.model.errors import Unauthorized
from workflow.model.principal import Principal

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ADA = Principal(id="ada@example.com", tenant="acme", roles=("developer",), channel="mcp")
SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(b"\1" * 32), FixedClock(NOW))
KEYS = Keys(SIGNER.jwks())
TOKEN = SIGNER.token(ADA, "control")
GRANTED = Grant(
    tool="t", cloud="aws", arguments_digest="d", principal=ADA, run="r", step="s", key="k", decision="d", revision="v"
)


def test_a_token_names_its_principal() -> None:
    assert authenticate({"authorization": f"Bearer {TOKEN}"}, KEYS, plane="control", now=NOW) == ADA


def test_a_standard_library_for_jwt_accepts_our_tokens() -> None:
    key = jwt.PyJWK(SIGNER.jwks()["keys"][0])
    options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    claims = jwt.decode(TOKEN, key, algorithms=["EdDSA"], audience="tollgate:control", options=options)
    assert (claims["sub"], claims["tenant"], claims["iss"]) == ("ada@example.com", "acme", "tollgate")


def test_we_accept_what_a_standard_library_signs_with_the_same_key() -> None:
    seconds = int(NOW.timestamp())
    claims = {"sub": "ada@example.com", "tenant": "acme", "roles": ["developer"], "channel": "mcp"}
    claims |= {"iss": "tollgate", "aud": "tollgate:control", "nbf": seconds, "exp": seconds + 60}  # type: ignore[dict-item]
    token = jwt.encode(claims, SIGNER.key, algorithm="EdDSA", headers={"kid": SIGNER.kid, "typ": IDENTITY})
    assert authenticate({"authorization": f"bearer {token}"}, KEYS, plane="control", now=NOW) == ADA


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("", "No bearer token"),
        ("Basic YTpi", "No bearer token"),
        ("Bearer ", "No bearer token"),
        ("Bearer a.b.c", "not genuine"),
        ("Bearer " + "x" * 9000, "not genuine"),
        (f"Bearer {TOKEN}.x", "not genuine"),
    ],
)
def test_what_is_no_token_is_refused(header: str, words: str) -> None:
    with pytest.raises(Unauthorized, match=words):
        authenticate({"authorization": header}, KEYS, plane="control", now=NOW)


def test_a_token_for_another_audience_is_refused() -> None:
    with pytest.raises(Unauthorized, match="another audience"):
        authenticate({"authorization": f"Bearer {TOKEN}"}, KEYS, plane="aws", now=NOW)


def test_a_token_holds_from_its_beginning_to_its_end_give_or_take_the_skew() -> None:
    header = {"authorization": f"Bearer {TOKEN}"}
    for minutes, refused in ((-2, "not in force yet"), (17, "expired")):
        with pytest.raises(Unauthorized, match=refused):
            authenticate(header, KEYS, plane="control", now=NOW + timedelta(minutes=minutes))
    for seconds in (-29, 0, 15 * 60 + 29):
        assert authenticate(header, KEYS, plane="control", now=NOW + timedelta(seconds=seconds)) == ADA


def test_a_key_that_is_not_on_the_list_is_refused() -> None:
    stranger = Signer(Ed25519PrivateKey.from_private_bytes(b"\2" * 32), FixedClock(NOW))
    with pytest.raises(Unauthorized, match="not genuine"):
        authenticate({"authorization": f"Bearer {stranger.token(ADA, 'control')}"}, KEYS, plane="control", now=NOW)


def test_a_token_without_a_signature_algorithm_is_refused() -> None:
    head = b64(b'{"alg":"none","kid":"' + SIGNER.kid.encode() + b'","typ":"at+jwt"}')
    with pytest.raises(Unauthorized, match="not genuine"):
        KEYS.verify(f"{head}.{TOKEN.split('.')[1]}.", typ=IDENTITY, audience="tollgate:control", now=NOW)


def test_a_grant_is_no_identity_and_an_identity_is_no_grant() -> None:
    with pytest.raises(Unauthorized, match="not genuine"):
        KEYS.verify(SIGNER.grant(GRANTED), typ=IDENTITY, audience="tollgate:aws", now=NOW)
    with pytest.raises(Unauthorized, match="not genuine"):
        KEYS.verify(TOKEN, typ=GRANT, audience="tollgate:control", now=NOW)


def test_a_token_that_came_before_is_refused_once_it_has_expired() -> None:
    keys, header = Keys(SIGNER.jwks()), {"authorization": f"Bearer {TOKEN}"}
    assert authenticate(header, keys, plane="control", now=NOW) == ADA
    with pytest.raises(Unauthorized, match="expired"):
        authenticate(header, keys, plane="control", now=NOW + timedelta(minutes=16))


def test_a_token_that_came_before_holds_for_its_own_audience_and_type_only() -> None:
    keys, header = Keys(SIGNER.jwks()), {"authorization": f"Bearer {TOKEN}"}
    assert authenticate(header, keys, plane="control", now=NOW) == ADA
    with pytest.raises(Unauthorized, match="another audience"):
        authenticate(header, keys, plane="aws", now=NOW)
    with pytest.raises(Unauthorized, match="not genuine"):
        keys.verify(TOKEN, typ=GRANT, audience="tollgate:control", now=NOW, again=True)


@pytest.mark.parametrize(
    ("revoked", "words"),
    [
        ({"kids": [SIGNER.kid]}, "key that signed this was revoked"),
        ({"tenants": ["acme"]}, "tenant was revoked"),
        ({"principals": ["ada@example.com"]}, "principal was revoked"),
    ],
)
def test_a_token_that_came_before_is_refused_by_the_next_keys_that_revoke_it(
    revoked: dict[str, list[str]], words: str
) -> None:
    header = {"authorization": f"Bearer {TOKEN}"}
    assert authenticate(header, Keys(SIGNER.jwks()), plane="control", now=NOW) == ADA
    with pytest.raises(Unauthorized, match=words):
        authenticate(header, Keys(SIGNER.jwks() | {"revoked": revoked}), plane="control", now=NOW)


class _Counted:
    """A public key that counts what it was asked."""

    asked = 0

    @classmethod
    def from_public_bytes(cls, raw: bytes) -> "_Counted":
        return cls()

    def verify(self, signature: bytes, signed: bytes) -> None:
        type(self).asked += 1
        SIGNER.key.public_key().verify(signature, signed)


def test_a_signature_is_verified_once_for_whoever_comes_again_and_no_more_are_remembered_than_fit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jws, "Ed25519PublicKey", _Counted)
    monkeypatch.setattr(jws, "REMEMBERED", 2)
    monkeypatch.setattr(_Counted, "asked", 0)
    keys = Keys(SIGNER.jwks())
    asked = []
    for token in (TOKEN, TOKEN, f"{TOKEN}x", SIGNER.token(ADA, "control", timedelta(hours=1)), TOKEN):
        with contextlib.suppress(Unauthorized):
            keys.verify(token, typ=IDENTITY, audience="tollgate:control", now=NOW, again=True)
        asked.append(_Counted.asked)
    assert asked == [1, 1, 1, 2, 2]
    keys.verify(
        SIGNER.token(ADA, "control", timedelta(hours=2)), typ=IDENTITY, audience="tollgate:control", now=NOW, again=True
    )
    keys.verify(TOKEN, typ=IDENTITY, audience="tollgate:control", now=NOW, again=True)
    assert _Counted.asked == 4


def test_a_grants_signature_is_verified_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jws, "Ed25519PublicKey", _Counted)
    monkeypatch.setattr(_Counted, "asked", 0)
    keys = Keys(SIGNER.jwks())
    for _ in range(2):
        keys.verify(SIGNER.grant(GRANTED), typ=GRANT, audience="tollgate:aws", now=NOW)
    assert _Counted.asked == 2


@given(st.integers(min_value=0, max_value=len(TOKEN) - 1), st.integers(min_value=0, max_value=7))
def test_a_token_with_any_single_bit_flipped_is_refused(place: int, bit: int) -> None:
    flipped = chr(ord(TOKEN[place]) ^ (1 << bit))
    with pytest.raises(Unauthorized):
        KEYS.verify(TOKEN[:place] + flipped + TOKEN[place + 1 :], typ=IDENTITY, audience="tollgate:control", now=NOW)


@given(st.binary(max_size=64))
def test_base64url_goes_there_and_back(data: bytes) -> None:
    assert unb64(b64(data)) == data
