"""Attempts to say one thing in the headers and another in the body, or to be somebody by a header."""

import httpx
import pytest

from mcp_handlers.kernel.wire import LEGACY, encode_header
from tests.redteam.attack import case, stopped_by
from tests.redteam.house import ADA, BUCKET, EVE, MACHINE, MODERN, VIC, House, by

MIRROR = "headers must mirror the body, in every revision"
CHINA = {**BUCKET, "region": "cn-north-1"}


@stopped_by(MIRROR)
@pytest.mark.parametrize("version", LEGACY)
async def test_a_write_that_an_old_clients_header_calls_a_read(house: House, version: str) -> None:
    answer = await house.call("create_storage_bucket", BUCKET, version=version, headers={"mcp-name": "get_health"})
    house.insist(answer, "-32020")


@stopped_by(MIRROR)
@pytest.mark.parametrize(
    "headers",
    [
        {"mcp-name": "get_cost_estimate"},
        {"mcp-method": "tools/list"},
        {"mcp-name": encode_header("gét_health")},
        {"mcp-name": "=?base64?Y3JlYXRlX3N0b3JhZ2VfYnVja2V0?= "},
        {"mcp-name": "create_storage_bucket\r\nMcp-Name: get_health"},
        {"mcp-name": "create_storage_bucket, get_health"},
        {"mcp-protocol-version": "2025-11-25", "mcp-method": "ping"},
    ],
)
async def test_headers_that_tell_a_gateway_something_else(house: House, headers: dict[str, str]) -> None:
    house.insist(await house.call("create_storage_bucket", BUCKET, version=MODERN, headers=headers), "-32020")


@stopped_by("only revisions that are served are taken")
@pytest.mark.parametrize("version", ["2099-01-01", "2026-07-28, 2025-11-25", "2026-07-28\x00", "", "DRAFT"])
async def test_a_revision_that_nobody_serves(house: House, version: str) -> None:
    answer = await house.call("create_storage_bucket", BUCKET, version=version)
    house.insist(answer, "-32022")


@stopped_by("the gate judges the body, whatever the envelope")
async def test_a_modern_body_under_an_old_header_is_judged_all_the_same(house: House) -> None:
    answer = await house.call("create_storage_bucket", CHINA, headers={"mcp-protocol-version": "2025-06-18"})
    house.insist(answer, "REGION_UNKNOWN")


@stopped_by("who calls is told by the token alone")
@pytest.mark.parametrize(
    "name",
    [
        "x-forwarded-user", "x-ms-client-principal-name", "x-goog-authenticated-user-email", "x-amzn-oidc-identity",
        "tollgate-principal", "x-tollgate-roles",
    ],
)  # fmt: skip
async def test_a_viewer_who_names_an_administrator_in_a_header(house: House, name: str) -> None:
    answer = await house.call("provision_compute", by(VIC, MACHINE), VIC, headers={name: "root@example.com admin"})
    house.insist(answer, "ROLE_FORBIDDEN")


@stopped_by("a bearer token, once, in its own header")
@pytest.mark.parametrize(
    "shape", ["Basic {t}", "{t}", "Bearer", "Bearer {t}, Bearer {e}", "Bearer {t} {e}", "bearer\t{t}"]
)
async def test_credentials_in_another_shape(house: House, shape: str) -> None:
    sent = shape.format(t=house.token(ADA), e=house.token(EVE))
    house.insist(await house.call("create_storage_bucket", BUCKET, headers={"authorization": sent}), "UNAUTHORIZED")


@stopped_by("a bearer token, once, in its own header")
async def test_two_authorization_headers_over_http(house: House) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(house.web()), base_url="http://127.0.0.1") as http:
        headers = [("authorization", f"Bearer {house.token(who)}") for who in (ADA, EVE)]
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
        sent = {**body, "params": {"name": "create_storage_bucket", "arguments": {"cloud": "aws", **BUCKET}}}
        answer = await http.post("/mcp", json=sent, headers=headers)
    assert (answer.status_code, answer.json()["error"]["data"]["code"]) == (401, "UNAUTHORIZED")
    house.insist_effects(0)


@stopped_by("a bearer token, once, in its own header")
async def test_a_token_in_the_body_is_no_token(house: House) -> None:
    told = {"authorization": f"Bearer {house.token(ADA)}", "tollgate/principal": ADA.model_dump(mode="json")}
    answer = await house.send(house.endpoints["/mcp"], "create_storage_bucket", {"cloud": "aws", **BUCKET}, meta=told)
    house.insist(answer, "UNAUTHORIZED")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        case({"host": "evil.example"}, 400, by="only this machine's own names are listened to", name="rebinding"),
        case(
            {"host": "127.0.0.1.evil.example"}, 400, by="only this machine's own names are listened to", name="suffix"
        ),
        case({"origin": "https://evil.example"}, 403, by="only pages of this machine are answered", name="origin"),
        case({"origin": "null"}, 403, by="only pages of this machine are answered", name="null origin"),
        case(
            {"origin": "http://localhost@evil.example"}, 403, by="only pages of this machine are answered", name="user"
        ),
    ],
)
async def test_somebodys_browser_is_made_to_call(house: House, headers: dict[str, str], status: int) -> None:
    sent = {"name": "create_storage_bucket", "arguments": {"cloud": "aws", **BUCKET}}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(house.web()), base_url="http://127.0.0.1") as http:
        answer = await http.post(
            "/mcp",
            json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": sent},
            headers={"authorization": f"Bearer {house.token(ADA)}", **headers},
        )
    assert answer.status_code == status
    house.insist_effects(0)


@stopped_by("a deadline is a plain number of milliseconds")
@pytest.mark.parametrize("value", ["-1", "1e9", "0x10", " 5", "٣", "9" * 400, ""])
async def test_a_deadline_that_is_no_time(house: House, value: str) -> None:
    answer = await house.call("create_storage_bucket", BUCKET, headers={"tollgate-timeout-ms": value})
    house.insist(answer, "BAD_REQUEST")


@stopped_by("the control plane makes its own Grants")
async def test_a_grant_that_a_client_brings_opens_nothing(house: House) -> None:
    answer = await house.call("create_storage_bucket", CHINA, headers={"tollgate-grant": house.token(ADA, "aws")})
    house.insist(answer, "REGION_UNKNOWN")
