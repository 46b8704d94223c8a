"""On Azure nothing of a machine is begun after the call's deadline, and what was begun is taken away again."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.registry import contract
from mcp_handlers.azure import launch, provision_compute
from mcp_handlers.azure.client import connect
from mcp_handlers.kernel import deadline
from tests.contract.clouds.azure_cloud import LocalAzure, azure, server
from tests.fakes.offers import ADA
from workflow.model.errors import OutcomeUnknown

__all__ = ["azure", "server"]

TAGS = {"tenant": "acme", "project": "vision", "run": "r1", "owner": ADA.id, "environment": "development"}


def test_a_machine_is_not_begun_when_the_deadline_passed_while_its_interface_was_made(
    azure: LocalAzure, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, real = [], launch.ensure_interface

    def slowly(*given: Any) -> str:
        made.append(real(*given))
        patience = time.monotonic() + 10
        while deadline.remaining(datetime.now(UTC), 1.0) > 0 and time.monotonic() < patience:
            time.sleep(0.01)
        return made[-1]

    monkeypatch.setattr(launch, "ensure_interface", slowly)
    before, now = azure.names(), datetime.now(UTC)
    wanted = contract("provision_compute").input.model_validate(
        {"region": "westeurope", "machine": "Standard_D2s_v5", "tags": TAGS}
    )
    with pytest.raises(OutcomeUnknown, match="deadline"), deadline.kept(now + timedelta(seconds=3), now):
        provision_compute.call(wanted, connect(azure.environment), "d" * 40)
    assert len(made) == 1
    assert {name for name in azure.names() - before if "nic" in name or name.endswith("-0")} == set()


def test_a_wait_for_azure_takes_no_longer_than_the_deadline_leaves(azure: LocalAzure) -> None:
    arm, now = connect(azure.environment).arm, datetime.now(UTC)

    class Busy(type(arm)):  # type: ignore[misc]
        def find(self, path: str) -> Any:
            return {"properties": {"provisioningState": "Updating"}}

    arm.__class__ = Busy
    with pytest.raises(OutcomeUnknown, match="after 0 seconds"), deadline.kept(now + timedelta(milliseconds=300), now):
        arm.settled("/subscriptions/s/providers/x")
