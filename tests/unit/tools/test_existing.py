"""What a caller may name as a resource, and that what is stored is read as ever."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mcp_handlers.tools import attach_volume, deploy_model, get_health, release_resource, submit_ml_job
from mcp_handlers.tools.contract import Tool
from workflow.model.base import Json
from workflow.model.resource import Resource

PLACE: Json = {"cloud": "aws", "kind": "instance", "id": "i-1", "region": "eu-west-1", "zone": "eu-west-1a"}
TAGS = {"tenant": "acme", "project": "vision", "run": "run-1", "owner": "ada@acme.eu", "environment": "staging"}
CASES: list[tuple[Tool, str, Json]] = [
    (get_health.TOOL, "resource", {"tenant": "acme"}),
    (release_resource.TOOL, "resource", {"tenant": "acme"}),
    (attach_volume.TOOL, "instance", {"region": "eu-west-1", "tags": TAGS, "size_gib": 10}),
]
each_tool = pytest.mark.parametrize(("tool", "field", "beside"), CASES, ids=lambda case: getattr(case, "name", ""))


@each_tool
@pytest.mark.parametrize(
    "wrong",
    [
        {"id": ""}, {"id": ".."}, {"id": "../x"}, {"id": "a/.."}, {"id": "a/../b"}, {"id": "a/./b"}, {"id": "/a"},
        {"id": "a b"}, {"id": "a\x00b"}, {"id": "a\n"}, {"id": "a?b"}, {"id": "a#b"}, {"id": "%2e%2e"}, {"id": "é"},
        {"id": "a" * 513}, {"region": ""}, {"region": "a/b"}, {"region": "EU"}, {"zone": "../z"}, {"zone": "a" * 33},
    ],
    ids=str,
)  # fmt: skip
def test_an_odd_name_is_refused_by_the_field_that_has_it(tool: Tool, field: str, beside: Json, wrong: Json) -> None:
    with pytest.raises(ValidationError) as refused:
        tool.input.model_validate({**beside, field: {**PLACE, **wrong}})
    assert [error["loc"] for error in refused.value.errors()] == [(field, next(iter(wrong)))]


@each_tool
@pytest.mark.parametrize(
    "name",
    [
        "i-1", "work/tg1", "work/chat/v1", "Z1/*.example.com/A", "Z1/_sip.example.com/A", "shop/www.example.com/CNAME",
        "cluster_1/pool.2", "acme/db+x=1@2", "a/.b", "a//b", "1234567890",
    ],
)  # fmt: skip
def test_what_clouds_call_things_is_taken_and_is_a_resource(tool: Tool, field: str, beside: Json, name: str) -> None:
    place = Resource.model_validate({**PLACE, "id": name})
    for given in (place, place.model_dump(), place.model_dump(mode="json")):
        wanted = tool.input.model_validate({**beside, field: given})
        assert type(getattr(wanted, field)) is Resource
        assert getattr(wanted, field) == place
        assert tool.input.model_validate_json(wanted.model_dump_json()) == wanted


@pytest.mark.parametrize("name", ["..", "../x", "a/../b", "a/./b", "a/..", "/a", "a b", "a\n", "a?b", "%2e", "a" * 513])
def test_a_bucket_is_held_to_the_same_form(name: str) -> None:
    machine = {"region": "eu-west-1", "machine": "ml.m5.large", "tags": TAGS}
    deploys = {"endpoint": "chat", "model": "m1", "image": "server:1", **machine}
    trains = {"image": "trainer:1", "hours": 1, **machine}
    for tool, beside in ((submit_ml_job.TOOL, trains), (deploy_model.TOOL, deploys)):
        with pytest.raises(ValidationError) as refused:
            tool.input.model_validate({**beside, "bucket": name})
        assert [error["loc"] for error in refused.value.errors()] == [("bucket",)]
        assert tool.input.model_validate({**beside, "bucket": "acme/data"})


def test_what_was_stored_under_an_odd_name_is_still_read() -> None:
    assert Resource.model_validate_json('{"cloud":"aws","kind":"bucket","id":"a b/..","region":""}').id == "a b/.."
