"""On AWS no wait for a cloud to finish outlasts the call's deadline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from mcp_handlers.aws import attach_volume, volumes
from mcp_handlers.kernel import deadline
from tests.contract.clouds.aws_cloud import LocalAws
from tests.fakes.offers import ADA
from workflow.model.errors import OutcomeUnknown, Unhealthy
from workflow.model.resource import Resource

SHORT = timedelta(milliseconds=300)
MACHINE = Resource(cloud="aws", kind="instance", id="i-0123456789abcdef0", region="eu-west-1")


def test_the_wait_for_a_volume_ends_with_the_deadline(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volumes, "look", lambda *asked: {"State": "creating", "Attachments": []})
    now = datetime.now(UTC)
    with pytest.raises(OutcomeUnknown, match="after 0 seconds"), deadline.kept(now + SHORT, now):
        volumes.settled(aws.clients(), "vol-1", "eu-west-1")


def test_the_wait_for_a_machine_ends_with_the_deadline(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attach_volume, "find_instance", lambda *asked: {"State": {"Name": "pending"}})
    wanted: Any = SimpleNamespace(
        instance=MACHINE, tags=SimpleNamespace(tenant="acme", owner=ADA.id), region="eu-west-1"
    )
    now = datetime.now(UTC)
    with pytest.raises(Unhealthy, match="within 0 seconds"), deadline.kept(now + SHORT, now):
        attach_volume._instance(wanted, aws.clients())
