"""The pages in real Chromium, against the whole house: asking, watching, approving, a denial, and a tampered ledger."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, expect

from functions.api.house_shapes import Circuit, Clouds, CloudView
from functions.orchestrate.orchestrator import orchestrate
from functions.orchestrate.surroundings import surroundings
from tests.flows.browsing import (
    CHROMIUM,
    PHONE,
    WIDE,
    Visit,
    browser,
    resize,
    sign_in,
    signed_in,
    texts,
    window,
)
from tests.flows.house import House
from tests.flows.test_parked import BIG, GRACE, fresh
from workflow.model.outage import Degraded
from workflow.model.principal import Principal

__all__ = ["browser"]
pytestmark = [pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium"), pytest.mark.timeout(900)]
ADA = Principal(id="ada@example.com", tenant="acme", roles=("developer", "ml-engineer"))
BATCH = "Run a batch job on 4 vCPUs for 2 hours, EU only, under $20"
FORBIDDEN = "Put our patients' records on a bucket in us-east-1, must stay in the EU"
CLOUD = CloudView(
    name="aws", status="up", milliseconds=2.0, circuits=(), regions=("eu-west-1",), tools=(), degraded=None,
    prices_observed="2026-11-20", offers=7,
)  # fmt: skip
OPEN = Circuit(tool="launch_spot", region="eu-west-1", phase="open", failures=5, seconds=20.0)
OUT = Degraded(cloud="gcp", reason="Its tools do not answer.", since=datetime(2026, 11, 20, tzinfo=UTC))
ILL = Clouds(
    items=(
        CLOUD,
        CLOUD.model_copy(update={"name": "azure", "circuits": (OPEN,)}),
        CLOUD.model_copy(update={"name": "gcp", "status": "degraded", "degraded": OUT}),
    )
).model_dump(mode="json")
PLACES = ("/runs", "/waiting", "/costs", "/policies", "/clouds")


async def ask(visit: Visit, text: str, project: str = "default") -> str:
    """Type a demand and start it: the run's id, from the address that one is led to."""
    await visit.page.get_by_label("What do you need?").fill(text)
    await visit.page.get_by_label("Project").fill(project)
    await visit.page.get_by_role("button", name="Start", exact=True).click()
    await visit.page.wait_for_url("**/runs/r*")
    return visit.page.url.rsplit("/", 1)[-1]


@asynccontextmanager
async def orchestrator(house: House) -> AsyncIterator[None]:
    """Somebody goes on with whatever is due, for as long as this lasts."""

    async def work() -> None:
        async with surroundings(house.told) as around:
            while True:
                await orchestrate(around)
                await asyncio.sleep(0.1)

    working = asyncio.create_task(work())
    try:
        yield
    finally:
        working.cancel()
        await asyncio.wait([working])


async def test_a_run_is_asked_for_watched_as_it_goes_and_decided_again(house: House, browser: Browser) -> None:
    async with orchestrator(house), window(browser, house.told.control_url) as visit:
        page = visit.page
        await sign_in(visit, house, ADA)
        await page.get_by_label("What do you need?").fill(BATCH)
        await page.get_by_role("button", name="How is it read?").click()
        await expect(page.locator(".reading")).to_contain_text("vcpus")
        await expect(page.locator(".reading tr.chosen")).to_contain_text("chosen")
        run = await ask(visit, BATCH)
        await expect(page.get_by_label("What happened")).to_contain_text("Asked for")
        # Nothing is loaded again: the events come by themselves.
        await expect(page.get_by_label("What happened")).to_contain_text("Recorded: succeeded")
        await expect(page.locator(".head .badge")).to_have_text("succeeded")
        await expect(page.locator("tr.chosen")).to_contain_text("chosen")
        await expect(page.get_by_role("img", name="Price against region and cloud")).to_be_visible()
        kinds = [entry.event.kind for entry in await house.entries(run)]
        assert await texts(visit, ".entries summary span:nth-child(2)") == kinds
        await page.get_by_role("button", name="Decide again").click()
        await expect(page.get_by_text("decisions come out the same.")).to_be_visible()
        assert "$" in (await texts(visit, ".facts .big"))[0]
        await visit.shot("run")
        assert await visit.barriers() == []
        await visit.go("/costs")
        await expect(page.locator(".burn")).to_contain_text("acme / default")
        await page.get_by_label("One line for each").select_option("tenant")
        await expect(page.locator(".burn strong")).to_have_text(["acme"])
        await expect(page.locator(".burn .figure").first).to_contain_text("$")


