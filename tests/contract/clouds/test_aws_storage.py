"""S3: what creating a bucket really makes, and what releasing it leaves, judged by plain boto3."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mcp_handlers.aws import create_storage_bucket, get_health, release_resource
from mcp_handlers.aws.labels import labels
from mcp_handlers.tools import create_storage_bucket as bucket_tool
from mcp_handlers.tools import get_health as health_tool
from mcp_handlers.tools import release_resource as release_tool
from tests.contract.clouds.aws_cloud import KEY, REGION, TAGS, LocalAws
from workflow.model.errors import NotFound, RegionDown, Rejected, TollgateError
from workflow.model.resource import Resource

NAME = f"tollgate-{KEY}"


def wanted(**changes: object) -> bucket_tool.Input:
    return bucket_tool.Input.model_validate({"region": REGION, "tags": TAGS} | changes)


def create(aws: LocalAws, **changes: object) -> bucket_tool.Output:
    return create_storage_bucket.call(wanted(**changes), aws.clients(), KEY)


def names(aws: LocalAws) -> list[str]:
    return [bucket["Name"] for bucket in aws.sdk("s3").list_buckets()["Buckets"]]


def status(aws: LocalAws, resource: Resource, tenant: str = "acme") -> str:
    asked = health_tool.Input(resource=resource, tenant=tenant)
    return get_health.call(asked, aws.clients(), "k").health.status


def release(aws: LocalAws, resource: Resource, tenant: str = "acme") -> bool:
    asked = release_tool.Input(resource=resource, tenant=tenant)
    return release_resource.call(asked, aws.clients(), "k").released


def test_a_bucket_is_closed_encrypted_versioned_and_tagged(aws: LocalAws) -> None:
    made = create(aws)

    resource = Resource(cloud="aws", kind="bucket", id=NAME, region=REGION)
    assert made == bucket_tool.Output(resources=(resource,), url=f"s3://{NAME}")
    s3 = aws.sdk("s3")
    assert names(aws) == [NAME]
    assert s3.get_bucket_location(Bucket=NAME)["LocationConstraint"] == REGION
    assert set(s3.get_public_access_block(Bucket=NAME)["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = s3.get_bucket_encryption(Bucket=NAME)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert s3.get_bucket_versioning(Bucket=NAME)["Status"] == "Enabled"
    tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=NAME)["TagSet"]}
    assert tags == {
        "tollgate:tenant": "acme",
        "tollgate:project": "vision",
        "tollgate:run": "run-1",
        "tollgate:owner": "ada@acme.eu",
        "tollgate:environment": "development",
        "tollgate:key": KEY,
    }


def test_the_first_region_takes_no_location(aws: LocalAws) -> None:
    create(aws, region="us-east-1")
    assert aws.sdk("s3", "us-east-1").get_bucket_location(Bucket=NAME)["LocationConstraint"] is None


def test_the_same_key_makes_one_bucket_and_keeps_what_is_in_it(aws: LocalAws) -> None:
    first = create(aws)
    aws.sdk("s3").put_object(Bucket=NAME, Key="model", Body=b"weights")
    assert create(aws) == first
    assert names(aws) == [NAME]
    assert aws.sdk("s3").get_object(Bucket=NAME, Key="model")["Body"].read() == b"weights"


@pytest.mark.parametrize("changes", [{"encrypted": False}, {"public": True}])
def test_an_open_bucket_is_rejected_and_nothing_is_made(aws: LocalAws, changes: dict[str, bool]) -> None:
    with pytest.raises(Rejected):
        create(aws, **changes)
    assert names(aws) == []


@pytest.mark.parametrize("setting", ["publicAccessBlock", "encryption", "versioning"])
def test_a_bucket_that_cannot_be_settled_is_removed(aws: LocalAws, setting: str) -> None:
    aws.fault("error", operation=f"PUT /{NAME}?{setting}")
    with pytest.raises(TollgateError):
        create(aws)
    assert names(aws) == []


def test_a_bucket_that_was_there_before_is_kept_when_it_cannot_be_settled(aws: LocalAws) -> None:
    create(aws)
    aws.fault("region_down", operation=f"PUT /{NAME}?publicAccessBlock")
    with pytest.raises(RegionDown):
        create(aws)
    assert names(aws) == [NAME]


def test_a_bucket_that_an_earlier_call_left_unfinished_is_finished(aws: LocalAws) -> None:
    birth = {"LocationConstraint": REGION, "Tags": labels(TAGS, KEY)}
    aws.sdk("s3").create_bucket(Bucket=NAME, CreateBucketConfiguration=birth)
    (resource,) = create(aws).resources
    assert status(aws, resource) == "healthy"


def test_a_named_bucket_is_made_once_under_its_name(aws: LocalAws) -> None:
    first = create(aws, name="visionresults")
    assert create(aws, name="visionresults") == first
    assert (first.url, names(aws)) == ("s3://visionresults", ["visionresults"])


def test_calls_at_the_same_time_make_one_named_bucket(aws: LocalAws) -> None:
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: create(aws, name="visionresults"), range(6)))
    assert made == [made[0]] * 6
    assert names(aws) == ["visionresults"]


@pytest.mark.parametrize("tags", [[], labels(TAGS, "another effect")], ids=["a users own", "another effects"])
def test_a_name_that_is_taken_is_rejected_and_the_bucket_is_not_touched(aws: LocalAws, tags: list[Any]) -> None:
    s3 = aws.sdk("s3")
    s3.create_bucket(
        Bucket="visionresults",
        CreateBucketConfiguration={"LocationConstraint": REGION, **({"Tags": tags} if tags else {})},
    )
    with pytest.raises(Rejected, match="visionresults is taken"):
        create(aws, name="visionresults")
    with pytest.raises(ClientError, match="NoSuchPublicAccessBlockConfiguration"):
        s3.get_public_access_block(Bucket="visionresults")


def test_a_released_bucket_is_gone_with_all_its_versions_and_uploads(aws: LocalAws) -> None:
    (resource,) = create(aws).resources
    s3 = aws.sdk("s3")
    for body in (b"one", b"two"):
        s3.put_object(Bucket=NAME, Key="model", Body=body)
    s3.delete_object(Bucket=NAME, Key="model")
    s3.put_object(Bucket=NAME, Key="log", Body=b"x" * 100_000)
    s3.create_multipart_upload(Bucket=NAME, Key="half")

    assert status(aws, resource) == "healthy"
    assert release(aws, resource)
    assert names(aws) == []
    assert status(aws, resource) == "gone"
    assert not release(aws, resource)


def test_a_bucket_of_more_than_a_page_of_objects_is_emptied(aws: LocalAws) -> None:
    (resource,) = create(aws, versioned=False).resources
    s3 = aws.sdk("s3")
    for number in range(1003):
        s3.put_object(Bucket=NAME, Key=str(number), Body=b"")
    assert release(aws, resource)
    assert names(aws) == []


def test_a_bucket_that_was_opened_is_unhealthy(aws: LocalAws) -> None:
    (resource,) = create(aws).resources
    aws.sdk("s3").delete_public_access_block(Bucket=NAME)
    assert status(aws, resource) == "unhealthy"


@pytest.mark.parametrize("tags", [[], [{"Key": "tollgate:tenant", "Value": "acme"}]])
def test_a_bucket_that_is_not_ours_is_not_found_and_stays(aws: LocalAws, tags: list[Any]) -> None:
    s3 = aws.sdk("s3")
    s3.create_bucket(Bucket="somebody", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_tagging(Bucket="somebody", Tagging={"TagSet": tags})
    resource = Resource(cloud="aws", kind="bucket", id="somebody", region=REGION)
    for reach in (status, release):
        with pytest.raises(NotFound):
            reach(aws, resource)
    assert names(aws) == ["somebody"]


def test_a_bucket_of_another_tenant_is_not_found_and_stays(aws: LocalAws) -> None:
    (resource,) = create(aws).resources
    for reach in (status, release):
        with pytest.raises(NotFound):
            reach(aws, resource, "rival")
    assert names(aws) == [NAME]


def test_another_tenant_cannot_take_a_bucket_over_by_its_key(aws: LocalAws) -> None:
    create(aws)
    rival = TAGS.model_copy(update={"tenant": "rival"})
    with pytest.raises(Rejected):
        create(aws, tags=rival)
    tags = aws.sdk("s3").get_bucket_tagging(Bucket=NAME)["TagSet"]
    assert {"Key": "tollgate:tenant", "Value": "acme"} in tags
