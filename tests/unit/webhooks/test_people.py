"""Who somebody at a door is to Tollgate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from functions.webhooks.people import PEOPLE, Caller, people, stranger
from functions.webhooks.people import caller as caller_of
from workflow.model.errors import BadRequest, Forbidden
from workflow.model.principal import Principal

AT = {"slack": "T1/U2", "github": "grace"}
GRACE = {"id": "grace@example.com", "tenant": "acme", "roles": ["operator"], "at": AT}
ACCOUNT = {"tenant": "acme", "project": "inbox", "roles": ["viewer"]}
SET: dict[str, Any] = {"people": [GRACE], "unknown": {"slack": ACCOUNT}}


def caller(door: str, sender: str, told: dict[str, Any] = SET) -> Caller:
    """Who that is."""
    return caller_of(people({PEOPLE: json.dumps(told)}), door, sender, "chat")


def test_a_known_person_is_one_principal_at_every_door() -> None:
    found = [caller(door, sender) for door, sender in (("slack", "T1/U2"), ("github", "grace"))]
    assert [each.principal for each in found] == [
        Principal(id="grace@example.com", tenant="acme", roles=("operator",), channel="chat")
    ] * 2
    assert [each.known for each in found] == [True, True]


def test_somebody_unknown_is_on_the_stated_account_under_a_name_that_nobody_known_can_have() -> None:
    found = caller("slack", "T9/U9")
    assert (found.known, found.account.project, found.principal.roles) == (False, "inbox", ("viewer",))
    assert found.principal.id == stranger("slack", "T9/U9")
    assert found.principal.id.startswith("slack.t9-u9.")
    assert stranger("slack", "T9/U9") != stranger("slack", "T9-U9")
    with pytest.raises(BadRequest, match="named like somebody unknown"):
        caller("slack", "x", {"people": [{**GRACE, "id": found.principal.id}]})


@pytest.mark.parametrize(("door", "sender"), [("github", "T1/U2"), ("jira", "grace"), ("github", "Grace")])
def test_a_name_counts_at_its_own_door_only_and_elsewhere_nobody_unknown_is_heard(door: str, sender: str) -> None:
    with pytest.raises(Forbidden, match="is not known here"):
        caller(door, sender)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("{}{", "Invalid JSON"),
        ('{"people": [{"id": "a"}]}', "people.0.tenant"),
        (json.dumps({"people": [GRACE, {**GRACE, "id": "eve"}]}), "is two people"),
        ("/nowhere/people.json", "cannot be read"),
    ],
)
def test_a_setting_that_cannot_be_read_is_told_of(setting: str, said: str) -> None:
    with pytest.raises(BadRequest, match=said):
        people({PEOPLE: setting})


def test_the_setting_may_be_a_file_and_without_it_nobody_is_known(tmp_path: Path) -> None:
    (tmp_path / "people.json").write_text(json.dumps(SET))
    assert people({PEOPLE: str(tmp_path / "people.json")}) == people({PEOPLE: json.dumps(SET)})
    assert people({}).people == ()
