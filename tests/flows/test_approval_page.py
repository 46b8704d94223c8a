"""A call that waits for a person: what MCP clients of either age are told, and the page where the person decides."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ElicitRequestURLParams, ElicitResult, InputRequiredResult

from mcp_handlers.kernel.clock import SystemClock
from tests.flows.house import House
from workflow.control.signing import local_signer
from workflow.model.base import Json
from workflow.model.principal import Principal

ADA = Principal(id="ada@example.com", tenant="acme", roles=("developer",), channel="mcp")
GRACE = Principal(id="grace@example.com", tenant="acme", roles=("operator",))
BOB = Principal(id="bob@example.com", tenant="acme", roles=("developer",))
EVE = Principal(id="eve@example.com", tenant="umbrella", roles=("operator", "admin"))


def token(house: House, who: Principal, plane: str = "control") -> str:
    """What the person has."""
    return local_signer(house.told.keys, SystemClock()).token(who, plane)


def dear(run: str) -> Json:
    """A machine over the soft budget of a project of its own, asked for outside any run of ours."""
    tags = {"tenant": "acme", "project": run, "run": run, "owner": ADA.id, "environment": "development"}
    shape = {"machine": "m6i.32xlarge", "count": 1, "hours": 110}
    return {"cloud": "aws", "region": "eu-west-1", "tags": tags, **shape}


@asynccontextmanager
async def connect(
    house: House, mode: str = "2026-07-28", plane: str = "control", **callbacks: Any
) -> AsyncIterator[Client]:
    """The official client, as Ada, which has listed the tools: from the list it knows what to send as headers too."""
    url = house.told.control_url if plane == "control" else house.told.cloud_url(plane)
    http = httpx2.AsyncClient(headers={"authorization": f"Bearer {token(house, ADA, plane)}"}, timeout=60)
    async with Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=mode, **callbacks) as client:
        await client.list_tools()
        yield client


@contextmanager
def browser(house: House, who: Principal | None = None) -> Iterator[httpx.Client]:
    """A browser that keeps cookies and follows redirects; signed in as `who`."""
    with httpx.Client(base_url=house.told.control_url, follow_redirects=True, timeout=30) as http:
        if who is not None:
            http.post("/approvals/session", data={"token": token(house, who), "then": ""}).raise_for_status()
        yield http


def nonce(page: httpx.Response) -> str:
    """The form's."""
    (found,) = re.findall(r'name="nonce" value="([^"]+)"', page.text)
    return str(found)


async def said(*_: Any) -> ElicitResult:
    """A client that says yes to everything by itself."""
    return ElicitResult(action="accept")


async def waits(house: House, run: str) -> str:
    """The path of the page on a call that waits."""
    async with connect(house, elicitation_callback=said) as client:
        came = await client.session.call_tool("provision_compute", dear(run), allow_input_required=True)
    assert isinstance(came, InputRequiredResult)
    ((name, request),) = (came.input_requests or {}).items()
    assert isinstance(request.params, ElicitRequestURLParams)
    assert (request.params.mode, request.params.url) == ("url", f"{house.told.control_url}/approvals/{name}")
    assert "BUDGET_SOFT" in request.params.message
    assert came.request_state is None
    return f"/approvals/{name}"


async def test_a_modern_client_is_sent_to_the_page_and_its_call_goes_through_once(house: House) -> None:
    opened: list[str] = []

    async def opens(context: Any, params: Any) -> ElicitResult:
        opened.append(params.url)
        with browser(house, GRACE) as http:
            page = http.get(params.url)
            http.post(params.url, data={"nonce": nonce(page), "word": "approve", "reason": ""}).raise_for_status()
        return ElicitResult(action="accept")

    async with connect(house, elicitation_callback=opens) as client:
        done = await client.call_tool("provision_compute", dear("page-once"))
        again = await client.call_tool("provision_compute", dear("page-once"))
    assert done.is_error is False, done.content
    assert done.structured_content == again.structured_content
    assert len(opened) == 1


async def test_at_a_clouds_own_endpoint_a_call_waits_on_the_same_page(house: House) -> None:
    arguments = {name: value for name, value in dear("page-cloud").items() if name != "cloud"}
    async with connect(house, plane="aws", elicitation_callback=said) as client:
        came = await client.session.call_tool("provision_compute", arguments, allow_input_required=True)
    assert isinstance(came, InputRequiredResult)
    ((name, request),) = (came.input_requests or {}).items()
    assert isinstance(request.params, ElicitRequestURLParams)
    assert request.params.url == f"{house.told.control_url}/approvals/{name}"


async def test_a_clients_own_yes_is_no_proof(house: House) -> None:
    path = await waits(house, "page-proof")
    async with connect(house, elicitation_callback=said) as client:
        answered = {path.rsplit("/", 1)[-1]: ElicitResult(action="accept")}
        came = await client.session.call_tool(
            "provision_compute", dear("page-proof"), input_responses=answered, request_state="approved",
            allow_input_required=True,
        )  # fmt: skip
    assert isinstance(came, InputRequiredResult)
    assert (await house.holdings())["aws"] == []


@pytest.mark.parametrize("mode", ["2026-07-28", "legacy"])
async def test_a_client_that_opens_no_links_is_told_where_to_go(house: House, mode: str) -> None:
    async with connect(house, mode) as client:
        refused = await client.call_tool("provision_compute", dear(f"page-{mode}"))
    assert refused.is_error
    assert f"{house.told.control_url}/approvals/a" in refused.content[0].text
    assert dict(refused.meta or {})["tollgate/decision"]["verdict"] == "ask"


