"""Serve a model on a SageMaker endpoint."""

from __future__ import annotations

import contextlib
from typing import Any

from mcp_handlers.aws import endpoints
from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.endpoints import Endpoint, find_endpoint
from mcp_handlers.aws.errors import translated
from mcp_handlers.aws.labels import PREFIX, Label, by_name, insist, labels
from mcp_handlers.aws.owned import find_bucket
from mcp_handlers.aws.permissions import ANY, HERE, Allow
from mcp_handlers.tools.deploy_model import Input, Output, joined, moved
from workflow.model.errors import NoCapacity, NoPermission, NotFound, Rejected, Terminal, Throttled
from workflow.model.resource import Resource
from workflow.model.share import Shares, read, written

_SAGEMAKER = "arn:aws:sagemaker:{region}:{account}"
PERMISSIONS = (
    Allow(
        (
            "sagemaker:CreateEndpoint",
            "sagemaker:DeleteEndpoint",
            "sagemaker:DescribeEndpoint",
            "sagemaker:UpdateEndpoint",
            "sagemaker:UpdateEndpointWeightsAndCapacities",
        ),
        (f"{_SAGEMAKER}:endpoint/{{endpoint}}",),
    ),
    Allow(
        (
            "sagemaker:CreateEndpoint",
            "sagemaker:CreateEndpointConfig",
            "sagemaker:DeleteEndpointConfig",
            "sagemaker:DescribeEndpointConfig",
            "sagemaker:UpdateEndpoint",
        ),
        (f"{_SAGEMAKER}:endpoint-config/{{endpoint}}-c*",),
    ),
    Allow(
        ("sagemaker:CreateEndpointConfig", "sagemaker:CreateModel", "sagemaker:DeleteModel", "sagemaker:DescribeModel"),
        (f"{_SAGEMAKER}:model/{{endpoint}}-v*",),
    ),
    Allow(
        ("sagemaker:AddTags", "sagemaker:ListTags"),
        (f"{_SAGEMAKER}:endpoint*/{{endpoint}}*", f"{_SAGEMAKER}:model/{{endpoint}}-v*"),
    ),
    Allow(("sagemaker:ListEndpointConfigs", "sagemaker:ListModels"), ANY, HERE),
    Allow(
        ("iam:PassRole",),
        ("arn:aws:iam::{account}:role/tollgate-serving",),
        {"iam:PassedToService": "sagemaker.amazonaws.com"},
    ),
    Allow(("s3:GetBucketTagging",), ("arn:aws:s3:::{bucket}",)),
)
ROLE = "TOLLGATE_AWS_SERVING_ROLE"
"""The variable that names the role of endpoints: it needs no more than to read their models and images."""
_LAST, _BEFORE = PREFIX + "last", PREFIX + "before"
"""Tags: the effect that last moved an endpoint's traffic, and the shares before (of a model: before its variant)."""
_SCARCE = ("InsufficientInstanceCapacity", "CapacityError", "Unable to provision requested ML compute capacity")


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """Do what `action` says, once per key. SageMaker takes minutes over it: `get_health` tells when it is done.

    Replicas scale between minimum and maximum by the variant's managed instance scaling. Volumes are encrypted by
    SageMaker's own keys. Only callers whom IAM allows reach an endpoint. Throttled while an earlier change goes on.
    """
    insist(wanted)
    if wanted.action == "deploy":
        return _deploy(wanted, clients, key)
    return _move(wanted, clients, key)


def _deploy(wanted: Input, clients: Clients, key: str) -> Output:
    role = clients.env.get(ROLE, "")
    if not role:
        raise NoPermission(f"No role for endpoints: {ROLE} is not set.", f"Set {ROLE} to the role's ARN.")
    variant = endpoints.variant_name(key)
    found = _known(clients, wanted)
    if found is None or not found.has(variant):
        if found is not None:
            found.insist_settled()
        _insist_bucket(clients, wanted)
        found = _serve(clients, wanted, key, role, found)
    if not found.has(variant) or found.status == "Failed":
        _fail(clients, wanted, found, variant)
    before = read(_recorded(clients, wanted, variant))
    after = joined(before, variant, wanted.canary_percent)
    made = _resource(wanted, f"{wanted.endpoint}/{variant}")
    return Output(resources=(made,), endpoint=_resource(wanted, wanted.endpoint), before=before, after=after)


def _known(clients: Clients, wanted: Input) -> Endpoint | None:
    try:
        return find_endpoint(clients, wanted.region, wanted.endpoint, wanted.tags.tenant)
    except NotFound:
        raise Rejected(f"The endpoint name {wanted.endpoint} is taken.", "Ask for another name.") from None


def _insist_bucket(clients: Clients, wanted: Input) -> None:
    bucket = Resource(cloud="aws", kind="bucket", id=wanted.bucket or "", region=wanted.region)
    if find_bucket(clients, bucket, wanted.tags.tenant) is None:
        raise NotFound(f"There is no bucket {wanted.bucket} of tenant {wanted.tags.tenant}.")


