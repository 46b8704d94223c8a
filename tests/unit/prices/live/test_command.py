"""`tollgate prices refresh`, as it is typed: what it says, what it exits with, and that a kill loses no page."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from mcp_handlers.prices.catalog import FOLDER
from tests.unit.prices.live.conftest import Market

ROOT = Path(__file__).parents[4]
COMMAND = [sys.executable, "-m", "functions.cli.main", "prices"]


def run(market: Market, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The command, at the market's lists."""
    return subprocess.run(
        [*COMMAND, *words],
        cwd=ROOT,
        env={**os.environ, **market.lists.environment(), **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_every_cloud_is_refreshed_and_the_next_quote_is_of_the_new_prices(market: Market) -> None:
    folder = str(market.folder.path)
    done = run(market, "refresh", "--into", folder, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["folder"] == folder
    assert [each["cloud"] for each in told["clouds"]] == ["aws", "azure", "gcp"]
    words = ("quote", "--machine", "m5.large", "--purchase", "spot", "--cloud", "aws", "--json")
    quoted = json.loads(run(market, *words, **{FOLDER: folder}).stdout)
    assert quoted["snapshots"] == {"aws": told["clouds"][0]["snapshot"]}
    zones = {offer["offer"]["zone"]: offer["offer"]["basis"] for offer in quoted["offers"]}
    assert zones == {"us-east-1a": "list", "eu-west-1a": "list"}


def test_progress_and_the_report_are_for_people(market: Market) -> None:
    market.lists.trouble["gcp"].append(PlainTextResponse("slow", 429, {"retry-after": "1"}))
    done = run(market, "refresh", "--cloud", "gcp", "--into", str(market.folder.path))
    assert done.returncode == 0, done.stderr
    assert "1 pages" in done.stderr
    assert re.search(r"asks to slow down \(429\): asked again in \d s", done.stderr)
    assert "gcp   skus" in done.stderr
    for words in ("rows kept", "machines", "the median's move", f"{FOLDER}={market.folder.path}"):
        assert words in done.stdout


@pytest.mark.parametrize("as_json", [True, False])
def test_a_cloud_that_fails_keeps_no_other_back_and_says_what_to_do(as_json: bool, market: Market) -> None:
    words = ("--cloud", "gcp", "--cloud", "azure", "--into", str(market.folder.path), *(["--json"] if as_json else []))
    done = run(market, "refresh", *words, TOLLGATE_GCP_PRICES_KEY="another-key")
    assert done.returncode == 1
    assert "another-key" not in done.stdout + done.stderr
    assert "Give a key that may read the price list" in (done.stdout if as_json else done.stderr)
    if as_json:
        told: list[dict[str, Any]] = json.loads(done.stdout)["clouds"]
        assert [each.get("error", {}).get("code") for each in told] == ["NO_PERMISSION", None]


@pytest.mark.parametrize(
    ("words", "environ", "code", "said"),
    [
        (("--cloud", "mars"), {}, 2, "no live prices for cloud 'mars'"),
        (("--cloud", "gcp"), {"TOLLGATE_GCP_PRICES_KEY": ""}, 1, "takes an API key"),
        (("--cloud", "azure"), {"TOLLGATE_AZURE_PRICES_URL": "http://example.com/prices"}, 2, "is no https address"),
    ],
    ids=["unknown cloud", "no key", "plain http"],
)
def test_what_cannot_be_done_is_said_before_anything_is_asked(
    words: tuple[str, ...], environ: dict[str, str], code: int, said: str, market: Market
) -> None:
    done = run(market, "refresh", *words, "--into", str(market.folder.path), **environ)
    assert (done.returncode, market.lists.asked) == (code, [])
    assert said in done.stderr


def test_a_refresh_that_is_killed_goes_on_where_it_was(market: Market) -> None:
    market.lists.page = 20
    reached = threading.Event()

    async def hang(request: Request) -> Response:
        reached.set()
        while (await request.receive())["type"] != "http.disconnect":
            continue
        return PlainTextResponse("nobody hears this")

    market.lists.trouble["azure"].extend([None, None, None, hang])
    words = [*COMMAND, "refresh", "--cloud", "azure", "--into", str(market.folder.path)]
    environ = {**os.environ, **market.lists.environment()}
    before = market.in_force("azure")
    with subprocess.Popen(words, cwd=ROOT, env=environ, stderr=subprocess.PIPE) as first:
        assert reached.wait(60)
        first.kill()
    assert market.in_force("azure") == before
    asked = list(market.lists.asked)
    market.lists.asked.clear()
    done = run(market, *words[4:], "--json")
    told = json.loads(done.stdout)["clouds"][0]
    assert (done.returncode, told["resumed_pages"]) == (0, 3)
    assert market.lists.asked[0] == asked[3]
    assert set(asked[:3]).isdisjoint(market.lists.asked)
    assert told["change"]["lost_places_pct"] == 0
