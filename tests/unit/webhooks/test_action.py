"""The GitHub Action's step against the generic door: it asks once, waits, and its exit code says how it ended."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.contract.stores import NOW, a_record, an_event
from tests.services.receiver import SECRETS
from tests.unit.webhooks.bench import hooks
from workflow.store.store import Store

STEP = Path(__file__).parents[3] / "infra" / "github_action" / "ask.py"


async def step(url: str, output: Path, **told: str) -> tuple[int, str]:
    """The exit code and what it printed, as a runner starts it."""
    environment = {
        "PATH": os.environ["PATH"], "TOLLGATE_URL": url, "TOLLGATE_SENDER": "ada", "TOLLGATE_SECRET": SECRETS["ada"],
        "TOLLGATE_REQUEST": "a bucket in Ireland", "TOLLGATE_PROJECT": "ml", "TOLLGATE_ENVIRONMENT": "",
        "TOLLGATE_WAIT_MINUTES": "5", "GITHUB_RUN_ID": "1", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_ACTION": "ask",
        "GITHUB_OUTPUT": str(output), "TOLLGATE_POLL_SECONDS": "0.2", **told,
    }  # fmt: skip
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(STEP), env=environment, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await asyncio.wait_for(child.communicate(), 120)
    return child.returncode or 0, out.decode()


async def end(store: Store, state: str) -> None:
    """As an orchestrator ends the one run, as soon as it is there."""
    while not (runs := await store.list_runs()):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    record = a_record(runs[0], state=state, started_at=NOW)
    await store.end_run(runs[0], record, an_event(run=runs[0].id, kind="finished"))


@pytest.mark.parametrize(("state", "code"), [("succeeded", 0), ("denied", 3)])
async def test_the_action_waits_for_the_end_of_the_one_run_that_it_asked_for(
    state: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hooks(tmp_path, monkeypatch) as (store, url):
        (found, said), _ = await asyncio.gather(step(url, tmp_path / "output"), end(store, state))
        (run,) = await store.list_runs()
        assert found == code, said
        assert (tmp_path / "output").read_text() == f"run={run.id}\nstate={state}\n"
        assert (run.request.project, run.request.principal.id) == ("ml", "ada@example.com")
        assert await step(url, tmp_path / "output", TOLLGATE_WAIT_MINUTES="0") != (1, "")
        assert len(await store.list_runs()) == 1


async def test_what_is_refused_is_an_error_that_names_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hooks(tmp_path, monkeypatch) as (_, url):
        for told in ({"TOLLGATE_SECRET": SECRETS["grace"]}, {"TOLLGATE_ENVIRONMENT": "moon"}):
            code, said = await step(url, tmp_path / "output", **told)
            assert (code, "::error::Tollgate refused:" in said, "whsec" in said) == (2, True, False)