async def test_what_waits_is_approved_as_it_is_shown_by_somebody_who_may(house: House, browser: Browser) -> None:
    base = house.told.control_url
    async with orchestrator(house), window(browser, base) as asking, window(browser, base) as deciding:
        await signed_in(asking, house, ADA)
        run = await ask(asking, BIG, fresh())
        link = asking.page.get_by_role("link", name="See what is asked")
        await link.click()
        await expect(asking.page.locator(".note")).to_contain_text("has none of the roles admin, operator")
        assert await asking.page.get_by_role("button", name="Approve").count() == 0
        await asking.go(f"/runs/{run}")
        await signed_in(deciding, house, GRACE)
        page = deciding.page
        await page.get_by_role("link", name="Approvals").click()
        await page.get_by_role("link", name="submit_ml_job").first.click()
        await expect(page.locator(".diff")).to_contain_text("+ create")
        for words in ("create_storage_bucket", "submit_ml_job", "encrypted"):
            await expect(page.locator(".diff")).to_contain_text(words)
        await expect(page.get_by_text("BUDGET_SOFT").first).to_be_visible()
        assert await deciding.barriers() == []
        await deciding.shot("approval")
        await page.get_by_label("Reason").fill("for the launch")
        await page.get_by_role("button", name="Approve").click()
        await expect(page.get_by_text("grace@example.com said yes. for the launch")).to_be_visible()
        await expect(asking.page.get_by_label("What happened")).to_contain_text("Recorded: succeeded")
    assert [entry.event.kind for entry in await house.entries(run)].count("approval.used") == 1


async def test_a_denial_names_the_rule_the_reason_and_the_remedy(house: House, browser: Browser) -> None:
    async with orchestrator(house), window(browser, house.told.control_url) as visit:
        await signed_in(visit, house, ADA)
        run = await ask(visit, FORBIDDEN)
        verdict = visit.page.get_by_role("region", name="Verdict")
        await expect(verdict).to_contain_text("deny")
        for words in ("RESIDENCY", "The region lies where the data must stay", "rules/residency/residency.rego"):
            await expect(verdict).to_contain_text(words)
        await verdict.locator("summary").first.click()
        written = verdict.get_by_label("RESIDENCY in Rego")
        await expect(written).to_contain_text('deny contains data.lib.violation("RESIDENCY", message) if {')
        await expect(visit.page.locator(".head .badge")).to_have_text("denied")
        await visit.shot("denial")
        await visit.go("/policies")
        denials = visit.page.get_by_role("region", name="Recent denials")
        await expect(denials.locator(f"a[href='/runs/{run}']").first).to_be_visible()
        await visit.page.get_by_label("Rule", exact=True).select_option("FROZEN")
        await expect(denials).to_contain_text("FROZEN refused nothing.")


async def test_a_changed_ledger_raises_the_alarm_on_every_page(house: House, browser: Browser) -> None:
    run = await house.ask("We need a bucket for backups in Ireland", principal=ADA)
    (first, *_) = await house.entries(run.id)
    changed = json.dumps({**first.event.body, "request": "another"})
    async with window(browser, house.told.control_url) as visit:
        await signed_in(visit, house, ADA)
        await expect(visit.page.get_by_text("Ledger intact")).to_be_visible()
        with closing(sqlite3.connect(house.told.home / "tollgate.db", isolation_level=None)) as store:
            ((before,),) = store.execute("SELECT body FROM events WHERE seq = ?", (first.seq,)).fetchall()
            ((guard,),) = store.execute("SELECT sql FROM sqlite_master WHERE name = 'events_keep'").fetchall()
            store.execute("DROP TRIGGER events_keep")
            try:
                store.execute("UPDATE events SET body = ? WHERE seq = ?", (changed, first.seq))
                for place in ("/runs", "/costs"):
                    await visit.go(place)
                    await expect(visit.page.get_by_role("alert")).to_contain_text(f"Entry {first.seq}")
                assert await visit.barriers() == []
                await visit.shot("tampered")
            finally:
                store.execute("UPDATE events SET body = ? WHERE seq = ?", (before, first.seq))
                store.execute(guard)
        await visit.go("/runs")
        await expect(visit.page.get_by_text("Ledger intact")).to_be_visible()


