"""Attempts to smuggle something past the gate in a call's arguments: look-alikes, other types, more than was asked."""

from typing import Any

import pytest

from tests.redteam.attack import case, stopped_by
from tests.redteam.house import ADA, BUCKET, MACHINE, ML, TAGS, VIC, House, by
from workflow.model.base import Json

SHAPE = "a region's name has one spelling"
CLOSED = "an Input takes no field that it does not name"


@stopped_by(SHAPE)
@pytest.mark.parametrize(
    "region",
    [
        "еu-west-1", "eu-wеst-1", "ｅｕ-west-1", "eu‐west‐1", "eu\u200b-west-1", "eu-west-1\u200d", "\ufeffeu-west-1",
        "\u202eeu-west-1", "eu-west-1\u2069", "EU-WEST-1", "Eu-west-1", "eu-west-1 ", " eu-west-1", "eu-west-1\n",
        "eu-west-1\x00", "eu-west-1\r\nx", "eu-west-%31", "eu-west-1/../us-gov-west-1", "eu-west-¹", "eu-west-١",
        "e\u0301u-west-1", "eu_west_1", "eu-west-1;us-east-1", "eu-west-1,us-east-1", "*", "", "a" * 5000,
    ],
)  # fmt: skip
async def test_a_region_that_looks_like_an_allowed_one(house: House, region: str) -> None:
    house.insist(await house.call("create_storage_bucket", {**BUCKET, "region": region}), "BAD_REQUEST")


@pytest.mark.parametrize(
    ("region", "code"),
    [
        case("cn-north-1", "REGION_UNKNOWN", by="only regions on the operator's list"),
        case("us-gov-west-1", "REGION_UNKNOWN", by="only regions on the operator's list"),
        case("westeurope", "REGION_UNKNOWN", by="a region is looked up in the cloud that is called"),
        case("europe-west1", "REGION_UNKNOWN", by="a region is looked up in the cloud that is called"),
        case("eu-west-1-ldn-1", "REGION_UNKNOWN", by="only regions on the operator's list"),
    ],
)
async def test_a_region_that_is_not_allowed(house: House, region: str, code: str) -> None:
    house.insist(await house.call("create_storage_bucket", {**BUCKET, "region": region}), code)


@stopped_by("a zone is one of its region's own")
@pytest.mark.parametrize("zone", ["us-east-1a", "eu-west-1-lhr-1a", "eu-west-1z"])
async def test_a_zone_in_another_place_than_the_region(house: House, zone: str) -> None:
    house.insist(await house.call("provision_compute", {**MACHINE, "zone": zone}), "ZONE_UNKNOWN")


@stopped_by("data stay in their jurisdiction")
@pytest.mark.parametrize("data", [{"residency": ["EU"]}, {"residency": ["DE"], "personal": True}])
async def test_data_of_europe_in_america(house: House, data: Json) -> None:
    answer = await house.call("create_storage_bucket", {**BUCKET, "region": "us-east-1", "data": data})
    house.insist(answer, "RESIDENCY")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        *[
            case({"public": v}, "PUBLIC_ACCESS", by="what was parsed is what is judged")
            for v in ("true", 1, "yes", "on")
        ],
        *[
            case({"encrypted": v}, "NOT_ENCRYPTED", by="what was parsed is what is judged")
            for v in ("false", 0, "off", 0.0)
        ],
        *[
            case({"count": v}, "BAD_REQUEST", by="numbers are of the contract's type and range")
            for v in (1.5, -1, 0, "0x64", [1], {"$gt": 0}, 10**19, "1001", None, "٣", "1_0e3")
        ],
        *[
            case({"hours": v}, "BAD_REQUEST", by="numbers are of the contract's type and range")
            for v in ("Infinity", "NaN", "-0", 1e308, -1, True and "true")
        ],
        case({"count": "1000"}, "LIMIT_COUNT", by="what was parsed is what is judged"),
        case({"region": ["eu-west-1"]}, "BAD_REQUEST", by="numbers are of the contract's type and range"),
        case({"region": {"toString": "eu-west-1"}}, "BAD_REQUEST", by="numbers are of the contract's type and range"),
        case({"tags": [TAGS]}, "BAD_REQUEST", by="numbers are of the contract's type and range"),
        case({"encrypted": None}, "BAD_REQUEST", by="numbers are of the contract's type and range"),
    ],
)
async def test_a_value_of_another_type(house: House, change: Json, code: str) -> None:
    house.insist(await house.call("provision_compute", {**MACHINE, **change}), code)


