"""`tollgate freeze`, `revoke`, `flags` and `keys`, as an operator types them."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from functions.cli.main import build


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own."""
    monkeypatch.setenv("TOLLGATE_HOME", str(tmp_path))
    monkeypatch.setenv("TOLLGATE_USER", "ops@example.com")
    return tmp_path


def typed(*words: str) -> tuple[int, Any]:
    """The exit code and the JSON that is printed."""
    done = CliRunner().invoke(build(words[0]), [*words, "--json"])
    return done.exit_code, json.loads(done.stdout)


def printed(*words: str) -> str:
    """What a person reads."""
    done = CliRunner().invoke(build(words[0]), list(words))
    assert done.exit_code == 0
    return " ".join(done.stdout.split())


def test_a_freeze_is_set_listed_and_lifted(home: Path) -> None:
    frozen = {"scope": "cloud", "name": "aws", "frozen": True}
    assert typed("freeze", "on", "--cloud", "aws", "--reason", "Incident 7.") == (0, {**frozen, "new": True})
    assert typed("freeze", "on", "--cloud", "aws", "--reason", "Again.") == (0, {**frozen, "new": False})
    code, listed = typed("freeze", "list")
    assert (code, [(s["scope"], s["name"], s["reason"], s["who"]) for s in listed]) == (
        0,
        [("cloud", "aws", "Incident 7.", "ops@example.com")],
    )
    assert "on aws" in printed("freeze", "list")
    assert typed("freeze", "off", "--cloud", "aws") == (0, {**frozen, "frozen": False})
    assert typed("freeze", "off", "--cloud", "aws")[0] == 2
    assert printed("freeze", "list") == "Nothing is frozen."


@pytest.mark.parametrize(("kind", "name"), [("tool", "launch_spot"), ("cloud", "gcp")])
def test_a_flag_is_switched_off_listed_and_switched_on(home: Path, kind: str, name: str) -> None:
    told = {"kind": kind, "name": name, "off": True}
    assert typed("flags", "off", kind, name, "--reason", "Incident 7.") == (0, {**told, "new": True})
    assert typed("flags", "off", kind, name, "--reason", "Again.") == (0, {**told, "new": False})
    code, listed = typed("flags", "list")
    assert (code, [(one["kind"], one["name"], one["reason"], one["who"]) for one in listed]) == (
        0,
        [(kind, name, "Incident 7.", "ops@example.com")],
    )
    assert f"{kind} {name}" in printed("flags", "list")
    assert typed("flags", "on", kind, name) == (0, {**told, "off": False})
    assert typed("flags", "on", kind, name)[0] == 2
    assert printed("flags", "list") == "Every tool and every cloud is on."


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("flags", "off", "region", "eu", "--reason", "x"), "'region' cannot be switched."),
        (("flags", "off", "tool", "moon", "--reason", "x"), "There is no tool 'moon'."),
        (("flags", "on", "cloud", "moon"), "There is no cloud 'moon'."),
        (("flags", "off", "cloud", "gcp", "--reason", ""), "A reason has 1 to 500 characters."),
        (("freeze", "on", "--cloud", "moon", "--reason", "x"), "There is no cloud 'moon'."),
        (("freeze", "on", "--cloud", "aws", "--tenant", "acme", "--reason", "x"), "A freeze is for a tenant or for a"),
        (("freeze", "on", "--tenant", "Acme!", "--reason", "x"), "That is not a name."),
        (("revoke", "tenant", "acme"), "A revocation needs a reason."),
        (("revoke", "key", "nobody", "--reason", "x"), "There is no key nobody."),
        (("revoke", "principal", "ada", "--undo"), "The principal ada is not revoked."),
        (("keys", "retire", "nobody"), "There is no key nobody."),
    ],
)
def test_what_cannot_be_done_is_told_with_exit_code_2(home: Path, words: tuple[str, ...], message: str) -> None:
    code, told = typed(*words)
    assert code == 2
    assert told["error"]["message"].startswith(message)
    assert told["error"]["remedy"]


@pytest.mark.parametrize("kind", ["tenant", "principal"])
def test_a_revocation_is_made_listed_published_and_taken_back(home: Path, kind: str) -> None:
    document = home / "keys" / "jwks.json"
    told = {"kind": kind, "name": "acme", "revoked": True, "new": True}
    assert typed("revoke", kind, "acme", "--reason", "Left.") == (0, told)
    assert json.loads(document.read_text())["revoked"][f"{kind}s"] == ["acme"]
    _, (listed,) = typed("revoke", "list")
    assert (listed["kind"], listed["name"], listed["reason"], listed["who"]) == (
        kind, "acme", "Left.", "ops@example.com",
    )  # fmt: skip
    assert f"{kind} acme" in printed("revoke", "list")
    assert typed("revoke", kind, "acme", "--undo") == (0, {**told, "revoked": False})
    assert json.loads(document.read_text())["revoked"][f"{kind}s"] == []
    assert printed("revoke", "list") == "Nothing is revoked."


def test_keys_rotate_and_a_revoked_one_is_replaced(home: Path) -> None:
    _, (first,) = typed("keys", "list")
    assert (first["state"], first["until"]) == ("signs", None)
    code, rotated = typed("keys", "rotate")
    assert (code, rotated["stops"]) == (0, first["kid"])
    assert typed("keys", "retire")[1] == {"retired": []}
    assert typed("keys", "retire", first["kid"])[0] == 2
    assert typed("revoke", "key", rotated["signs"], "--reason", "Leaked.")[0] == 0
    _, keys = typed("keys", "list")
    assert [key["state"] for key in keys] == ["verifies", "revoked", "signs"]
    published = json.loads((home / "keys" / "jwks.json").read_text())
    assert [key["kid"] for key in published["keys"]] == [key["kid"] for key in keys]
    assert published["revoked"]["kids"] == [rotated["signs"]]
    assert "revoked" in printed("keys", "list")
