"""The other doors' services of ours, judged by official SDKs where there are some, and our ways out against them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from github import Auth, Github, GithubException
from jira import JIRA

from functions.webhooks.chat import setup as chat_setup
from functions.webhooks.github import setup as github_setup
from functions.webhooks.jira import setup as jira_setup
from functions.webhooks.servicenow import setup as servicenow_setup
from functions.webhooks.signed import setup as signed_setup
from tests.fakes.stories import NAME, SUBJECT, asking, denied, done, under_way
from tests.services import chat, github, jira, receiver, servicenow
from tests.services.server import served
from workflow.answers.post import Part, Post
from workflow.answers.story import Story
from workflow.model.base import Json
from workflow.model.errors import CloudDown, OutcomeUnknown, Rejected, Throttled

PULL: Json = {
    "repository": github.REPOSITORY, "number": 7, "pull": True, "installation": github.INSTALLATION,
    "since": "2026-11-20T12:00:00Z",
}  # fmt: skip
ISSUE, RECORD = {"issue": jira.ISSUE}, {"table": servicenow.TABLE, "record": servicenow.RECORD}


@contextmanager
def github_post(service: github.GitHubService) -> Iterator[Post]:
    """As the app."""
    with served(service.app()) as address:
        told = {"SECRET": github.SECRET, "APP": github.APP, "KEY": github.PEM, "API": address}
        found = github_setup.post({f"TOLLGATE_DOOR_GITHUB_{name}": value for name, value in told.items()})
        assert found is not None
        yield found


@contextmanager
def jira_post(service: jira.JiraService) -> Iterator[Post]:
    """With transitions for two states."""
    with served(service.app()) as address:
        ways = json.dumps({"waiting": "in progress", "succeeded": "Done", "denied": "Nowhere"})
        told = {"URL": address, "USER": jira.USER, "TOKEN": jira.TOKEN, "TRANSITIONS": ways}
        found = jira_setup.post({f"TOLLGATE_DOOR_JIRA_{name}": value for name, value in told.items()})
        assert found is not None
        yield found


async def tell(post: Post, address: Json, story: Story, refs: dict[str, str]) -> dict[str, str]:
    """Everything that the story says, once; the references."""
    for part in post.parts(story, address):
        refs[part.name] = await post.send(address, part, f"mark-{part.name}", refs.get(part.name, ""))
    return refs


def test_pygithub_takes_it_for_github() -> None:
    service = github.GitHubService()
    with served(service.app()) as address:
        auth = Auth.AppAuth(github.APP, github.PEM).get_installation_auth(github.INSTALLATION)
        repository = Github(auth=auth, base_url=address, retry=None).get_repo(github.REPOSITORY)
        issue = repository.get_issue(7)
        comment = issue.create_comment("Hello")
        comment.edit("Bye")
        assert [each.body for each in issue.get_comments()] == ["Bye"]
        check = repository.create_check_run("Tollgate", github.HEAD, status="in_progress", external_id="m/")
        check.edit(status="completed", conclusion="success")
        assert service.checks[1]["conclusion"] == "success"
        with pytest.raises(GithubException):
            repository.create_check_run("Tollgate", github.HEAD, status="completed", conclusion="fine")
        stranger = Github(auth=Auth.Token("other"), base_url=address, retry=None)
        with pytest.raises(GithubException, match="401"):
            stranger.get_repo(github.REPOSITORY)


def test_jiras_python_client_takes_it_for_jira() -> None:
    service = jira.JiraService()
    with served(service.app()) as address:
        client = JIRA(address, basic_auth=(jira.USER, jira.TOKEN), get_server_info=False, max_retries=0)
        comment = client.add_comment(jira.ISSUE, "Hello")
        comment.update(body="Bye")
        assert service.comments[comment.id]["body"] == "Bye"
        assert [way["to"]["name"] for way in client.transitions(jira.ISSUE)] == ["To Do", "In Progress", "Done"]
        client.transition_issue(jira.ISSUE, "31")
        assert client.issue(jira.ISSUE).fields.status.name == "Done"


async def test_github_has_one_comment_for_the_run_one_for_the_question_and_a_check_with_buttons() -> None:
    service = github.GitHubService()
    with github_post(service) as post:
        refs = await tell(post, PULL, under_way(), {})
        assert (service.checks[1]["status"], service.checks[1]["head_sha"]) == ("in_progress", github.HEAD)
        await tell(post, PULL, asking(), refs)
        check = service.checks[1]
        assert (check["conclusion"], check["external_id"]) == ("action_required", f"mark-check/{NAME}")
        assert [each["identifier"] for each in check["actions"]] == [f"approve:{SUBJECT[:12]}", f"deny:{SUBJECT[:12]}"]
        assert f"/tollgate approve {NAME} {SUBJECT[:12]}" in service.comments[2]["body"]
        assert "| gcp/europe-west4 | n2-standard-8 | on-demand | $1.20 | ask | chosen |" in service.comments[1]["body"]
        await tell(post, PULL, done(), refs)
        assert (service.checks[1]["conclusion"], service.checks[1]["actions"]) == ("success", [])
        assert "grace@\u200bexample.com said yes at 2026-11-20 12:00 UTC: ok" in service.comments[2]["body"]
        assert "/tollgate approve" not in service.comments[2]["body"]
        assert (len(service.comments), len(service.checks)) == (2, 1)
        outside = re.sub(r"````\n.*?\n````", "", service.comments[1]["body"], flags=re.DOTALL)
        assert ("@everyone" in service.comments[1]["body"], "@everyone" in outside) == (True, False)


async def test_jira_has_comments_that_are_edited_and_an_issue_that_moves() -> None:
    service = jira.JiraService()
    with jira_post(service) as post:
        refs = await tell(post, ISSUE, asking(), {})
        assert (service.status, len(service.comments)) == ("In Progress", 2)
        await tell(post, ISSUE, asking(), refs)
        await tell(post, ISSUE, done(), refs)
        assert (service.moves, len(service.comments)) == (["In Progress", "Done"], 2)
        assert "grace@example.com said yes" in json.dumps(list(service.comments.values())).replace("\\\\", "")
        await tell(post, ISSUE, denied(), refs)
        assert service.status == "Done"


async def test_servicenow_has_a_comment_for_each_thing_that_can_be_said_whole_and_an_approval() -> None:
    service = servicenow.ServiceNowService()
    with served(service.app()) as address:
        told = {"URL": address, "USER": servicenow.USER, "PASSWORD": servicenow.PASSWORD}
        post = servicenow_setup.post({f"TOLLGATE_DOOR_SERVICENOW_{name}": value for name, value in told.items()})
        assert post is not None
        refs: dict[str, str] = {}
        for story in (under_way(), asking(), asking(), denied()):
            await tell(post, RECORD, story, refs)
        assert [entry["value"].splitlines()[0].split(":")[0] for entry in service.journal] == [
            "Tollgate took this in as run r261120120000-0a1b2c3d", f"Approval {NAME} is asked for", f"Approval {NAME}",
            "Denied",
        ]  # fmt: skip
        assert "nobody answered by 2026-11-23 12:00 UTC" in service.journal[2]["value"]
        assert (service.approvals[0], service.record["approval"]) == ("requested", "rejected")
        await post.send(RECORD, post.note({"text": "You may not."}, RECORD), "mark-note", "")
        assert service.journal[-1]["element"] == "work_notes"


async def test_google_chat_has_a_card_with_buttons_that_is_edited(tmp_path: Path) -> None:
    service = chat.ChatService()
    with served(service.app()) as address:
        told = {"API": address, "CREDENTIALS": chat.credentials(tmp_path, address)}
        post = chat_setup.post({f"TOLLGATE_DOOR_CHAT_{name}": value for name, value in told.items()})
        assert post is not None
        refs = await tell(post, {"space": chat.SPACE, "thread": ""}, asking(), {})
        assert SUBJECT in json.dumps(service.messages)
        await tell(post, {"space": chat.SPACE, "thread": ""}, done(), refs)
        text = json.dumps(service.messages)
        assert ("buttonList" in text, "grace@example.com said yes" in text, len(service.messages)) == (False, True, 2)


async def test_the_generic_door_signs_what_it_tells_and_a_repeat_has_the_same_id() -> None:
    service = receiver.Receiver()
    with served(service.app()) as address:
        told = {"SECRETS": json.dumps(receiver.SECRETS), "ADDRESSES": json.dumps({"ada": f"{address}/told"})}
        post = signed_setup.post({f"TOLLGATE_DOOR_SIGNED_{name}": value for name, value in told.items()})
        assert post is not None
        for story in (under_way(), under_way(), asking(), done()):
            await tell(post, {"sender": "ada"}, story, {})
        assert [message["type"] for message in service.messages.values()] == [
            "run.running", "run.waiting", "approval.open", "run.succeeded", "approval.used"
        ]  # fmt: skip
        assert post.parts(done(), {"sender": "grace"}) == ()


async def test_what_may_have_arrived_is_found_by_its_mark() -> None:
    hub, tracker, desk = github.GitHubService(), jira.JiraService(), servicenow.ServiceNowService()
    with github_post(hub) as first, jira_post(tracker) as second, served(desk.app()) as address:
        told = {"URL": address, "USER": servicenow.USER, "PASSWORD": servicenow.PASSWORD}
        third: Any = servicenow_setup.post({f"TOLLGATE_DOOR_SERVICENOW_{name}": value for name, value in told.items()})
        cases: list[tuple[Post, Json, Part]] = [
            (post, where, part)
            for post, where in ((first, PULL), (second, ISSUE), (third, RECORD))
            for part in post.parts(under_way(), where)
        ]
        assert len(cases) == 4
        for post, where, part in cases:
            assert await post.find(where, part, "m" * 24) == ""
            ref = await post.send(where, part, "m" * 24, "")
            assert await post.find(where, part, "m" * 24) == ref
            assert await post.find(where, part, "n" * 24) == ""


async def test_refusals_are_ours_and_name_no_secret() -> None:
    service = github.GitHubService()
    with github_post(service) as post:
        (part, *_) = post.parts(under_way(), {**PULL, "pull": False})
        service.mishaps = [(429, {"Retry-After": "9"}), (403, {"Retry-After": "60"}), (502, {}), (404, {})]
        for kind, seconds in ((Throttled, 9), (Throttled, 60), (CloudDown, None), (Rejected, None)):
            with pytest.raises(kind) as refused:
                await post.send(PULL, part, "m", "")
            assert refused.value.retry_after == seconds
            assert github.PEM not in refused.value.message
    away = jira_setup.post({f"TOLLGATE_DOOR_JIRA_{n}": "http://127.0.0.1:9" for n in ("URL", "USER", "TOKEN")})
    assert away is not None
    with pytest.raises((CloudDown, OutcomeUnknown)):
        await tell(away, ISSUE, under_way(), {})
