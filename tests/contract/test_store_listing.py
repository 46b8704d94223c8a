"""Lists on every store: newest first, page by page, one tenant's own, steady while others write."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.stores import NOW, STORES, a_run, later
from tests.contract.test_store_approvals import a_request
from workflow.model.listing import RunFilter, RunPlace
from workflow.model.ports import Event, Store
from workflow.model.run import Run

ALL = RunFilter()


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Any]:
    """Each store, empty."""
    async with STORES["sqlite"].open(STORES[request.param].place(tmp_path)) as opened:
        yield opened


def run_of(name: str, at: float = 0, **of: Any) -> Run:
    """A run that began then; `project`, `id` and `channel` are its request's."""
    run = a_run(name, created_at=later(at), state=of.pop("state", "running"), tenant=of.pop("tenant", "acme"))
    who = run.request.principal.model_copy(update={key: of.pop(key) for key in ("id", "channel") if key in of})
    return run.model_copy(update={"request": run.request.model_copy(update={"principal": who, **of})})


async def paged(store: Store, limit: int, wanted: RunFilter = ALL) -> list[list[str]]:
    """All pages of the tenant's runs."""
    pages, place = [], None
    while page := await store.page_runs("acme", wanted, before=place, limit=limit):
        pages.append([run.id for run in page])
        place = RunPlace(page[-1].created_at, page[-1].id)
    return pages


async def test_runs_come_newest_first_and_each_once_however_many_began_at_one_moment(store: Store) -> None:
    for name, at in (("a", 1), ("B", 1), ("c", 1), ("d", 0), ("e", 2)):
        await store.save_run(run_of(name, at))
    await store.save_run(run_of("foreign", 3, tenant="other"))
    assert await paged(store, 2) == [["e", "c"], ["a", "B"], ["d"]]


async def test_a_run_that_begins_meanwhile_moves_no_page(store: Store) -> None:
    for number in range(4):
        await store.save_run(run_of(f"r{number}", number))
    first = await store.page_runs("acme", ALL, limit=2)
    await store.save_run(run_of("newer", 9))
    rest = await store.page_runs("acme", ALL, before=RunPlace(first[-1].created_at, first[-1].id), limit=9)
    assert [run.id for run in (*first, *rest)] == ["r3", "r2", "r1", "r0"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"state": "waiting"}, ["one"]), ({"project": "web"}, ["two"]), ({"requester": "ben"}, ["three"]),
        ({"channel": "chat"}, ["four"]), ({"state": "waiting", "project": "web"}, []), ({"project": "x' OR 1=1"}, []),
    ],
)  # fmt: skip
async def test_runs_are_found_by_what_they_are(store: Store, wanted: dict[str, Any], found: list[str]) -> None:
    for run in (
        run_of("one", state="waiting"), run_of("two", project="web"), run_of("three", id="ben"),
        run_of("four", channel="chat"),
    ):  # fmt: skip
        await store.save_run(run)
    assert [run.id for run in await store.page_runs("acme", RunFilter.model_validate(wanted))] == found


async def test_requests_come_newest_first_and_those_that_wait_apart(store: Store) -> None:
    for name in ("a1", "a2", "a3"):
        await store.ask_approval(a_request(name, subject=name * 32), an_event(name))
    await store.ask_approval(a_request("a4", tenant="other", subject="o" * 64), an_event("a4"))
    await store.close_approval("a2", "revoked", NOW, an_event("a2"))
    first = await store.page_approvals("acme", limit=2)
    assert [each.asked for each in first] == [await store.get_approval("a3"), await store.get_approval("a2")]
    rest = await store.page_approvals("acme", before=first[-1].number)
    assert [each.asked.request.id for each in rest] == ["a1"]
    assert [each.asked.request.id for each in await store.page_approvals("acme", waiting_at=NOW)] == ["a3", "a1"]
    over = first[0].asked.request.expires_at
    assert await store.page_approvals("acme", waiting_at=over) == []


def an_event(run: str, kind: str = "step", tenant: str = "acme") -> Event:
    """An entry to be."""
    return Event(run=run, tenant=tenant, kind=kind, body={}, at=NOW)


async def test_entries_come_newest_first_by_kind_and_of_the_tenant_alone(store: Store) -> None:
    for kind, tenant in (("a", "acme"), ("b", "acme"), ("a", "other"), ("c", "acme"), ("a", "acme")):
        await store.append(an_event("r", kind, tenant))
    first = await store.page_entries("acme", limit=2)
    assert [entry.seq for entry in first] == [5, 4]
    assert [entry.seq for entry in await store.page_entries("acme", before=4)] == [2, 1]
    assert [entry.seq for entry in await store.page_entries("acme", kinds=("a", "b"))] == [5, 2, 1]
    assert list(first) == [entry for entry in reversed(await store.entries()) if entry.seq > 3]
