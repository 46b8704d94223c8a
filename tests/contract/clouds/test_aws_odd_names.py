"""Regions and ids that nothing can have on AWS: the caller's mistake, and never taken for an outage."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from mcp_handlers.tools import get_health, release_resource
from tests.contract.clouds.aws_cloud import LocalAws
from workflow.model.errors import BadRequest, NotFound
from workflow.model.resource import Resource

MADE = ("instance", "volume", "bucket", "job", "endpoint")
READ = (*MADE, "nodepool", "secret", "route")
CALLS = [("get_health", kind) for kind in READ] + [("release_resource", kind) for kind in MADE]


def performed(aws: LocalAws, tool: str, **odd: str) -> Any:
    # Not validated: the handlers are to be robust where a contract is wide.
    resource = Resource.model_construct(cloud="aws", zone="", **{"id": "tgone", "region": "eu-west-1", **odd})
    contract: Any = {"get_health": get_health, "release_resource": release_resource}[tool]
    asked = contract.Input.model_construct(resource=resource, tenant="acme")
    return importlib.import_module(f"mcp_handlers.aws.{tool}").call(asked, aws.clients(), "0" * 40)


@pytest.mark.parametrize(("tool", "kind"), [call for call in CALLS if call[1] != "route"])
@pytest.mark.parametrize("region", ["a/b", "..", "eu west", "-eu", "é"])
def test_what_cannot_be_a_region_is_a_bad_request(aws: LocalAws, tool: str, kind: str, region: str) -> None:
    with pytest.raises(BadRequest, match="region"):
        performed(aws, tool, kind=kind, region=region)


@pytest.mark.parametrize(("tool", "kind"), CALLS)
@pytest.mark.parametrize("odd", ["a\0b", "i-1\n", "vol-\x1b"])
def test_an_id_with_a_character_that_cannot_be_written_is_not_found(
    aws: LocalAws, tool: str, kind: str, odd: str
) -> None:
    with pytest.raises(NotFound, match=f"id of a {kind}"):
        performed(aws, tool, kind=kind, id=odd)


@pytest.mark.parametrize("tool", ["get_health", "release_resource"])
@pytest.mark.parametrize("odd", ["..", ".", "", "a/b", "../other", "-ab", "A_B", "a" * 64])
def test_what_cannot_be_a_buckets_name_is_not_found(aws: LocalAws, tool: str, odd: str) -> None:
    with pytest.raises(NotFound, match="id of a bucket"):
        performed(aws, tool, kind="bucket", id=odd)
