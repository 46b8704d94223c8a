"""Attempts to be somebody else: forged, borrowed, stolen and made-out-to-others tokens, keys and documents."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from functions.binding import bind
from functions.serve.callers import fetcher
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.kernel.jws import LOCAL_ISSUER, b64, unb64
from tests.fakes.listening import listening
from tests.fakes.provider import OTHER, PRIVATE, Provider, published
from tests.redteam.attack import case, stopped_by
from tests.redteam.house import ADA, BUCKET, EVE, ROOT, VIC, House, by
from workflow.control.identity.api_key import fresh
from workflow.control.identity.issuer import Issuer, issuers
from workflow.control.identity.issuer_keys import IssuerKeys
from workflow.control.sign import Signer
from workflow.model.errors import BadRequest, TrustUnknown, Unauthorized
from workflow.model.ports import Event

NEVER = "not genuine"
AUDIENCE = "https://tollgate.example/mcp"


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    """A token taken apart."""
    head, body, signature = token.split(".")
    return json.loads(unb64(head)), json.loads(unb64(body)), signature


def joined(head: Any, body: Any, signature: str) -> str:
    """Put together again."""
    return f"{b64(json.dumps(head).encode())}.{b64(json.dumps(body).encode())}.{signature}"


def forged(house: House, how: str) -> str:
    """A viewer's token made into more by somebody without the key."""
    token = house.token(VIC)
    head, body, signature = parts(token)
    public = unb64(house.signer.jwks()["keys"][0]["x"])
    mine = Signer(Ed25519PrivateKey.generate(), SystemClock(), LOCAL_ISSUER)
    mixed = hmac.new(public, f"{token.rpartition('.')[0]}".encode(), hashlib.sha256).digest()
    more = {**body, "roles": ["admin"]}
    deep = b64(b"[" * 3000 + b"]" * 3000)
    return {
        "other roles": joined(head, more, signature),
        "no algorithm": joined({**head, "alg": "none"}, more, ""),
        "no algorithm at all": joined({"kid": head["kid"], "typ": head["typ"]}, more, signature),
        "the public key as a shared secret": joined({**head, "alg": "HS256"}, body, b64(mixed)),
        "its own key": mine.token(ROOT, "control"),
        "its own key in the header": joined({**head, "jwk": mine.jwks()["keys"][0]}, more, signature),
        "its own address for keys": joined({**head, "jku": "http://127.0.0.1:9/keys"}, more, signature),
        "a path as the key's name": joined({**head, "kid": "../../dev/null"}, more, signature),
        "a list as the key's name": joined({**head, "kid": [head["kid"]]}, more, signature),
        "a critical extension": joined({**head, "crit": ["exp"]}, body, signature),
        "no signature": token.rpartition(".")[0] + ".",
        "a signature of nothing": token.rpartition(".")[0] + "." + b64(b"\0" * 64),
        "unused bits": token[:-1] + chr(ord(token[-1]) + 1),
        "padding": token + "==",
        "four parts": token + "." + signature,
        "a megabyte": token + "A" * (1 << 20),
        "deep nesting": f"{deep}.{deep}.{signature}",
        "claims that are a list": joined(head, [body], signature),
        "characters of no alphabet": token.replace(".", "．"),
        "another type": joined({**head, "typ": "tollgate-grant+jwt"}, body, signature),
    }[how]


@stopped_by("Ed25519 by a published key, and no other algorithm")
@pytest.mark.parametrize(
    "how",
    [
        "other roles", "no algorithm", "no algorithm at all", "the public key as a shared secret", "its own key",
        "its own key in the header", "its own address for keys", "a path as the key's name",
        "a list as the key's name", "a critical extension", "no signature", "a signature of nothing", "unused bits",
        "padding", "four parts", "a megabyte", "deep nesting", "claims that are a list", "characters of no alphabet",
        "another type",
    ],
)  # fmt: skip
async def test_a_forged_token(house: House, how: str) -> None:
    token = forged(house, how)
    house.insist(await house.call("create_storage_bucket", BUCKET, token=token), "UNAUTHORIZED")
    house.insist(await house.at_function("create_storage_bucket", BUCKET, token=token), "UNAUTHORIZED")


