"""The AWS front itself: who answers what, in which region, judged by boto3's own reading of the answers."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.contract.clouds.aws_cloud import REGION, LocalAws

THROTTLED = {"ec2": "RequestLimitExceeded", "s3": "SlowDown", "sts": "Throttling", "sagemaker": "ThrottlingException"}


def ask(aws: LocalAws, service: str, region: str = REGION) -> Any:
    reads = {
        "ec2": lambda: aws.sdk("ec2", region).describe_vpcs(),
        "s3": lambda: aws.sdk("s3", region).list_buckets(),
        "sts": lambda: aws.sdk("sts", region).get_caller_identity(),
        "sagemaker": lambda: aws.sdk("sagemaker", region).list_endpoints(),
        "service-quotas": lambda: aws.sdk("service-quotas", region).list_service_quotas(ServiceCode="ec2"),
        "dynamodb": lambda: aws.sdk("dynamodb", region).list_tables(),
        "ssm": lambda: aws.sdk("ssm", region).describe_parameters(),
        "lambda": lambda: aws.sdk("lambda", region).list_functions(),
    }
    return reads[service]()


def code(aws: LocalAws, service: str, region: str = REGION) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        ask(aws, service, region)
    return caught.value.response["Error"]["Code"], caught.value.response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize("service", ["ec2", "s3", "sts", "sagemaker", "service-quotas", "dynamodb", "ssm", "lambda"])
def test_every_service_answers_at_the_one_endpoint(aws: LocalAws, service: str) -> None:
    assert ask(aws, service)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_regions_are_kept_apart(aws: LocalAws) -> None:
    aws.sdk("ec2", "eu-central-1").run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)
    assert len(aws.instances("eu-central-1")) == 1
    assert aws.instances("eu-west-1") == []


def test_public_images_are_found_in_every_region_of_the_price_file(aws: LocalAws) -> None:
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
    for region in ("af-south-1", "ap-southeast-4", "ca-west-1", "eu-central-2", "il-central-1", "sa-east-1"):
        image = aws.sdk("ssm", region).get_parameter(Name=name)["Parameter"]["Value"]
        (described,) = aws.sdk("ec2", region).describe_images(ImageIds=[image])["Images"]
        assert (described["Architecture"], described["RootDeviceName"]) == ("arm64", "/dev/xvda")


def test_a_parameter_of_the_users_own_is_not_among_the_public_ones(aws: LocalAws) -> None:
    ssm = aws.sdk("ssm")
    ssm.put_parameter(Name="/mine", Value="kept", Type="String")
    assert ssm.get_parameter(Name="/mine")["Parameter"]["Value"] == "kept"


def test_objects_pass_through_whole(aws: LocalAws) -> None:
    s3, body = aws.sdk("s3"), bytes(range(256)) * 4096
    s3.create_bucket(Bucket="through", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="through", Key="a b/ü+%.bin", Body=body, Metadata={"who": "me"})
    got = s3.get_object(Bucket="through", Key="a b/ü+%.bin")
    assert (got["Body"].read(), got["Metadata"]) == (body, {"who": "me"})
    assert s3.head_object(Bucket="through", Key="a b/ü+%.bin")["ContentLength"] == len(body)
    signed = s3.generate_presigned_url("get_object", {"Bucket": "through", "Key": "a b/ü+%.bin"})
    assert httpx.get(signed).content == body


def test_a_launch_with_the_same_token_is_answered_alike_and_another_is_refused(aws: LocalAws) -> None:
    ec2, asked = aws.sdk("ec2"), {"ImageId": "ami-12345678", "MinCount": 1, "MaxCount": 1, "ClientToken": "t1"}
    first, second = (ec2.run_instances(**asked)["Instances"][0]["InstanceId"] for _ in range(2))
    assert first == second
    with pytest.raises(ClientError, match="IdempotentParameterMismatch"):
        ec2.run_instances(**asked | {"MaxCount": 2})
    assert len(aws.instances()) == 1


def test_the_token_of_a_terminated_machine_is_refused(aws: LocalAws) -> None:
    ec2, asked = aws.sdk("ec2"), {"ImageId": "ami-12345678", "MinCount": 1, "MaxCount": 1, "ClientToken": "t1"}
    ec2.terminate_instances(InstanceIds=[ec2.run_instances(**asked)["Instances"][0]["InstanceId"]])
    with pytest.raises(ClientError, match="IdempotentInstanceTerminated"):
        ec2.run_instances(**asked)
    assert aws.instances() == []


def test_a_refused_launch_may_be_tried_again_with_its_token(aws: LocalAws) -> None:
    asked = {"ImageId": "ami-12345678", "MinCount": 1, "MaxCount": 1, "ClientToken": "t1"}
    aws.fault("no_capacity", times=1)
    with pytest.raises(ClientError, match="InsufficientInstanceCapacity"):
        aws.sdk("ec2").run_instances(**asked)
    aws.sdk("ec2").run_instances(**asked)
    assert len(aws.instances()) == 1


def test_a_dry_run_launches_nothing(aws: LocalAws) -> None:
    with pytest.raises(ClientError, match="DryRunOperation"):
        aws.sdk("ec2").run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1, ClientToken="t", DryRun=True)
    assert aws.instances() == []


def test_quotas_are_listed_page_by_page_without_gap_or_double(aws: LocalAws) -> None:
    quotas = aws.sdk("service-quotas")
    pages = list(quotas.get_paginator("list_service_quotas").paginate(ServiceCode="sagemaker"))
    names = [quota["QuotaName"] for page in pages for quota in page["Quotas"]]
    codes = [quota["QuotaCode"] for page in pages for quota in page["Quotas"]]
    assert len(pages) > 1
    assert len(set(names)) == len(names) == len(set(codes))
    assert {"ml.p4d.24xlarge for training job usage", "ml.g5.xlarge for spot training job usage"} <= set(names)


def test_a_quota_is_as_service_quotas_describes_one(aws: LocalAws) -> None:
    quota = aws.sdk("service-quotas").get_service_quota(ServiceCode="ec2", QuotaCode="L-417A185B")["Quota"]
    assert quota == {
        "ServiceCode": "ec2",
        "ServiceName": "Amazon Elastic Compute Cloud (Amazon EC2)",
        "QuotaArn": f"arn:aws:servicequotas:{REGION}:123456789012:ec2/L-417A185B",
        "QuotaCode": "L-417A185B",
        "QuotaName": "Running On-Demand P instances",
        "Value": 20_000.0,
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }


@pytest.mark.parametrize(("service", "quota"), [("ec2", "L-NONE"), ("nothing", "L-417A185B")])
def test_an_unknown_quota_does_not_exist(aws: LocalAws, service: str, quota: str) -> None:
    client = aws.sdk("service-quotas")
    with pytest.raises(client.exceptions.NoSuchResourceException):
        client.get_service_quota(ServiceCode=service, QuotaCode=quota)


@pytest.mark.parametrize(("service", "error"), THROTTLED.items())
def test_throttling_is_said_as_each_service_says_it(aws: LocalAws, service: str, error: str) -> None:
    aws.fault("throttle", times=1)
    assert code(aws, service)[0] == error
    ask(aws, service)


@pytest.mark.parametrize("service", ["ec2", "s3", "sts", "sagemaker", "dynamodb"])
def test_an_outage_is_a_503_in_every_protocol(aws: LocalAws, service: str) -> None:
    aws.fault("region_down", region=REGION)
    assert code(aws, service)[1] == 503
    ask(aws, service, "eu-central-1")


def test_an_internal_error_is_a_500(aws: LocalAws) -> None:
    aws.fault("error", operation="DescribeVpcs")
    assert code(aws, "ec2") == ("InternalError", 500)
    ask(aws, "s3")


def test_faults_are_listed_counted_and_cleared(aws: LocalAws) -> None:
    aws.fault("throttle", region=REGION, times=2)
    code(aws, "ec2")
    at = f"{aws.url}/_tollgate/faults"
    (listed,) = httpx.get(at).json()
    assert (listed["kind"], listed["region"], listed["times"]) == ("throttle", REGION, 1)
    assert httpx.delete(at).json() == []
    ask(aws, "ec2")


@pytest.mark.parametrize("body", ["", "[]", '{"kind": "earthquake"}', '{"kind": "error", "times": 0}'])
def test_a_fault_that_is_none_is_refused(aws: LocalAws, body: str) -> None:
    assert httpx.post(f"{aws.url}/_tollgate/faults", content=body).status_code == 400


def test_the_switchboard_answers_while_the_cloud_is_down(aws: LocalAws) -> None:
    aws.fault("cloud_down")
    assert httpx.get(f"{aws.url}/_tollgate/health").status_code == 200
    aws.reset()
    ask(aws, "ec2")


def test_a_reset_empties_everything(aws: LocalAws) -> None:
    aws.sdk("ec2").run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)
    aws.sdk("s3").create_bucket(Bucket="gone", CreateBucketConfiguration={"LocationConstraint": REGION})
    aws.reset()
    assert aws.instances() == []
    assert aws.sdk("s3").list_buckets()["Buckets"] == []