def _serve(clients: Clients, wanted: Input, key: str, role: str, found: Endpoint | None) -> Endpoint:
    """Model, configuration, endpoint. What another call with this key did meanwhile counts as done by this one."""
    region, name, variant = wanted.region, wanted.endpoint, endpoints.variant_name(key)
    before = found.shares if found else ()
    tags = list(labels(wanted.tags, key))
    model = endpoints.model_name(name, variant)
    try:
        _ensure_model(clients, wanted, model, role, [*tags, Label(Key=_BEFORE, Value=written(before))])
        mine = _variant(wanted, variant, model)
        after = joined(before, variant, wanted.canary_percent)
        variants = endpoints.weighted((*(found.variants if found else ()), mine), after)
        config = endpoints.ensure_config(clients, region, name, variants, tags)
        with translated(clients, region, writes=True):
            if found is None:
                clients.sagemaker(region).create_endpoint(EndpointName=name, EndpointConfigName=config, Tags=tags)
            else:
                clients.sagemaker(region).update_endpoint(EndpointName=name, EndpointConfigName=config)
    except Terminal as error:
        now = _known(clients, wanted)
        if now is None or not now.has(variant):
            if now is not None:
                now.insist_settled()
            _discard(clients, wanted, variant, alone=now is None)
            raise
        if "already existing" not in error.message and "in-progress" not in error.message:
            raise
    now = _known(clients, wanted)
    if now is None:
        raise Throttled(f"SageMaker does not show the endpoint {name} yet.")
    return now


def _ensure_model(clients: Clients, wanted: Input, model: str, role: str, tags: list[Label]) -> None:
    """The model, saying what the shares were before it. One that was left by a call that broke off is told anew."""
    from botocore.exceptions import ClientError

    sagemaker = clients.sagemaker(wanted.region)
    with translated(clients, wanted.region, writes=True):
        try:
            sagemaker.create_model(
                ModelName=model, PrimaryContainer=_container(wanted), ExecutionRoleArn=role, Tags=tags
            )
        except ClientError as error:
            if not endpoints.exists(error):
                raise
            arn = sagemaker.describe_model(ModelName=model)["ModelArn"]
            sagemaker.add_tags(ResourceArn=arn, Tags=tags[-1:])


def _container(wanted: Input) -> Any:
    packed = wanted.model.endswith(".tar.gz")
    source = {
        "S3Uri": f"s3://{wanted.bucket}/{wanted.model}{'' if packed else '/'}",
        "S3DataType": "S3Object" if packed else "S3Prefix",
        "CompressionType": "Gzip" if packed else "None",
    }
    return {"Image": wanted.image, "ModelDataSource": {"S3DataSource": source}}


def _variant(wanted: Input, variant: str, model: str) -> dict[str, Any]:
    scaling = {"Status": "ENABLED", "MinInstanceCount": wanted.min_replicas, "MaxInstanceCount": wanted.max_replicas}
    return {
        "VariantName": variant,
        "ModelName": model,
        "InstanceType": f"ml.{wanted.machine}",
        "InitialInstanceCount": wanted.min_replicas,
        **({"ManagedInstanceScaling": scaling} if wanted.max_replicas > wanted.min_replicas else {}),
    }


def _recorded(clients: Clients, wanted: Input, variant: str) -> str:
    """The shares before the variant, as its model's tags have them."""
    sagemaker = clients.sagemaker(wanted.region)
    with translated(clients, wanted.region):
        arn = sagemaker.describe_model(ModelName=endpoints.model_name(wanted.endpoint, variant))["ModelArn"]
        return by_name(sagemaker.list_tags(ResourceArn=arn)["Tags"])[_BEFORE]


def _fail(clients: Clients, wanted: Input, found: Endpoint, variant: str) -> None:
    """Raise for a variant that SageMaker gave up at once, and leave nothing of it."""
    _discard(clients, wanted, variant, alone=found.has(variant))
    kind = NoCapacity if any(word in found.reason for word in _SCARCE) else Rejected
    raise kind(f"SageMaker in {wanted.region}: {found.reason}")


def _discard(clients: Clients, wanted: Input, variant: str, *, alone: bool) -> None:
    """Take away what was made for a variant that does not come to be; `alone`: it would have been the first."""
    with contextlib.suppress(Terminal):
        if alone:
            endpoints.remove(clients, wanted.region, wanted.endpoint)
            return
        with translated(clients, wanted.region, writes=True):
            model = endpoints.model_name(wanted.endpoint, variant)
            clients.sagemaker(wanted.region).delete_model(ModelName=model)


def _move(wanted: Input, clients: Clients, key: str) -> Output:
    region, name = wanted.region, wanted.endpoint
    found = find_endpoint(clients, region, name, wanted.tags.tenant)
    if found is None:
        raise NotFound(f"There is no endpoint {name} of tenant {wanted.tags.tenant} in {region}.")
    told = found.tags.get(_LAST) == key
    before = read(found.tags[_BEFORE]) if told else found.shares
    after = moved(wanted, before)
    if not told or found.shares != after:
        found.insist_settled()
        _shift(clients, wanted, found, key, before, after)
    return Output(endpoint=_resource(wanted, name), before=before, after=after)


def _shift(clients: Clients, wanted: Input, found: Endpoint, key: str, before: Shares, after: Shares) -> None:
    """Write down what is about to be done, then do it."""
    sagemaker = clients.sagemaker(wanted.region)
    note = [Label(Key=_LAST, Value=key), Label(Key=_BEFORE, Value=written(before))]
    weights = [{"VariantName": one.variant, "DesiredWeight": float(one.percent)} for one in after]
    try:
        with translated(clients, wanted.region, writes=True):
            sagemaker.add_tags(ResourceArn=found.arn, Tags=note)
            if found.shares != after:
                sagemaker.update_endpoint_weights_and_capacities(
                    EndpointName=found.name,
                    DesiredWeightsAndCapacities=weights,  # type: ignore[arg-type]
                )
    except Rejected:
        now = _known(clients, wanted)
        if now is None or now.shares != after:
            if now is not None:
                now.insist_settled()
            raise


def _resource(wanted: Input, name: str) -> Resource:
    return Resource(cloud="aws", kind="endpoint", id=name, region=wanted.region)
