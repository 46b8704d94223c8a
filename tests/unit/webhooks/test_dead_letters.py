"""`tollgate answers`: dead letters are listed with the reason, and tried again."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

from tests.contract.stores import NOW
from workflow.model.answering import Conversation
from workflow.store.store import open_store

ROOT = Path(__file__).parents[3]
DEAD = Conversation(
    name="slack:1", tenant="acme", owner="ana", run="run-1", door="slack", address={"channel": "C1"}, state="dead",
    tries=12, error="REJECTED: not_in_channel", next_at=NOW, at=NOW,
)  # fmt: skip


def tollgate(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command."""
    command = [sys.executable, "-m", "functions.cli.main", "answers", *words]
    environment = {**os.environ, "TOLLGATE_HOME": str(home), "TOLLGATE_DATABASE_URL": ""}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )  # fmt: skip


async def _lose(home: Path) -> None:
    async with open_store(home / "tollgate.db") as store:
        await store.open_conversation(DEAD)


def test_a_dead_letter_is_listed_and_tried_again(tmp_path: Path) -> None:
    asyncio.run(_lose(tmp_path))
    listed = tollgate(tmp_path, "list", "--json")
    assert json.loads(listed.stdout) == [
        {
            "name": "slack:1", "run": "run-1", "door": "slack", "tries": 12, "error": "REJECTED: not_in_channel",
            "at": "2026-11-20T12:00:00Z",
        }
    ]  # fmt: skip
    assert json.loads(tollgate(tmp_path, "retry", "slack:1", "--json").stdout) == {"revived": ["slack:1"]}
    again = tollgate(tmp_path, "retry", "slack:1", "--json")
    assert (again.returncode, json.loads(again.stdout)["error"]["code"]) == (2, "NOT_FOUND")
