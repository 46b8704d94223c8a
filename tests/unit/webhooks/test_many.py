"""Many deliveries at once, some sent twice: every demand is one run, and one conversation."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.services.receiver import posted
from tests.unit.webhooks.bench import hooks

DEMANDS = 200


async def test_two_hundred_demands_of_which_some_are_sent_twice_are_two_hundred_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    async with hooks(tmp_path, monkeypatch) as (store, url), httpx.AsyncClient(timeout=150) as client:

        async def send(number: int, seconds: int) -> int:
            sent = posted(f"bucket number {number} in Ireland", "ada", number, at=now + timedelta(seconds=seconds))
            return (await client.post(url, headers=sent.headers, content=sent.body)).status_code

        again = [send(number, 1) for number in range(0, DEMANDS, 4)]
        sending = [*(send(number, 0) for number in range(DEMANDS)), *again]
        assert set(await asyncio.gather(*sending)) == {200}
        runs = await store.list_runs(limit=1000)
        assert sorted(run.request.text for run in runs) == sorted(
            f"bucket number {number} in Ireland" for number in range(DEMANDS)
        )
        entries = await store.entries(limit=10_000)
        assert [entry.event.kind for entry in entries] == ["requested"] * DEMANDS
        told = await store.claim_conversations(now + timedelta(hours=1), now + timedelta(hours=2), 1000)
        assert sorted(each.run for each in told) == sorted(run.id for run in runs)
        leases = await store.claim_runs("here", now + timedelta(hours=1), now + timedelta(hours=2), 1000)
        assert sorted(lease.run for lease in leases) == sorted(run.id for run in runs)
