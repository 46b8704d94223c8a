"""Who somebody at a door is to Tollgate: what TOLLGATE_PEOPLE says.

The setting is a file's path, or the JSON itself. Who is not in it may ask where `unknown` says on whose account, and
may never approve.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, ValidationError, model_validator

from workflow.model.base import Noun, digest
from workflow.model.errors import BadRequest, Forbidden
from workflow.model.principal import Channel, Name, Principal

PEOPLE = "TOLLGATE_PEOPLE"
STRANGER = "@unknown"


class Account(Noun):
    """What somebody's runs are charged to unless they say otherwise."""

    tenant: Name
    roles: tuple[Name, ...] = ()
    project: Name = "default"
    environment: str = Field(default="development", pattern="^(development|staging|production)$")


class Person(Account):
    """Somebody who is known. `at` names them at the doors, as each service does: {"slack": "T024/U061"}."""

    id: Name
    at: dict[str, str] = Field(min_length=1)


class People(Noun):
    """Everybody. `unknown` has by door what others there are charged to; a door that is not in it hears only people
    who are known."""

    people: tuple[Person, ...] = ()
    unknown: dict[str, Account] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _once(self) -> People:
        seen: set[tuple[str, str]] = set()
        for person in self.people:
            if person.id.endswith(STRANGER):
                raise ValueError(f"{person.id} is named like somebody unknown")
            for place in person.at.items():
                if place in seen:
                    raise ValueError(f"{place[1]} at {place[0]} is two people")
                seen.add(place)
        return self


class Caller(Noun):
    """Who speaks. Only who is `known` may approve."""

    principal: Principal
    account: Account
    known: bool


def people(environ: Mapping[str, str] = os.environ) -> People:
    """As set; nobody is known where nothing is. Raises BadRequest for what cannot be read as such."""
    setting = environ.get(PEOPLE, "").strip()
    if not setting:
        return People()
    try:
        text = setting if setting.startswith("{") else Path(setting).read_text(encoding="utf-8")
        return People.model_validate_json(text)
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(
            f"{PEOPLE} cannot be read ({type(error).__name__}).", "Set it to a file, or to JSON."
        ) from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise BadRequest(f"{PEOPLE}: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from None


def caller(everybody: People, door: str, sender: str, channel: Channel) -> Caller:
    """Who the sender is. Raises Forbidden where nobody unknown is heard at this door."""
    for person in everybody.people:
        if person.at.get(door) == sender:
            who = Principal(id=person.id, tenant=person.tenant, roles=person.roles, channel=channel)
            return Caller(principal=who, account=person, known=True)
    account = everybody.unknown.get(door)
    if account is None:
        raise Forbidden(f"{sender} is not known here.", f"Have an operator add it to {PEOPLE}.")
    who = Principal(id=stranger(door, sender), tenant=account.tenant, roles=account.roles, channel=channel)
    return Caller(principal=who, account=account, known=False)


def stranger(door: str, sender: str) -> str:
    """A name for somebody unknown, which no known person has: `slack.t024-u061.3f2a9c01@unknown`."""
    readable = re.sub(r"[^a-z0-9]+", "-", sender.lower()).strip("-")[:30]
    return f"{door}.{readable}.{digest(sender)[:8]}{STRANGER}"
