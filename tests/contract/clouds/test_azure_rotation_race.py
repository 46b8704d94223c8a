"""One rotation that several instances perform at the same moment on Azure, where no lock is between them."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from mcp_handlers.azure import get_health, rotate_secret
from mcp_handlers.azure.client import connect
from mcp_handlers.tools.get_health import Input as Asked
from mcp_handlers.tools.rotate_secret import Input, Output
from tests.contract.clouds.azure_cloud import LocalAzure
from tests.contract.clouds.secret_clouds import FIRST, AzureSecrets
from workflow.model.resource import Resource

KEY = "0123456789abcdef0123456789abcdef01234567"
NAME = "db-password"
QUIET_SECONDS = "0.5"
"""What an instance waits for its twins: more than a write takes on a busy machine."""


@dataclass(frozen=True)
class Instances:
    """As many function instances as one likes, each with connections of its own, and the judge of the secret."""

    environment: dict[str, str]
    store: AzureSecrets

    def rotate(self, key: str = KEY, clients: Any = None, **wanted: Any) -> Output:
        asked = Input(**{"region": "westeurope", "secret": NAME, "tenant": "acme", **wanted})
        return rotate_secret.call(asked, clients or connect(self.environment), key)

    def at_once(self, keys: list[str], **wanted: Any) -> list[Output]:
        """What each answers, where none adds its version before all have looked for one."""
        together = threading.Barrier(len(keys))

        def one(key: str) -> Output:
            clients = connect(self.environment)
            add = clients.secrets.set_secret

            def added(*told: Any, **more: Any) -> Any:
                together.wait(30)
                return add(*told, **more)

            clients.secrets.set_secret = added  # type: ignore[method-assign]
            return self.rotate(key, clients, **wanted)

        with ThreadPoolExecutor(len(keys)) as pool:
            return list(pool.map(one, keys))

    def health(self) -> str:
        resource = Resource(cloud="azure", kind="secret", id=NAME, region="westeurope")
        asked = Asked(resource=resource, tenant="acme")
        return str(get_health.call(asked, connect(self.environment), "").health.status)


@pytest.fixture
def instances(azure: LocalAzure, monkeypatch: pytest.MonkeyPatch) -> Instances:
    monkeypatch.setattr(rotate_secret, "_TURN", contextlib.nullcontext())
    return Instances({**azure.environment, "TOLLGATE_AZURE_POLL_SECONDS": QUIET_SECONDS}, AzureSecrets(azure))


@pytest.mark.parametrize("grace", [0, 24])
@pytest.mark.parametrize(("count", "_attempt"), [(2, 1), (2, 2), (2, 3), (8, 1)])
def test_instances_that_rotate_at_once_answer_one_version_that_can_be_read(
    instances: Instances, count: int, _attempt: int, grace: int
) -> None:
    first = instances.store.create(NAME, "acme")
    made = instances.at_once([KEY] * count, grace_hours=grace)

    version, value = instances.store.current(NAME)
    assert {(one.version, one.previous) for one in made} == {(version, first)}
    assert value != FIRST
    assert instances.rotate(grace_hours=grace) == made[0]
    assert instances.health() == "healthy"
    usable = {name for name, told in instances.store.versions(NAME).items() if told is not None}
    assert usable == ({version} if grace == 0 else set(instances.store.versions(NAME)))


def test_two_rotations_at_once_leave_what_the_later_overtook_usable_for_its_grace(instances: Instances) -> None:
    instances.store.create(NAME, "acme")
    made = instances.at_once([KEY, "f" * 40], grace_hours=3)

    version, _ = instances.store.current(NAME)
    (overtaken,) = {one.version for one in made} - {version}
    assert instances.store.versions(NAME)[overtaken] is not None
    shown = {one.version: one.expires_on for one in instances.store.sdk.list_properties_of_secret_versions(NAME)}
    ends = shown[overtaken]
    assert ends is not None
    assert abs(ends - next(one.previous_valid_until for one in made if one.previous_valid_until)) < timedelta(minutes=1)
    assert shown[version] is None


def test_the_current_version_is_not_taken_for_an_old_one_while_others_overtake(
    instances: Instances, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whenever a call has read which version is current, and its own is there, another rotation makes a newer one."""
    instances.store.create(NAME, "acme")
    others = iter(["e" * 40, "f" * 40])
    read = rotate_secret.current

    def then_overtaken(clients: Any, *where: Any) -> Any:
        found = read(clients, *where)
        if found.properties.tags.get("tollgate-rotation") and (key := next(others, "")):
            instances.rotate(key, grace_hours=0)
        return found

    monkeypatch.setattr(rotate_secret, "current", then_overtaken)
    made = instances.rotate(grace_hours=0)
    version, _ = instances.store.current(NAME)
    usable = {name for name, told in instances.store.versions(NAME).items() if told is not None}
    assert usable == {version}
    assert made.version != version
