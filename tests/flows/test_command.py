"""The `tollgate` command as a person runs it: what it prints, what it exits with."""

import asyncio
import inspect
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from functions.cli.prices import quote
from mcp_handlers.tools import get_cost_estimate
from tests.flows.house import House

ROOT = Path(__file__).parents[2]
JOB = "Train a vision model on one A100 for 6 hours, EU data only, under $100"


def tollgate(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in this house."""
    command = [sys.executable, "-m", "functions.cli.main", *words]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120, check=False
    )


def as_json(*words: str) -> Any:
    """The command's JSON."""
    return json.loads(tollgate(*words, "--json").stdout)


async def test_a_run_shows_each_stage_and_exits_with_0(house: House) -> None:
    done = tollgate("run", JOB)
    assert done.returncode == 0, done.stderr
    for words in (
        "Workload", "1 × A100 per node", "Candidates", "azure", "aws", "gcp", "RESIDENCY", "chosen", "ALLOW",
        "submit_ml_job", " ms", "Health", "healthy", '"state": "succeeded"', "against the dearest",
        "against the median", "record ",
    ):  # fmt: skip
        assert words in done.stdout, words


async def test_a_run_can_be_shown_replayed_and_proved_again(house: House) -> None:
    record = as_json("run", JOB)
    shown = tollgate("runs", "show", record["run"])
    assert shown.returncode == 0
    assert JOB in shown.stdout
    assert '"state": "succeeded"' in shown.stdout
    assert as_json("runs", "show", record["run"])["run"]["record"] == record
    assert record["run"] in [run["id"] for run in as_json("runs", "list")]
    replayed = tollgate("runs", "replay", record["run"])
    assert (replayed.returncode, "come out the same" in replayed.stdout) == (0, True)
    assert as_json("runs", "replay", record["run"])["differences"] == []
    verified = tollgate("ledger", "verify")
    assert (verified.returncode, "chain whole" in verified.stdout) == (0, True)


async def test_a_denial_exits_with_3_and_names_rule_and_remedy(house: House) -> None:
    done = tollgate("run", "Put our patients' records on a bucket in us-east-1, must stay in the EU")
    assert done.returncode == 3
    assert "RESIDENCY" in done.stdout
    assert "remedy:" in done.stdout


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("   \n ", "empty"),
        ("x" * 100_000, "100,000 characters"),
        ("train \x01\x02 on one A100", "control characters"),
        (b"train \xff\xfe on one A100", "control characters"),
    ],
    ids=["empty", "blank", "100 kB", "control", "binary"],
)
def test_a_bad_request_exits_with_2_and_says_what_to_do(told: Any, text: str | bytes, words: str) -> None:
    spoken = os.fsdecode(text) if isinstance(text, bytes) else text
    done = tollgate("run", spoken)
    assert done.returncode == 2, done.stdout
    assert words in done.stderr + done.stdout
    assert "What to do:" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_a_contradictory_request_exits_with_7_and_asks(told: Any) -> None:
    done = tollgate("run", "Run a batch job of 10 hours within 4 hours on 4 vCPUs")
    assert done.returncode == 7, done.stdout
    assert "cannot be done within 4" in done.stderr + done.stdout
    assert "?" in done.stderr + done.stdout


async def test_a_row_that_was_changed_is_found_and_named(house: House) -> None:
    as_json("run", "We need a bucket for backups in Ireland")
    path = house.told.home / "tollgate.db"
    with sqlite3.connect(path) as database:
        (seq, body) = database.execute("SELECT seq, body FROM events WHERE kind = 'planned' LIMIT 1").fetchone()
        triggers = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE events SET body = ? WHERE seq = ?", (body.replace("acme", "evil") + " ", seq))
    try:
        done = tollgate("ledger", "verify")
        assert done.returncode == 5
        assert f"row {seq}" in done.stdout
        assert as_json("ledger", "verify")["finding"]["seq"] == seq
    finally:
        with sqlite3.connect(path) as database:
            database.execute("UPDATE events SET body = ? WHERE seq = ?", (body, seq))
            for _, sql in triggers:
                database.execute(sql)
    assert tollgate("ledger", "verify").returncode == 0


