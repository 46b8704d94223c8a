"""Real Chromium on the pages, signed in as somebody; whatever breaks the pages' policy or throws is noted."""

import json
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from mcp_handlers.kernel.clock import SystemClock
from tests.flows.house import House
from workflow.control.signing import local_signer
from workflow.model.principal import Principal

CHROMIUM = shutil.which("chromium")
SHOTS = Path(os.environ.get("TOLLGATE_SHOTS") or Path(__file__).parents[2] / ".tollgate" / "pages")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
PATIENCE_MS = 240_000
"""How long anything is waited for, at most. A busy machine is slow."""
expect.set_options(timeout=PATIENCE_MS)
WIDE, PHONE = (1280, 900), (360, 740)
NOTE_VIOLATIONS = """
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  console.error(`violates ${violatedDirective}: ${blockedURI}`));
"""


@dataclass
class Visit:
    """Somebody's window. `troubles` are violations of the policy and errors of scripts."""

    page: Page
    base: str
    troubles: list[str] = field(default_factory=list)

    async def go(self, path: str) -> None:
        """Open an address as if it was typed, and wait until what it loads is there."""
        await self.page.goto(self.base + path)
        await self.page.locator("main h1").first.wait_for()
        await expect(self.page.locator("[aria-label=Loading]")).to_have_count(0)

    async def shot(self, name: str) -> None:
        """A picture of the whole page, kept for people."""
        await self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    async def barriers(self, *rules: str) -> list[str]:
        """What axe finds that keeps people out, serious or critical: by these rules, or by all."""
        options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
        found = (await Axe().run(self.page, options=options)).response["violations"]
        grave = [each for each in found if each["impact"] in ("serious", "critical")]
        return [f"{each['id']}: {node['target']} {node['failureSummary']}" for each in grave for node in each["nodes"]]

    async def sideways(self) -> int:
        """By how many pixels the page is wider than its window."""
        width: int = await self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return max(0, width)


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One for all tests of a file; each has windows of its own in it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        await browser.close()


@asynccontextmanager
async def window(browser: Browser, base: str) -> AsyncIterator[Visit]:
    """A new window without a session. Nothing may have broken the policy by the time it is closed."""
    width, height = WIDE
    context = await browser.new_context(viewport={"width": width, "height": height}, color_scheme="light")
    context.set_default_timeout(PATIENCE_MS)
    await context.add_init_script(NOTE_VIOLATIONS)
    visit = Visit(await context.new_page(), base)

    def heard(message: ConsoleMessage) -> None:
        # An answer that is no success is told of too; the pages show those to people.
        if message.type == "error" and "Failed to load resource" not in message.text:
            visit.troubles.append(message.text)

    visit.page.on("console", heard)
    visit.page.on("pageerror", lambda error: visit.troubles.append(str(error)))
    yield visit
    await context.close()
    assert visit.troubles == []


async def resize(visit: Visit, size: tuple[int, int]) -> None:
    """Make the window this wide and high."""
    await visit.page.set_viewport_size({"width": size[0], "height": size[1]})


def token_of(house: House, who: Principal) -> str:
    """A token of this machine."""
    return local_signer(house.told.keys, SystemClock()).token(who, "control")


async def signed_in(visit: Visit, house: House, who: Principal, path: str = "/runs") -> None:
    """Already, by the cookie that typing a token leaves, at this page."""
    ours = {"sec-fetch-site": "same-origin", "content-type": "application/json"}
    sent = json.dumps({"token": token_of(house, who)})
    answer = await visit.page.context.request.post(f"{visit.base}/session", data=sent, headers=ours)
    assert answer.ok, await answer.text()
    await visit.go(path)


async def sign_in(visit: Visit, house: House, who: Principal) -> None:
    """With a token of this machine, typed in."""
    token = token_of(house, who)
    await visit.page.goto(f"{visit.base}/runs")
    await visit.page.get_by_label("Token").fill(token)
    await visit.page.get_by_role("button", name="Sign in").click()
    await visit.page.get_by_role("heading", name="Runs", exact=True).wait_for()


async def texts(visit: Visit, selector: str) -> Sequence[str]:
    """What each of these says."""
    return await visit.page.locator(selector).all_inner_texts()