@stopped_by("a token is made out to one audience")
@pytest.mark.parametrize("plane", ["aws", "azure", "control ", "CONTROL", "", "*"])
async def test_a_token_for_another_audience_at_the_control_plane(house: House, plane: str) -> None:
    answer = await house.call("create_storage_bucket", BUCKET, token=house.token(ROOT, plane))
    house.insist(answer, "UNAUTHORIZED")


@stopped_by("a token is made out to one audience")
@pytest.mark.parametrize("plane", ["control", "gcp", "tollgate:aws"])
async def test_a_token_for_another_audience_at_a_function(house: House, plane: str) -> None:
    answer = await house.at_function("create_storage_bucket", BUCKET, token=house.token(ROOT, plane))
    house.insist(answer, "UNAUTHORIZED")


@stopped_by("a laptop's tokens hold on the laptop only")
async def test_a_local_token_where_others_can_call(house: House) -> None:
    keys = house.told.keys / "jwks.json"
    keys.write_text(json.dumps({**house.signer.jwks(), "revoked": {}, "at": int(datetime.now(UTC).timestamp())}))
    deployed = {**house.told.environment(), "TOLLGATE_LOCAL": ""}
    answer = await house.send(
        bind("aws", "get_cost_estimate", deployed), "get_cost_estimate", {}, house.token(ROOT, "aws")
    )
    house.insist(answer, "UNAUTHORIZED")


@stopped_by("keys that cannot be revoked are taken in local mode only")
def test_keys_in_the_settings_of_a_deployed_function(house: House) -> None:
    deployed = {**house.told.environment(), "TOLLGATE_LOCAL": "", "TOLLGATE_JWKS": json.dumps(house.signer.jwks())}
    with pytest.raises(BadRequest, match="revoked"):
        bind("aws", "get_cost_estimate", deployed)


@stopped_by("keys are read from https or this machine")
@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest/meta-data", "http://keys.example/jwks.json", "ftp://127.0.0.1/x",
        "gopher://127.0.0.1:1", "file:///etc/passwd", "http://127.0.0.1@evil.example/",
        "https://user:pw@control.example/", "http://127.0.0.1.evil.example/", "http://[::ffff:169.254.169.254]/",
        "https:///nowhere", "http://0x7f000001/",
    ],
)  # fmt: skip
def test_keys_from_an_address_that_is_not_the_control_planes(house: House, address: str) -> None:
    with pytest.raises(BadRequest):
        bind("aws", "get_cost_estimate", {**house.told.environment(), "TOLLGATE_JWKS": address})


@stopped_by("a key document that is not sound vouches for nobody")
@pytest.mark.parametrize(
    "change",
    [
        {"keys": []}, {"keys": [{"kty": "oct", "kid": "x", "k": "AAAA"}]}, {"keys": "x"}, {"revoked": []},
        {"revoked": {"kids": "x"}}, {"revoked": {"everything": []}}, {"at": 1}, {"at": 1e18}, {"at": "NaN"},
        {"at": None}, {"keys": None}, {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "x", "x": "short"}]},
    ],
)  # fmt: skip
async def test_a_key_document_that_was_tampered_with(house: House, change: dict[str, Any]) -> None:
    token = house.token(ROOT, "aws")
    told = {**house.signer.jwks(), "revoked": {"kids": [], "tenants": [], "principals": []}, **change}
    (house.told.keys / "jwks.json").write_text(json.dumps(told))
    answer = await house.at_function("create_storage_bucket", BUCKET, token=token)
    assert answer.code in ("TRUST_UNKNOWN", "UNAUTHORIZED")
    house.insist_quiet(answer)
    house.insist_effects(0)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        case("principal", ADA.id, by="who was revoked is nobody, at once", name="principal"),
        case("tenant", "acme", by="who was revoked is nobody, at once", name="tenant"),
        case("key", "", by="what a revoked key signed counts for nothing", name="key"),
    ],
)
async def test_who_was_revoked_comes_again(house: House, kind: Any, name: str) -> None:
    control, function = house.token(ADA), house.token(ADA, "aws")
    await house.emergency.revoke(kind, name or house.signer.ring().keys[0].kid, "an incident")
    house.restart()
    house.insist(await house.call("create_storage_bucket", BUCKET, token=control), "UNAUTHORIZED")
    house.insist(await house.at_function("create_storage_bucket", BUCKET, token=function), "UNAUTHORIZED")


