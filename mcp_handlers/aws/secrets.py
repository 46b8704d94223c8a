"""The versions of a secret in Secrets Manager, and the labels that say what each is for.

A version has no attributes of its own but its staging labels, so an outgoing one is given a label that says until when
it may be used and by which effect it was replaced: `tollgate-until-20261121T120000Z-<key>`. AWS never cleans up a
version that has a label; taking its last label away is how a version is disabled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.errors import translated
from mcp_handlers.aws.labels import TENANT, by_name
from workflow.model.errors import NotFound
from workflow.model.resource import Resource

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"
_UNTIL = "tollgate-until-"
_TIME = "%Y%m%dT%H%M%SZ"


Standing = tuple[Literal["healthy", "unhealthy", "gone"], str]


@dataclass(frozen=True)
class Version:
    """One version, by its id."""

    id: str
    stages: frozenset[str]
    created: datetime

    @property
    def deadlines(self) -> dict[str, datetime]:
        """Each of its labels that tells an end of grace, with that time."""
        labels = [stage for stage in self.stages if stage.startswith(_UNTIL)]
        return {label: _time(label) for label in sorted(labels)}

    def replaced_by(self, key: str) -> datetime | None:
        """Until when it may be used, if the effect `key` replaced it."""
        return next((until for label, until in self.deadlines.items() if label.endswith(f"-{key}")), None)


def until_label(until: datetime, key: str) -> str:
    """The label of a version that may be used until then and was replaced by the effect `key`."""
    return f"{_UNTIL}{until.astimezone(UTC).strftime(_TIME)}-{key}"


def _time(label: str) -> datetime:
    return datetime.strptime(label.removeprefix(_UNTIL).partition("-")[0], _TIME).replace(tzinfo=UTC)


def is_there(clients: Clients, resource: Resource, tenant: str) -> bool:
    """False where there is no such secret, or it is to be deleted. Raises NotFound where it is not `tenant`'s."""
    try:
        with translated(clients, resource.region):
            found = clients.secrets(resource.region).describe_secret(SecretId=resource.id)
    except NotFound:
        return False
    if by_name(found.get("Tags", [])).get(TENANT) != tenant:
        raise NotFound(f"There is no secret {resource.id} of tenant {tenant} in {resource.region}.")
    return not found.get("DeletedDate")


def secret_standing(clients: Clients, resource: Resource, tenant: str) -> Standing:
    """How a secret stands, and why, in a few words."""
    if not is_there(clients, resource, tenant):
        return "gone", "It does not exist."
    with translated(clients, resource.region):
        found = versions(clients, resource.region, resource.id)
    now = current(found)
    if now is None:
        return "unhealthy", "No version of the secret is current."
    usable = [version for version in found.values() if version.stages]
    return "healthy", f"Version {now.id} is current; {len(usable) - 1} earlier ones may be used."


def versions(clients: Clients, region: str, secret: str) -> dict[str, Version]:
    """Every version, by id."""
    found: dict[str, Version] = {}
    asked = {"SecretId": secret, "IncludeDeprecated": True}
    while True:
        page = clients.secrets(region).list_secret_version_ids(**asked)
        for one in page["Versions"]:
            name = one["VersionId"]
            found[name] = Version(name, frozenset(one.get("VersionStages", [])), one["CreatedDate"].astimezone(UTC))
        if not page.get("NextToken"):
            return found
        asked["NextToken"] = page["NextToken"]


def current(found: Mapping[str, Version]) -> Version | None:
    """The version that is in use."""
    return next((version for version in found.values() if CURRENT in version.stages), None)


def move(clients: Clients, region: str, secret: str, stage: str, *, to: str = "", away: str = "") -> bool:
    """Put a label on one version and take it from another. False where it is not where it was thought to be."""
    from botocore.exceptions import ClientError

    moves = {"MoveToVersionId": to, "RemoveFromVersionId": away}
    wanted = {name: version for name, version in moves.items() if version}
    try:
        clients.secrets(region).update_secret_version_stage(SecretId=secret, VersionStage=stage, **wanted)
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidParameterException":
            raise
        return False
    return True
