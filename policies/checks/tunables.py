"""What an operator edits under `policies/data`, as shapes; `docs/policy-data.schema.json` is written from them.

An editor checks by the schema while one types. What counts is `checks/data.rego`, which also holds the files against
each other, and denies everything at a fault.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from workflow.model.base import Cloud, Json, Noun
from workflow.model.offpeak import Offpeak
from workflow.model.reevaluation import Reevaluation

Cents = Annotated[int, Field(ge=0, le=9_000_000_000_000_000)]
CentsAnHour = Annotated[int, Field(ge=0, le=1_000_000)]
Environment = Literal["development", "staging", "production", "unstated"]
Text = Annotated[str, Field(min_length=1)]
Listed = Annotated[list[Text], Field(min_length=1)]
Environments = Annotated[list[Environment], Field(min_length=1)]


class Part(Noun):
    """Tools, and the environments in which a role has them."""

    tools: Listed
    environments: Environments


class Requirement(Noun):
    """Whose yes it takes."""

    roles: Listed
    people: int = Field(ge=1, le=20)
    own: bool
    hours: int = Field(ge=1, le=744)


class Limit(Noun):
    """Past `soft_cents` a person is asked, past `hard_cents` it is denied."""

    soft_cents: Cents
    hard_cents: Cents

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.soft_cents > self.hard_cents:
            raise ValueError("soft_cents is above hard_cents")
        return self


class Defaults(Noun):
    """The limits of whoever is not named."""

    tenant: Limit
    project: Limit
    run: Limit


class Account(Noun):
    """A tenant's limits."""

    limit: Limit
    run: Limit
    projects: dict[Text, Limit]


class Unusual(Noun):
    """What is told of as an unusual day: spend above the median day by more than `deviations` median absolute
    deviations, and by more than `slack_cents`, once there are `least_days` days to compare with."""

    deviations: int = Field(ge=1, le=100)
    least_days: int = Field(ge=2, le=28)
    slack_cents: Cents


class Budgets(Noun):
    """Cents a calendar month, and for one run."""

    default: Defaults
    tenants: dict[Text, Account]
    unusual: Unusual


class Families(Noun):
    """Instance families and GPU tiers."""

    allow: dict[Cloud, list[Text]]
    deny: dict[Cloud, list[Text]]
    deny_machines: list[Text]
    gpus: dict[Text, Text] = Field(min_length=1)
    tiers: dict[Text, list[Text]] = Field(min_length=1)


class Risky(Noun):
    """What a person is asked about first."""

    environments: Environments
    network_tools: Listed
    cost_cents: Cents


class Spot(Noun):
    """The most that a spot machine may cost."""

    tools: Listed
    vcpu_cents_hour: CentsAnHour
    gpu_cents_hour: dict[Text, CentsAnHour]


class Limits(Noun):
    """How many machines, for how long."""

    machines: int = Field(ge=1, le=10_000)
    hours: int = Field(ge=1, le=1_000_000)
    lasting: Environments


class Required(Noun):
    """The tags of what is created."""

    required: Listed
    longest: int
    characters: Text


class Tunables(Noun):
    """Each field is a file: `policies/data/<field>/data.json`."""

    approvals: dict[Text, Requirement] = Field(min_length=1)
    budgets: Budgets
    families: Families
    limits: Limits
    reevaluation: Reevaluation
    offpeak: Offpeak
    regions: dict[Cloud, list[Text]] = Field(min_length=1)
    risk: Risky
    roles: dict[Text, Annotated[list[Part], Field(min_length=1)]] = Field(min_length=1)
    spot: Spot
    tags: Required
    zones: dict[Cloud, list[Text]] = Field(min_length=1)


def tunables_schema() -> Json:
    """The JSON schema of all of them."""
    return Tunables.model_json_schema()