# Keys of services.


@stopped_by("an API key is its whole secret, in force")
@pytest.mark.parametrize(
    "how", ["wrong secret", "any name", "another's name", "no secret", "revoked", "over", "at a function"]
)
async def test_an_api_key_that_is_none(house: House, how: str) -> None:
    now = datetime.now(UTC)
    key, text = fresh(ADA, now - timedelta(days=2 if how == "over" else 0), timedelta(days=1))
    other, _ = fresh(EVE, now, timedelta(days=1))
    said = Event(run="", tenant="acme", kind="apikey.made", body={}, at=now)
    for one in (key, other):
        await house.store.add_api_key(one, said)
    if how == "revoked":
        await house.store.revoke_api_key(key.id, now, said)
    secret = text.split("_", 2)[2]
    sent = {
        "wrong secret": text[:-1] + ("A" if text[-1] != "A" else "B"), "any name": f"tgk_%_{secret}",
        "another's name": f"tgk_{other.id}_{secret}", "no secret": f"tgk_{key.id}_",
    }.get(how, text)  # fmt: skip
    house.secrets.add(secret)
    if how == "at a function":
        house.insist(await house.at_function("create_storage_bucket", BUCKET, token=sent), "UNAUTHORIZED")
    else:
        house.insist(await house.call("create_storage_bucket", BUCKET, token=sent), "UNAUTHORIZED")


# Tokens of a company's identity provider.


@dataclass
class Believing:
    """A house that believes a provider, and who else listens nearby."""

    house: House
    provider: Provider


@pytest.fixture(scope="module")
async def listens() -> AsyncIterator[Provider]:
    """A provider, on the network."""
    provider = Provider("")
    async with listening(lambda port: provider.app()) as provider.issuer:
        yield provider


@pytest.fixture
async def company(house: House, listens: Provider) -> Believing:
    listens.keys, listens.read = [published("first")], 0
    believed = {
        "issuer": listens.issuer, "audiences": [AUDIENCE], "tenant": "acme", "roles": {"cloud-developers": "developer"},
    }  # fmt: skip
    told = replace(house.told, oidc=json.dumps([believed]))
    return Believing(House(told, house.store), listens)


