"""What a front door drags in when it starts: no SDK of its service, no workflow engine, no web client."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from functions.webhooks.doors import NAMES
from tests.architecture.house import ROOT

HEAVY = {
    "github",
    "google",
    "httpx",
    "jwt",
    "langgraph",
    "mcp",
    "psycopg",
    "requests",
    "slack_sdk",
    "starlette",
    "uvicorn",
}


@pytest.mark.parametrize("door", NAMES)
def test_a_door_starts_light(door: str) -> None:
    names = f"functions.webhooks.function, functions.webhooks.{door}.setup"
    code = f"import sys; at_start = set(sys.modules); import {names}, json"
    code += "; print(json.dumps(sorted(set(sys.modules) - at_start)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}
    assert loaded & HEAVY == set()
