"""What every delivery goes through, at the generic door over HTTP."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.services.receiver import posted
from tests.services.slack_sends import Sent
from tests.unit.webhooks.bench import hooks
from workflow.store.store import Store


def now() -> datetime:
    """Not a constant: a long suite collects its tests minutes before it runs them."""
    return datetime.now(UTC)


async def post(url: str, sent: Sent, **headers: str) -> tuple[int, Any]:
    """The status and the body."""
    async with httpx.AsyncClient(timeout=30) as client:
        answer = await client.post(url, headers={**sent.headers, **headers}, content=sent.body)
    return answer.status_code, answer.json()


async def counted(store: Store) -> tuple[int, int]:
    """Runs, and conversations that are open."""
    return len(await store.list_runs(limit=1000)), len(await store.list_conversations("open", 1000))


async def test_what_is_not_authentic_or_too_old_is_refused_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hooks(tmp_path, monkeypatch) as (store, url):
        right = posted("a bucket in Ireland", "ada")
        wrong = [
            Sent({**right.headers, "Webhook-Signature": "v1,AAAA"}, right.body),
            Sent({**right.headers, "Webhook-Id": "msg_2"}, right.body),
            Sent(right.headers, right.body.replace(b"Ireland", b"Finland")),
            Sent(right.headers, right.body.replace(b'"ada"', b'"grace"')),
            Sent(right.headers, right.body.replace(b'"ada"', b'"nobody"')),
            Sent({"Content-Type": "application/json"}, right.body),
            posted("a bucket", "ada", at=now() - timedelta(minutes=6)),
            posted("a bucket", "ada", at=now() + timedelta(minutes=6)),
            Sent(right.headers, b"[" * 100_000),
        ]
        for each in wrong:
            status, body = await post(url, each)
            assert (status, body["error"]["code"]) == (401, "UNAUTHORIZED")
            assert "whsec" not in json.dumps(body)
        big = Sent(right.headers, b"x" * 1_100_000)
        assert (await post(url, big))[0] == 400
        assert await counted(store) == (0, 0)
        assert (await post(url, right))[0] == 200
        assert await counted(store) == (1, 1)


async def test_the_same_bytes_are_refused_and_a_demand_that_is_signed_again_is_the_same_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hooks(tmp_path, monkeypatch) as (store, url):
        first = posted("a bucket in Ireland", "ada", at=now())
        status, asked = await post(url, first)
        assert (status, asked["kind"]) == (200, "started")
        assert (await post(url, first))[0] == 409
        status, again = await post(url, posted("a bucket in Ireland", "ada", at=now() + timedelta(seconds=1)))
        assert (status, again["run"], "was taken in before" in again["text"]) == (200, asked["run"], True)
        status, other = await post(url, posted("ten buckets in Ireland", "ada", at=now() + timedelta(seconds=2)))
        assert (status, other["code"]) == (409, "CONFLICT")
        status, hers = await post(url, posted("a bucket in Ireland", "grace", at=now()))
        assert (status, hers["run"] != asked["run"]) == (200, True)
        assert await counted(store) == (2, 2)


async def test_a_run_is_looked_at_followed_and_cancelled_and_other_tenants_learn_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hooks(tmp_path, monkeypatch) as (store, url):
        _, asked = await post(url, posted("a bucket in Ireland --project ml", "ada", 1))
        run = asked["run"]
        assert (await store.get_run(run)).request.project == "ml"
        status, seen = await post(url, posted(f"status {run}", "ada", 2))
        assert (status, seen["text"], seen["body"]["state"]) == (200, f"Run {run} is running.", "running")
        status, followed = await post(url, posted(f"follow {run}", "grace", 3))
        assert (status, followed["kind"], await counted(store)) == (200, "seen", (1, 2))
        status, refused = await post(url, posted(f"cancel {run}", "eve", 4))
        assert (status, refused["code"]) == (403, "FORBIDDEN")
        assert (await post(url, posted(f"cancel {run} never mind", "ada", 5)))[1]["kind"] == "cancelled"
        assert (await store.get_place(run)).cancel.reason == "never mind"
        missing = f"status {run[:-8]}00000000"
        assert (await post(url, posted(missing, "ada", 6)))[0] == 404


async def test_words_that_cannot_be_a_run_say_why_and_leave_no_conversation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hooks(tmp_path, monkeypatch) as (store, url):
        for number, (text, more, code) in enumerate(
            [
                ("x" * 9_000, {}, "BAD_REQUEST"),
                ("a bucket --environment moon", {}, "BAD_REQUEST"),
                ("a bucket", {"project": "Not A Name"}, "BAD_REQUEST"),
            ]
        ):
            status, said = await post(url, posted(text, "ada", number, **more))
            assert (status, said["code"], said["kind"]) == (400, code, "refused")
        status, said = await post(url, posted("a bucket", "ada", 8, tenant="umbrella"))
        assert (status, said["error"]["message"]) == (400, "There is no field tenant.")
        assert await counted(store) == (0, 0)
        status, helped = await post(url, posted("approve", "ada", 9))
        assert (status, helped["kind"], "approve ID DIGEST" in helped["text"]) == (200, "helped", True)
