"""What is installed elsewhere: the GitHub Action by its published schema, Slack's manifest by its reference."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
MANIFEST: dict[str, Any] = json.loads((ROOT / "infra/slack/manifest.json").read_text())
SCOPES = {
    "chat.postMessage": "chat:write", "chat.update": "chat:write", "chat.postEphemeral": "chat:write",
    "conversations.history": "channels:history", "conversations.replies": "channels:history",
}  # fmt: skip
"""What the methods take that the door calls; views.open takes none."""


def judged(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """An action by the schema that check-jsonschema carries."""
    (folder / "action.yml").write_text(text)
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions"]
    return subprocess.run(
        [*command, str(folder / "action.yml")], capture_output=True, text=True, timeout=60, check=False
    )  # fmt: skip


def test_the_action_is_one_by_its_published_schema(tmp_path: Path) -> None:
    text = (ROOT / "infra/github_action/action.yml").read_text()
    assert judged(text, tmp_path).returncode == 0
    assert judged(text.replace("using: composite", "using: magic"), tmp_path).returncode == 1


def test_the_manifest_asks_for_the_scopes_that_the_door_uses_and_no_more() -> None:
    calls = "".join(path.read_text() for path in (ROOT / "functions/webhooks/slack").glob("*.py"))
    used = {scope for method, scope in SCOPES.items() if f'"{method}"' in calls}
    assert len(used) == 2
    histories = {"groups:history", "im:history", "mpim:history"}
    events = {"app_mention": "app_mentions:read"}
    asked = {events[event] for event in MANIFEST["settings"]["event_subscriptions"]["bot_events"]}
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == used | histories | asked | {
        "commands",
        "chat:write.public",
    }


def test_the_manifest_keeps_to_slacks_lengths_and_names_one_address() -> None:
    shown, (command,) = MANIFEST["display_information"], MANIFEST["features"]["slash_commands"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert len(MANIFEST["features"]["bot_user"]["display_name"]) <= 80
    assert command["command"] == "/tollgate"
    assert len(command["command"]) <= 32
    assert len(command["description"]) <= 2000
    settings = MANIFEST["settings"]
    urls = {command["url"], settings["interactivity"]["request_url"], settings["event_subscriptions"]["request_url"]}
    assert urls == {"https://tollgate.example.com/hooks/slack"}


@pytest.mark.parametrize("section", ["display_information", "features", "oauth_config", "settings"])
def test_the_manifest_has_every_section(section: str) -> None:
    assert MANIFEST[section]
