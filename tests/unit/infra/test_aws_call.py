"""How the AWS front reads a call and says no."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.aws.call import Call, read_call, scope
from infra.local.aws.ec2 import quota_class
from infra.local.aws.refusal import Refusal, response


def signed(service: str, region: str) -> dict[str, str]:
    parts = f"Credential=AKIA/20261120/{region}/{service}/aws4_request, SignedHeaders=host, Signature=00"
    return {"authorization": f"AWS4-HMAC-SHA256 {parts}"}


def test_a_form_is_read_by_its_action() -> None:
    headers = signed("ec2", "eu-west-1") | {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    call = read_call("POST", "/", headers, {}, b"Action=RunInstances&MinCount=2&KeyName=")
    parameters = {"Action": "RunInstances", "MinCount": "2", "KeyName": ""}
    assert call == Call("ec2", "eu-west-1", "RunInstances", "ec2", parameters)


def test_json_is_read_by_its_target() -> None:
    headers = signed("sagemaker", "eu-west-3") | {"x-amz-target": "SageMaker.StopTrainingJob"}
    call = read_call("POST", "/", headers, {}, b'{"TrainingJobName": "j"}')
    assert call == Call("sagemaker", "eu-west-3", "StopTrainingJob", "json", {"TrainingJobName": "j"})


def test_s3_is_read_by_method_and_path() -> None:
    call = read_call("PUT", "/bucket?versioning", signed("s3", "eu-west-1"), {}, b"")
    assert call == Call("s3", "eu-west-1", "PUT /bucket?versioning", "s3")


def test_a_presigned_url_is_read_by_its_query() -> None:
    assert scope({}, {"X-Amz-Credential": "AKIA/20261120/eu-north-1/s3/aws4_request"}) == ("s3", "eu-north-1")


def test_an_unsigned_call_is_s3s() -> None:
    assert scope({}, {}) == ("s3", "us-east-1")


@given(
    service=st.sampled_from(["s3", "ec2", "sts", "sagemaker", "lambda"]),
    kind=st.sampled_from(["application/x-www-form-urlencoded", "application/json", ""]),
    target=st.sampled_from(["", "A.B", ".", "NoDot"]),
    body=st.binary(max_size=200),
)
def test_no_body_breaks_the_reading(service: str, kind: str, target: str, body: bytes) -> None:
    headers = signed(service, "eu-west-1") | {"content-type": kind} | ({"x-amz-target": target} if target else {})
    call = read_call("POST", "/x", headers, {}, body)
    assert (call.service, call.region) == (service, "eu-west-1")


@given(message=st.text())
def test_a_refusal_never_breaks_out_of_its_json(message: str) -> None:
    answer = response(Refusal("Code", message), "json")
    assert json.loads(bytes(answer.body)) == {"__type": "Code", "message": message}


def test_a_refusal_never_breaks_out_of_its_xml() -> None:
    answer = response(Refusal("Code", "</Message><Code>Other</Code> & more", 409), "ec2")
    assert answer.status_code == 409
    assert b"&lt;/Message&gt;&lt;Code&gt;Other&lt;/Code&gt; &amp; more" in bytes(answer.body)


@pytest.mark.parametrize(
    ("machine", "shared"),
    [
        ("m7i.large", ""),
        ("im4gn.large", ""),
        ("gr6.4xlarge", "g"),
        ("vt1.3xlarge", "g"),
        ("p5.48xlarge", "p"),
        ("", ""),
    ],
)
def test_machines_share_a_quota_by_family(machine: str, shared: str) -> None:
    assert quota_class(machine) == shared