def _shared_secret(provider: Provider) -> str:
    """HS256 with what everybody knows: the provider's public key."""
    private: Any = PRIVATE["RS256"]
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    body = provider.token().split(".")[1]
    told = b64(json.dumps({"alg": "HS256", "kid": "first", "typ": "at+jwt"}).encode())
    return f"{told}.{body}.{b64(hmac.new(pem, f'{told}.{body}'.encode(), hashlib.sha256).digest())}"


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        case({"aud": "https://other.example"}, "UNAUTHORIZED", by="a token is made out to one audience"),
        case({"aud": [AUDIENCE + "/"]}, "UNAUTHORIZED", by="a token is made out to one audience"),
        case({"aud": None}, "UNAUTHORIZED", by="a token is made out to one audience"),
        case({"iss": "http://127.0.0.1:9"}, "UNAUTHORIZED", by="an issuer is compared letter by letter"),
        case({"exp": 1}, "UNAUTHORIZED", by="a token is in force"),
        case({"nbf": 9_999_999_999}, "UNAUTHORIZED", by="a token is in force"),
        case({"exp": None}, "UNAUTHORIZED", by="a token is in force"),
        case({"email_verified": False}, "UNAUTHORIZED", by="an e-mail address counts when it is verified"),
        case({"email_verified": "true"}, "UNAUTHORIZED", by="an e-mail address counts when it is verified"),
        case({"email": "аda@example.com"}, "UNAUTHORIZED", by="names are lower-case words"),
        case({"email": "ada@example.com\n"}, "UNAUTHORIZED", by="names are lower-case words"),
        case({"email": ["ada@example.com"]}, "UNAUTHORIZED", by="names are lower-case words"),
        case({"scope": "tollgate:read"}, "INSUFFICIENT_SCOPE", by="writing takes its scope"),
        case({"scope": "tollgate:writer tollgate:*"}, "INSUFFICIENT_SCOPE", by="writing takes its scope"),
        case({"scope": {"tollgate:write": True}}, "INSUFFICIENT_SCOPE", by="writing takes its scope"),
        case({"groups": ["admin", "operator"]}, "ROLE_FORBIDDEN", by="roles are what the operator maps"),
        case({"groups": "cloud-developersX"}, "ROLE_FORBIDDEN", by="roles are what the operator maps"),
        case({"groups": [], "roles": ["admin"]}, "ROLE_FORBIDDEN", by="roles are what the operator maps"),
        case({"groups": [["cloud-developers"]]}, "ROLE_FORBIDDEN", by="roles are what the operator maps"),
        case({"tenant": "umbrella", "groups": []}, "ROLE_FORBIDDEN", by="a provider speaks for one tenant"),
    ],
)
async def test_a_provider_token_that_claims_more(company: Believing, claims: dict[str, Any], code: str) -> None:
    token = company.provider.token(**claims)
    company.house.secrets.add(token)
    company.house.insist(await company.house.call("create_storage_bucket", BUCKET, token=token), code)


@stopped_by("a provider's published key, by an algorithm of the list")
@pytest.mark.parametrize(
    "how", ["other key", "unknown key", "public key as secret", "another kind of token", "at a function"]
)
async def test_a_provider_token_that_the_provider_did_not_make(company: Believing, how: str) -> None:
    provider = company.provider
    token = {
        "other key": provider.token(key=OTHER), "unknown key": provider.token(kid="../keys"),
        "public key as secret": _shared_secret(provider), "another kind of token": provider.token(typ="logout+jwt"),
    }.get(how, provider.token())  # fmt: skip
    house = company.house
    send = house.at_function if how == "at a function" else house.call
    house.insist(await send("create_storage_bucket", BUCKET, token=token), "UNAUTHORIZED")
    # One that it did make is taken: nothing else has refused the other.
    assert (await house.call("create_storage_bucket", BUCKET, token=provider.token())).code == ""


@stopped_by("nobody is asked who is not in the settings")
async def test_a_token_that_names_its_own_issuer_makes_nobody_read_it(company: Believing) -> None:
    evil = Provider("")
    async with listening(lambda port: evil.app()) as address:
        evil.issuer = address
        for issuer in (
            address,
            company.provider.issuer + "/",
            company.provider.issuer.upper(),
            "http://169.254.169.254",
        ):
            token = evil.token(iss=issuer, aud=AUDIENCE)
            company.house.insist(await company.house.call("create_storage_bucket", BUCKET, token=token), "UNAUTHORIZED")
    assert (evil.read, company.provider.read) == (0, 0)


