"""The action's one step: ask Tollgate's generic webhook, then ask how the run is doing until it has ended.

Only the standard library, so that a runner needs nothing but Python. Exit codes are those of `tollgate`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

SECONDS, TRIES = 20, 5
POLL_SECONDS = float(os.environ.get("TOLLGATE_POLL_SECONDS") or 10)
EXITS = {"succeeded": 0, "failed": 1, "denied": 3, "waiting": 4, "running": 4}


def signed(secret: str, name: str, now: int, body: bytes) -> dict[str, str]:
    """The headers of Standard Webhooks."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{name}.{now}.".encode() + body, hashlib.sha256).digest()
    return {
        "content-type": "application/json", "webhook-id": name, "webhook-timestamp": str(now),
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }  # fmt: skip


def post(told: Mapping[str, str], name: str, words: Mapping[str, str]) -> dict[str, Any]:
    """Tollgate's answer. The same name is the same demand, so it is safe to try again. Exits where it is refused."""
    body = json.dumps({"sender": told["TOLLGATE_SENDER"], **words}).encode()
    for left in reversed(range(TRIES)):
        headers = signed(told["TOLLGATE_SECRET"], name, int(time.time()), body)
        request = urllib.request.Request(told["TOLLGATE_URL"], body, headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
                found: dict[str, Any] = json.load(answer)
                return found
        except urllib.error.HTTPError as error:
            if error.code < 500 and error.code != 429:
                print(f"::error::Tollgate refused: {_said(error)}")
                sys.exit(2)
        except OSError as error:
            print(f"Tollgate did not answer ({type(error).__name__}).", flush=True)
        if left:
            time.sleep(POLL_SECONDS)
    print("::error::Tollgate does not answer.")
    sys.exit(1)


def main(told: Mapping[str, str] = os.environ) -> int:
    """Ask, wait, and say how it ended."""
    name = "-".join(["github", *(told.get(f"GITHUB_{part}", "") for part in ("RUN_ID", "RUN_ATTEMPT", "ACTION"))])
    words = {"text": told["TOLLGATE_REQUEST"], "project": told.get("TOLLGATE_PROJECT", "")}
    asked = post(told, name, {**words, "environment": told.get("TOLLGATE_ENVIRONMENT", "")})
    if asked["kind"] != "started":
        print(f"::error::This is no request: {asked['text']}")
        return 2
    run, state = asked["run"], asked["body"]["state"]
    print(asked["text"], flush=True)
    until = time.monotonic() + 60 * float(told.get("TOLLGATE_WAIT_MINUTES") or 0)
    number = 0
    while state in ("running", "waiting") and time.monotonic() < until:
        time.sleep(POLL_SECONDS)
        number += 1
        seen = post(told, f"{name}-{number}", {"text": f"status {run}"})
        if seen["body"]["state"] != state:
            print(seen["text"], flush=True)
        state = seen["body"]["state"]
    _tell(told, run, state)
    return EXITS[state] if float(told.get("TOLLGATE_WAIT_MINUTES") or 0) else 0


def _tell(told: Mapping[str, str], run: str, state: str) -> None:
    if path := told.get("GITHUB_OUTPUT"):
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"run={run}\nstate={state}\n")


def _said(error: urllib.error.HTTPError) -> str:
    try:
        body = json.loads(error.read())
        return str(body.get("text") or body["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {error.code}"


if __name__ == "__main__":
    sys.exit(main())