async def test_every_page_is_usable_by_everybody_in_the_dark_too_and_fits_a_phone(
    house: House, browser: Browser
) -> None:
    run = await house.ask("We need a bucket for backups in Ireland", principal=ADA)
    waiting = await house.ask(BIG, project=fresh(), principal=ADA)
    async with window(browser, house.told.control_url) as visit:
        page = visit.page
        await page.goto(f"{visit.base}/runs/{waiting.id}")
        await page.get_by_role("heading", name="Sign in").wait_for()
        assert await visit.barriers() == []
        await signed_in(visit, house, GRACE, f"/runs/{waiting.id}")
        await page.get_by_role("link", name="See what is asked").click()
        await page.wait_for_url("**/waiting/a*")
        asked = "/waiting/" + page.url.rsplit("/", 1)[-1]
        for place in (*PLACES, f"/runs/{run.id}", asked, "/costs/nowhere"):
            await visit.go(place)
            name = place.strip("/").split("/")[0] + ("-one" if place.count("/") > 1 else "")
            assert await visit.barriers() == [], place
            await visit.shot(f"{name}-light")
            await page.emulate_media(color_scheme="dark")
            # All else is as it was.
            assert await visit.barriers("color-contrast") == [], place
            await visit.shot(f"{name}-dark")
            await resize(visit, PHONE)
            assert (place, await visit.sideways()) == (place, 0)
            await visit.shot(f"{name}-dark-phone")
            await page.emulate_media(color_scheme="light")
            await resize(visit, WIDE)


async def test_trouble_is_told_with_its_remedy_and_nothing_with_what_to_do(house: House, browser: Browser) -> None:
    async with window(browser, house.told.control_url) as visit:
        await signed_in(visit, house, Principal(id="new@example.com", tenant="empty", roles=("developer",)))
        await expect(visit.page.get_by_text("Nothing was asked for yet.")).to_be_visible()
        await visit.go("/runs/r000000000000-00000000")
        alert = visit.page.get_by_role("alert")
        await expect(alert).to_contain_text("NOT_FOUND")
        assert len((await alert.inner_text()).splitlines()) >= 2
        await visit.page.route("**/api/v1/clouds", lambda route: route.fulfill(json=ILL))
        await visit.go("/clouds")
        for words in (
            "launch_spot eu-west-1 is open: no answer 5 times in a row, asked again in 20 s",
            "Every circuit",
        ):
            await expect(visit.page.get_by_role("main")).to_contain_text(words)
        await expect(visit.page.get_by_text("Degraded since")).to_contain_text("Its tools do not answer.")
        assert await visit.barriers() == []
        await visit.page.unroute("**/api/v1/clouds")
        await visit.page.route("**/api/v1/clouds", lambda route: route.abort())
        await visit.page.goto(f"{visit.base}/clouds")
        await expect(alert).to_contain_text("Tollgate does not answer.")
        await expect(alert).to_contain_text("tollgate serve")
        assert await visit.barriers() == []


async def test_everything_is_reached_by_keyboard(house: House, browser: Browser) -> None:
    async with window(browser, house.told.control_url) as visit:
        page = visit.page
        await signed_in(visit, house, ADA)
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await expect(page.get_by_label("What do you need?")).to_be_focused()
        await page.get_by_role("link", name="Costs").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Costs", exact=True)).to_be_visible()
        await expect(page.locator("main")).to_be_focused()


async def test_a_session_ends_by_hand_and_no_script_ever_has_the_token(house: House, browser: Browser) -> None:
    async with window(browser, house.told.control_url) as visit:
        await sign_in(visit, house, ADA)
        (cookie,) = await visit.page.context.cookies()
        assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/")
        seen = "document.cookie + JSON.stringify({...localStorage, ...sessionStorage}) + location.href"
        assert cookie["value"] not in await visit.page.evaluate(seen)
        await visit.page.get_by_role("button", name="Sign out").click()
        await visit.page.get_by_label("Token").wait_for()
        assert await visit.page.context.cookies() == []
