"""Each door as the flows use it: what somebody there writes, how they decide, and what they see of the answers."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.services import chat, github, jira, receiver, servicenow
from tests.services.server import served
from tests.services.slack_sends import Sent


@dataclass
class Bench:
    """A door. `write` is what a person sends, `decide` their yes or no to what is shown, `seen` all that was told."""

    door: str
    people: dict[str, str]
    write: Callable[..., Sent]
    seen: Callable[[], str]
    decide: Callable[[str, str, str], Sent]
    refused: Callable[[str], bool]
    finally_: Callable[[], None] = lambda: None
    """What must be so besides, after one run was done with a yes and another was denied."""
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def says(self, text: str, person: str) -> Sent:
        """A new comment or message."""
        return self.write(text, self.people[person], next(self.numbers))


def _by_words(write: Callable[..., Sent], people: dict[str, str], word: str = "/tollgate ") -> Any:
    counter = itertools.count(500)

    def decide(question: str, person: str, yes_or_no: str) -> Sent:
        return write(f"{word}{yes_or_no} {question}", people[person], next(counter))

    return decide


@contextmanager
def github_bench(setenv: Any, folder: Path) -> Iterator[Bench]:
    """Pull request 7, with an app whose checks have buttons."""
    service = github.GitHubService()
    people = {"ada": "ada", "grace": "grace", "eve": "eve"}

    def decide(question: str, person: str, word: str) -> Sent:
        (check,) = [c for c in service.checks.values() if c.get("conclusion") == "action_required"]
        (button,) = [a for a in check["actions"] if a["identifier"].startswith(word)]
        assert question.split()[1].startswith(button["identifier"].split(":")[1])
        return github.pressed(check, button["identifier"], people[person])

    def at_the_end() -> None:
        assert sorted(check["conclusion"] for check in service.checks.values()) == ["failure", "success"]
        assert len([c for c in service.comments.values() if "### Done: run" in c["body"]]) == 1

    with served(service.app()) as address:
        setenv("TOLLGATE_DOOR_GITHUB_SECRET", github.SECRET)
        setenv("TOLLGATE_DOOR_GITHUB_APP", github.APP)
        setenv("TOLLGATE_DOOR_GITHUB_KEY", github.PEM)
        setenv("TOLLGATE_DOOR_GITHUB_API", address)

        def write(text: str, user: str, number: int) -> Sent:
            return github.comment(text if text.startswith("/") else f"/tollgate {text}", user, number)

        yield Bench(
            "github", people, write, lambda: json.dumps([c["body"] for c in service.comments.values()]), decide,
            lambda said: said in json.dumps([c["body"] for c in service.comments.values()]), at_the_end,
        )  # fmt: skip


@contextmanager
def jira_bench(setenv: Any, folder: Path) -> Iterator[Bench]:
    """Issue OPS-7, moved along with the run."""
    service, people = jira.JiraService(), {"ada": "5b10ada", "grace": "5b10grace", "eve": "5b10eve"}

    def write(text: str, user: str, number: int) -> Sent:
        return jira.comment(text if text.startswith("/") else f"/tollgate {text}", user, number)

    def seen() -> str:
        return json.dumps([c["body"] for c in service.comments.values()]).replace("\\\\", "")

    def at_the_end() -> None:
        assert service.moves[-1] == "Done"
        assert "In Progress" in service.moves

    with served(service.app()) as address:
        setenv("TOLLGATE_DOOR_JIRA_SECRET", jira.SECRET)
        setenv("TOLLGATE_DOOR_JIRA_URL", address)
        setenv("TOLLGATE_DOOR_JIRA_USER", jira.USER)
        setenv("TOLLGATE_DOOR_JIRA_TOKEN", jira.TOKEN)
        setenv("TOLLGATE_DOOR_JIRA_TRANSITIONS", '{"waiting": "In Progress", "succeeded": "Done", "failed": "Nowhere"}')
        yield Bench("jira", people, write, seen, _by_words(write, people), lambda said: said in seen(), at_the_end)


@contextmanager
def servicenow_bench(setenv: Any, folder: Path) -> Iterator[Bench]:
    """A change request with a journal and an approval."""
    service = servicenow.ServiceNowService()
    people = {"ada": "ada.lovelace", "grace": "grace.hopper", "eve": "eve.eavesdrop"}

    def write(text: str, user: str, number: int) -> Sent:
        return servicenow.comment(text if text.startswith("/") else f"/tollgate {text}", user, number)

    def seen() -> str:
        return json.dumps([e["value"] for e in service.journal if e["element"] == "comments"])

    def refused(said: str) -> bool:
        """In the work notes, which who asked does not see."""
        return any(said in e["value"] for e in service.journal if e["element"] == "work_notes") and said not in seen()

    def at_the_end() -> None:
        assert service.approvals == ["requested", "approved"]

    with served(service.app()) as address:
        setenv("TOLLGATE_DOOR_SERVICENOW_SECRET", servicenow.SECRET)
        setenv("TOLLGATE_DOOR_SERVICENOW_URL", address)
        setenv("TOLLGATE_DOOR_SERVICENOW_USER", servicenow.USER)
        setenv("TOLLGATE_DOOR_SERVICENOW_PASSWORD", servicenow.PASSWORD)
        yield Bench("servicenow", people, write, seen, _by_words(write, people), refused, at_the_end)


@contextmanager
def chat_bench(setenv: Any, folder: Path) -> Iterator[Bench]:
    """A space of Google Chat."""
    service, people = chat.ChatService(), {"ada": "users/101", "grace": "users/102", "eve": "users/666"}
    pressed = {"approve": "Approve", "deny": "Deny"}

    def decide(question: str, person: str, word: str) -> Sent:
        name = question.split()[0]
        (message,) = [m for m in service.messages.values() if f"Approval {name}" in m["text"]]
        widgets = message["cardsV2"][0]["card"]["sections"][0]["widgets"]
        buttons = [b for w in widgets for b in w.get("buttonList", {}).get("buttons", [])]
        (button,) = [b for b in buttons if b["text"] == pressed[word]]
        return chat.click(button, people[person], message)

    def at_the_end() -> None:
        assert "buttonList" not in json.dumps(list(service.messages.values()))
        assert len(service.messages) == 3

    with served(service.app()) as address:
        setenv("TOLLGATE_DOOR_CHAT_AUDIENCE", chat.AUDIENCE)
        setenv("TOLLGATE_DOOR_CHAT_CERTS", f"{address}/certs")
        setenv("TOLLGATE_DOOR_CHAT_API", address)
        setenv("TOLLGATE_DOOR_CHAT_CREDENTIALS", chat.credentials(folder, address))
        yield Bench(
            "chat", people, chat.message, lambda: json.dumps(list(service.messages.values())), decide,
            lambda said: True, at_the_end,
        )  # fmt: skip


@contextmanager
def signed_bench(setenv: Any, folder: Path) -> Iterator[Bench]:
    """Three senders with a secret each, of whom one is told what comes of it."""
    service, people = receiver.Receiver(), {"ada": "ada", "grace": "grace", "eve": "eve"}

    def at_the_end() -> None:
        kinds = {message["type"] for message in service.messages.values()}
        assert {"approval.open", "run.succeeded", "run.denied"} <= kinds

    with served(service.app()) as address:
        setenv("TOLLGATE_DOOR_SIGNED_SECRETS", json.dumps({**receiver.SECRETS, **receiver.EVE}))
        setenv("TOLLGATE_DOOR_SIGNED_ADDRESSES", json.dumps({"ada": f"{address}/told"}))
        write = receiver.posted
        yield Bench(
            "signed", people, write, lambda: json.dumps(list(service.messages.values())),
            _by_words(write, people, ""), lambda said: True, at_the_end,
        )  # fmt: skip


BENCHES = {
    "github": github_bench, "jira": jira_bench, "servicenow": servicenow_bench, "chat": chat_bench,
    "signed": signed_bench,
}  # fmt: skip