@stopped_by("a shared secret is nobody's public key")
async def test_a_provider_that_publishes_a_shared_secret(company: Believing) -> None:
    secret = b"a secret that everybody can read in the list of keys"
    shared = {"kty": "oct", "kid": "shared", "k": base64.urlsafe_b64encode(secret).rstrip(b"=").decode(), "use": "sig"}
    company.provider.keys = [published("first"), shared]
    head = b64(json.dumps({"alg": "RS256", "kid": "shared", "typ": "at+jwt"}).encode())
    body = company.provider.token().split(".")[1]
    signature = b64(hmac.new(secret, f"{head}.{body}".encode(), hashlib.sha256).digest())
    for token in (f"{head}.{body}.{signature}", jwt.encode({"sub": "x"}, secret, "HS256", {"kid": "shared"})):
        company.house.insist(await company.house.call("create_storage_bucket", BUCKET, token=token), "UNAUTHORIZED")


ELSEWHERE = (
    "http://169.254.169.254/keys", "file:///etc/passwd", "http://10.0.0.1/keys", "https://user@evil.example/keys",
    "//evil.example/keys", "ftp://127.0.0.1/keys", 7, None, ["http://127.0.0.1"],
)  # fmt: skip


@stopped_by("a provider's keys are read from https, or where the operator says")
@pytest.mark.parametrize("where", ELSEWHERE)
async def test_a_discovery_document_that_leads_elsewhere(where: Any) -> None:
    issuer = Issuer.model_validate({
        "issuer": "https://login.example", "audiences": [AUDIENCE], "tenant": "acme", "roles": {"g": "developer"},
    })  # fmt: skip
    asked = []

    async def fetch(url: str) -> bytes:
        asked.append(url)
        return json.dumps({"issuer": issuer.issuer, "jwks_uri": where}).encode()

    with pytest.raises((TrustUnknown, Unauthorized)):
        await IssuerKeys(issuer, fetch, SystemClock()).key("first")
    assert asked == [issuer.discovery]


@stopped_by("a provider's keys are read from https, or where the operator says")
async def test_a_discovery_document_that_leads_from_the_internet_into_this_machine() -> None:
    await test_a_discovery_document_that_leads_elsewhere("http://127.0.0.1:8200/v1/secret")
    await test_a_discovery_document_that_leads_elsewhere("http://localhost:6379/")


@stopped_by("documents are read from just the address that was asked for")
async def test_a_providers_address_that_redirects_inside() -> None:
    from starlette.applications import Starlette
    from starlette.responses import RedirectResponse
    from starlette.routing import Route

    seen: list[str] = []

    async def there(request: Any) -> RedirectResponse:
        seen.append(request.url.path)
        return RedirectResponse("/inside")

    routes = [Route("/keys", there), Route("/inside", there)]
    async with listening(lambda port: Starlette(routes=routes)) as address:
        with pytest.raises(OSError, match="307"):
            await fetcher()(f"{address}/keys")
    assert seen == ["/keys"]


@stopped_by("only public-key signatures can be set")
@pytest.mark.parametrize(
    "change",
    [
        {"algorithms": ["none"]}, {"algorithms": ["HS256"]}, {"algorithms": []}, {"audiences": []}, {"roles": {}},
        {"issuer": "http://evil.example"}, {"jwks_uri": "http://169.254.169.254"}, {"trust": True},
    ],
)  # fmt: skip
def test_settings_that_would_believe_anybody(change: dict[str, Any]) -> None:
    sound = {"issuer": "https://login.example", "audiences": [AUDIENCE], "tenant": "acme", "roles": {"g": "developer"}}
    with pytest.raises(BadRequest):
        issuers(json.dumps([{**sound, **change}]))


@stopped_by("a challenge names no secret and quotes nothing that was sent")
async def test_a_token_that_would_break_the_challenge(house: House) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(house.web()), base_url="http://127.0.0.1") as http:
        sent = {"name": "create_storage_bucket", "arguments": {"cloud": "aws", **by(ADA, BUCKET)}}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": sent}
        answer = await http.post("/mcp", json=body, headers={"authorization": 'Bearer x", evil="1'})
    assert answer.status_code == 401
    assert "evil" not in answer.headers["www-authenticate"] + answer.text