def test_a_run_that_does_not_exist_is_said_to_be_so(told: Any) -> None:
    done = tollgate("runs", "show", "r0-nothing")
    assert (done.returncode, "There is no run r0-nothing" in done.stderr) == (2, True)


def test_a_token_is_printed_and_says_who_in_json(told: Any) -> None:
    assert tollgate("token").stdout.count(".") == 2
    told_of = as_json("token", "--for", "aws", "--role", "viewer")
    assert told_of["audience"] == "tollgate:aws"
    assert told_of["principal"]["roles"] == ["viewer"]
    assert tollgate("token", "--for", "moon").returncode == 2


def test_prices_are_quoted_in_one_process_start(told: Any) -> None:
    found = as_json("prices", "quote", "--vcpus", "8", "--memory-gib", "32", "--jurisdiction", "EU")
    best = found["offers"][0]
    assert "EU" in best["offer"]["jurisdictions"]
    assert best["offer"]["vcpus"] >= 8
    assert sorted(found["matched"]) == ["aws", "azure", "gcp"]
    table = tollgate("prices", "quote", "--gpu", "A100", "--limit", "3")
    assert table.returncode == 0
    assert "A100" in table.stdout
    wrong = tollgate("prices", "quote", "--hours", "-1")
    assert (wrong.returncode, "--hours" in wrong.stderr) == (2, True)


def test_the_words_of_a_request_can_be_read_alone(told: Any, tmp_path: Path) -> None:
    assert as_json("parse", JOB)["workload"]["gpu"] == "A100"
    requests = tmp_path / "requests.jsonl"
    requests.write_text(json.dumps({"id": "a", "text": JOB}) + "\n")
    (line,) = tollgate("parse", "--file", str(requests)).stdout.splitlines()
    assert json.loads(line)["id"] == "a"
    assert json.loads(line)["got"]["residency"] == ["EU"]


def test_the_local_cloud_is_reported_and_can_be_made_to_misbehave(told: Any) -> None:
    states = as_json("local", "status")
    assert {s["name"]: s["state"] for s in states} == dict.fromkeys(
        ("ministack", "moto", "aws", "azure", "gcp", "tollgate"), "running"
    )
    assert as_json("local", "fault", "gcp", "latency", "--latency-ms", "5")[0]["kind"] == "latency"
    assert as_json("local", "fault", "gcp", "clear") == []
    assert tollgate("local", "fault", "gcp", "earthquake").returncode == 2
    assert tollgate("local", "fault", "moon", "error").returncode == 2


def test_a_run_that_is_stopped_by_hand_can_be_resumed_and_does_nothing_twice(house: House) -> None:
    house.fault("gcp", "latency", latency_ms=4000, operation="POST")
    command = [sys.executable, "-m", "functions.cli.main", "run", f"{JOB}, GCP only"]
    # Ctrl-C is for who listens to it, also where the tests themselves were started in the background, which ignores it.
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout is not None
        seen = ""
        for line in process.stdout:
            seen += line
            if "Tool calls" in line:
                process.send_signal(signal.SIGINT)
                break
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    (run,) = re.findall(r"Run (r\S+)", seen)
    assert f"tollgate runs resume {run}" in told
    house.clear("gcp")
    resumed = tollgate("runs", "resume", run)
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    held = asyncio.run(house.holdings())["gcp"]
    assert sorted(name.split()[0] for name in held) == ["bucket", "job"]


def test_a_quote_has_an_option_for_everything_that_an_estimate_can_be_asked() -> None:
    takes = set(inspect.signature(quote).parameters)
    renamed = {"regions": "region", "jurisdictions": "jurisdiction", "exclude_families": "exclude_family"}
    assert {renamed.get(name, name) for name in get_cost_estimate.Input.model_fields} <= takes


def test_a_place_that_is_excluded_is_not_quoted(told: Any) -> None:
    first = as_json("prices", "quote", "--vcpus", "8", "--limit", "1")["offers"][0]["offer"]
    again = as_json(
        "prices", "quote", "--vcpus", "8", "--limit", "1", "--exclude", f"{first['cloud']}/{first['region']}"
    )
    assert again["offers"][0]["offer"]["region"] != first["region"]
