"""Signing in to the pages at a company's provider, in real Chromium: code, PKCE, session, and what a stranger gets."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from functions.http import HttpPost
from functions.pages.session import FromCookie
from functions.serve.plane import control, page_routes
from functions.serve.settings import Settings
from tests.fakes.listening import listening
from tests.fakes.provider import Provider
from tests.flows.browsing import CHROMIUM, browser, window
from workflow.store.store import open_store

__all__ = ["browser"]
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium")


@dataclass
class Company:
    """A provider, and the pages of a control plane that believes it."""

    provider: Provider
    pages: str


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    """Both listening. The provider answers pages of other origins at its token endpoint, as providers do."""
    made: dict[str, Provider] = {}

    def provide(port: int) -> ASGIApp:
        made["provider"] = Provider(f"http://127.0.0.1:{port}")
        return CORSMiddleware(made["provider"].app(), allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])

    async with listening(provide) as issuer, open_store(tmp_path / "store.db") as store:
        post = HttpPost()

        def serve(port: int) -> ASGIApp:
            believed = {
                "issuer": issuer, "audiences": [f"http://127.0.0.1:{port}/mcp"], "tenant": "acme",
                "roles": {"cloud-developers": "developer"}, "pages_client": "the-pages",
            }  # fmt: skip
            told = Settings(tmp_path, port, oidc=json.dumps([believed]))
            return FromCookie(Starlette(routes=page_routes(told, control(told, store, post))))

        async with listening(serve) as pages:
            yield Company(made["provider"], pages)
        await post.close()


async def test_a_person_signs_in_at_the_provider_and_comes_back_to_the_page_that_was_wanted(
    company: Company, browser: Browser
) -> None:
    async with window(browser, company.pages) as visit:
        page = visit.page
        await page.goto(f"{company.pages}/costs")
        await page.get_by_role("button", name="Continue with 127.0.0.1").click()
        await page.get_by_role("heading", name="Costs", exact=True).wait_for()
        assert page.url == f"{company.pages}/costs"
        await page.get_by_text("ada@example.com").wait_for()
        (asked,) = company.provider.asked
        assert (asked["client_id"], asked["code_challenge_method"]) == ("the-pages", "S256")
        assert asked["scope"] == "tollgate:read tollgate:write"
        (cookie,) = await page.context.cookies()
        kept = await page.evaluate("JSON.stringify({...localStorage, ...sessionStorage}) + location.href")
        assert (cookie["httpOnly"], cookie["value"] in kept, "code=" in kept) == (True, False, False)


async def test_a_code_that_this_tab_did_not_ask_for_signs_nobody_in(company: Company, browser: Browser) -> None:
    async with window(browser, company.pages) as visit:
        await visit.page.goto(f"{company.pages}/signed-in?code=stolen&state=made-up")
        alert = visit.page.get_by_role("alert")
        await alert.wait_for()
        assert "was not begun in this tab" in await alert.inner_text()
        assert "stolen" not in visit.page.url
        assert await visit.page.context.cookies() == []


async def test_a_provider_that_is_out_is_left_out(company: Company, browser: Browser) -> None:
    company.provider.down = True
    async with window(browser, company.pages) as visit:
        await visit.page.goto(f"{company.pages}/runs")
        await visit.page.get_by_label("Token").wait_for()
        assert await visit.page.get_by_role("button", name="Continue with").count() == 0