@stopped_by(CLOSED)
@pytest.mark.parametrize(
    "more",
    [
        {"principal": {"id": "root@example.com", "roles": ["admin"]}}, {"approved": True}, {"undo": True},
        {"cost": 0}, {"risk": "read"}, {"key": "0" * 40}, {"grant": "x"}, {"plane": "function"},
        {"context": {"freeze": []}}, {"__proto__": {"public": False}}, {"model_config": {"extra": "allow"}},
        {"Region": "us-gov-west-1"}, {"price": {"total_cents": 0}}, {"machine_facts": {"vcpus": 1}},
        {"permissions": ["*"]}, {"tenant": "acme"},
    ],
)  # fmt: skip
async def test_a_field_that_nobody_asked_for(house: House, more: Json) -> None:
    house.insist(await house.call("create_storage_bucket", {**BUCKET, **more}), "BAD_REQUEST")


@stopped_by(CLOSED)
@pytest.mark.parametrize(
    "more", [{"admin": "true"}, {"tollgate-key": "x"}, {"Tenant": "umbrella"}, {"aws:cloudformation": "x"}]
)
async def test_a_tag_that_nobody_asked_for(house: House, more: Json) -> None:
    house.insist(await house.call("create_storage_bucket", {**BUCKET, "tags": {**TAGS, **more}}), "BAD_REQUEST")


@stopped_by("a cloud is one of the listed ones")
@pytest.mark.parametrize(
    "cloud", ["AWS", "aws/../gcp", "..", "kernel", "tools", "prices", "moon", ["aws"], {"a": 1}, None, 0, "а\u0077s"]
)
async def test_a_cloud_that_is_none(house: House, cloud: Any) -> None:
    house.insist(await house.call("create_storage_bucket", {**BUCKET, "cloud": cloud}, cloud=""), "BAD_REQUEST")


@pytest.mark.parametrize(
    ("machine", "code"),
    [
        case("m6i.metal", "FAMILY_NOT_ALLOWED", by="only families on the operator's list"),
        case("p4d.24xlarge", "GPU_TIER", by="a GPU's tier takes a role"),
        case("M6I.LARGE", "MACHINE_UNKNOWN", by="a machine's facts are the catalog's"),
        case("m6i.large.metal", "MACHINE_UNKNOWN", by="a machine's facts are the catalog's"),
        case("m6i.large;p5.48xlarge", "BAD_REQUEST", by="a machine's name has one spelling"),
        case("m6і.large", "BAD_REQUEST", by="a machine's name has one spelling"),
    ],
)
async def test_a_machine_that_is_not_what_it_seems(house: House, machine: str, code: str) -> None:
    house.insist(await house.call("provision_compute", {**MACHINE, "machine": machine}), code)


@pytest.mark.parametrize(
    ("who", "arguments", "code"),
    [
        case(VIC, by(VIC, MACHINE), "ROLE_FORBIDDEN", by="roles have tools"),
        case(ADA, by(ADA, MACHINE, environment="production"), "ROLE_FORBIDDEN", by="roles have tools by environment"),
        case(ADA, by(ADA, MACHINE, owner="root@example.com"), "TAG_OWNER", by="a resource's owner is its maker"),
        case(ADA, by(ADA, MACHINE, environment="Development"), "BAD_REQUEST", by="roles have tools by environment"),
        case(ML, by(ML, MACHINE, environment="production"), "RISK_PRODUCTION", by="people are asked about production"),
    ],
)
async def test_a_role_that_is_not_had(house: House, who: Any, arguments: Json, code: str) -> None:
    house.insist(await house.call("provision_compute", arguments, who), code)