async def test_the_page_shows_everything_without_a_script_under_a_strict_policy(house: House) -> None:
    path = await waits(house, "page-shows")
    with browser(house, GRACE) as http:
        page = http.get(path)
        style = http.get("/approvals/style.css")
    for words in ("+ create", "provision_compute", "m6i.32xlarge", "aws eu-west-1", "BUDGET_SOFT", ADA.id, "$"):
        assert words in page.text, words
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert not {"unsafe-inline", "script-src"} & set(re.split(r"[ ';]+", policy))
    assert "<script" not in page.text
    assert not re.search(r"\son\w+=|style=", page.text)
    assert (page.headers["x-frame-options"], page.headers["cache-control"]) == ("DENY", "no-store")
    assert style.headers["content-type"].startswith("text/css")


async def test_without_a_session_nothing_is_shown_and_nothing_can_be_said(house: House) -> None:
    path = await waits(house, "page-stranger")
    with browser(house) as http:
        for answer in (http.get(path), http.get("/approvals"), http.post(path, data={"word": "approve"})):
            assert answer.status_code == 401
            assert "m6i.32xlarge" not in answer.text
        wrong = http.post("/approvals/session", data={"token": "x.y.z", "then": ""})
        assert (wrong.status_code, dict(http.cookies)) == (401, {})


def test_a_session_is_a_short_cookie_that_scripts_and_other_sites_do_not_have(house: House) -> None:
    with httpx.Client(base_url=house.told.control_url) as http:
        entered = http.post("/approvals/session", data={"token": token(house, GRACE), "then": "//evil.example"})
        assert (entered.status_code, entered.headers["location"]) == (303, "/approvals")
        cookie = entered.headers["set-cookie"]
        for words in ("HttpOnly", "SameSite=strict", "Path=/approvals", "Max-Age=900"):
            assert words in cookie
        assert "Max-Age=0" in http.post("/approvals/leave").headers["set-cookie"]


@pytest.mark.parametrize(("who", "status"), [(BOB, 403), (ADA, 403), (EVE, 404)])
async def test_who_has_no_say_is_refused_whatever_form_they_send(house: House, who: Principal, status: int) -> None:
    path = await waits(house, f"page-{who.id.split('@')[0]}")
    with browser(house, who) as http:
        assert 'name="nonce"' not in http.get(path).text
        refused = http.post(path, data={"nonce": "x", "word": "approve", "reason": ""})
    assert refused.status_code == status
    async with connect(house, elicitation_callback=said) as client:
        came = await client.session.call_tool(
            "provision_compute", dear(f"page-{who.id.split('@')[0]}"), allow_input_required=True
        )
    assert isinstance(came, InputRequiredResult)


async def test_who_is_signed_in_to_the_other_pages_is_signed_in_here(house: House) -> None:
    path = await waits(house, "page-session")
    ours = {"sec-fetch-site": "same-origin"}
    async with httpx.AsyncClient(base_url=house.told.control_url, timeout=30) as http:
        (await http.post("/session", json={"token": token(house, GRACE)}, headers=ours)).raise_for_status()
        page = await http.get(path)
        assert (page.status_code, GRACE.id in page.text) == (200, True)
        form = {"nonce": nonce(page), "word": "approve", "reason": ""}
        assert (await http.post(path, data=form, headers={"sec-fetch-site": "cross-site"})).status_code == 403
        assert (await http.post(path, data=form, headers=ours, follow_redirects=True)).status_code == 200


async def test_a_form_is_taken_once_from_this_site_and_for_this_request(house: House) -> None:
    path, other = await waits(house, "page-form"), await waits(house, "page-other")
    with browser(house, GRACE) as http:
        form = {"nonce": nonce(http.get(path)), "word": "approve", "reason": ""}
        assert http.post(path, data=form, headers={"sec-fetch-site": "cross-site"}).status_code == 403
        assert http.post(path, data=form, headers={"origin": "https://evil.example"}).status_code == 403
        assert http.post(path, data=form, headers={"origin": "null"}).status_code == 403
        assert http.post(other, data=form).status_code == 403
        assert http.post(path, data={**form, "nonce": ""}).status_code == 403
        assert http.post(path, json=form).status_code == 409
        assert http.post(path, data={**form, "reason": "x" * 20_000}).status_code == 409
        assert "is <strong>open</strong>" in http.get(path).text
        assert "is <strong>approved</strong>" in http.post(path, data=form).text
        assert http.post(path, data=form).status_code == 403


async def test_a_no_on_the_page_denies_the_call_with_the_reason(house: House) -> None:
    path = await waits(house, "page-no")
    reason = "<script>alert(1)</script> too dear"
    with browser(house, GRACE) as http:
        page = http.post(path, data={"nonce": nonce(http.get(path)), "word": "deny", "reason": reason})
    assert "is <strong>denied</strong>" in page.text
    assert "<script" not in page.text
    async with connect(house, elicitation_callback=said) as client:
        refused = await client.call_tool("provision_compute", dear("page-no"))
    assert refused.is_error
    assert "APPROVAL_DENIED" in refused.content[0].text
    assert "too dear" in refused.content[0].text
    assert (await house.holdings())["aws"] == []
