"""SageMaker's endpoints: how one stands, what is made for a variant, and taking it all away.

A variant is `v` and 16 hex digits of its effect's key; its model is named after endpoint and variant. A configuration
is immutable, so it is named after what it says, and lists its variants oldest first.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.errors import translated
from mcp_handlers.aws.labels import Label, by_name, ours
from mcp_handlers.kernel import deadline
from workflow.model.base import canonical
from workflow.model.errors import NotFound, Rejected, Throttled
from workflow.model.resource import Resource
from workflow.model.share import Share, Shares, remaining

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

Status = Literal["healthy", "pending", "unhealthy", "gone", "finished"]
SETTLED = ("InService", "Failed", "OutOfService", "UpdateRollbackFailed")
WAIT_SECONDS = 120.0
POLL_SECONDS = 0.2
_NAMED = "{endpoint}-[{kind}][0-9a-f]{{16}}"


@dataclass(frozen=True)
class Endpoint:
    """An endpoint as it will be once SageMaker has done what it was told. `variants` are as its configuration has
    them."""

    name: str
    arn: str
    status: str
    reason: str
    variants: tuple[dict[str, Any], ...]
    shares: Shares
    tags: dict[str, str]

    def has(self, variant: str) -> bool:
        """True if the variant is there, or coming."""
        return any(share.variant == variant for share in self.shares)

    def insist_settled(self) -> None:
        """Raise Throttled while SageMaker is at work on it: it takes no second change meanwhile."""
        if self.status not in SETTLED:
            raise Throttled(
                f"The endpoint {self.name} is {self.status}.", "Try again when get_health says that it is healthy."
            )


def variant_name(key: str) -> str:
    """The variant that the effect `key` makes."""
    return "v" + hashlib.sha256(key.encode()).hexdigest()[:16]


def model_name(endpoint: str, variant: str) -> str:
    """The model behind a variant."""
    return f"{endpoint}-{variant}"


def find_endpoint(clients: Clients, region: str, name: str, tenant: str) -> Endpoint | None:
    """The endpoint, or None. Raises NotFound where it is not `tenant`'s.

    The tags are read last: what they say of a change was written before the change, so a change that is seen has its
    tags.
    """
    sagemaker = clients.sagemaker(region)
    try:
        with translated(clients, region):
            told: dict[str, Any] = dict(sagemaker.describe_endpoint(EndpointName=name))
            pending = told.get("PendingDeploymentSummary", {}).get("EndpointConfigName")
            if told["EndpointStatus"] == "Deleting":
                variants: list[Any] = []
            else:
                current = pending or told["EndpointConfigName"]
                config = sagemaker.describe_endpoint_config(EndpointConfigName=current)
                variants = list(config["ProductionVariants"])
            tags = by_name(sagemaker.list_tags(ResourceArn=told["EndpointArn"])["Tags"])
    except NotFound:
        return None
    if not ours(tags, tenant):
        raise NotFound(f"There is no endpoint {name} of tenant {tenant} in {region}.")
    live = {} if pending else {one["VariantName"]: one["DesiredWeight"] for one in told.get("ProductionVariants", [])}
    shares = tuple(
        Share(variant=one["VariantName"], percent=round(live.get(one["VariantName"], one["InitialVariantWeight"])))
        for one in variants
    )
    reason = told.get("FailureReason", "")
    return Endpoint(name, told["EndpointArn"], told["EndpointStatus"], reason, tuple(variants), shares, tags)


def endpoint_standing(clients: Clients, resource: Resource, tenant: str) -> tuple[Status, str]:
    """The health of an endpoint, or of one variant of it, and SageMaker's words for it."""
    name, _, variant = resource.id.partition("/")
    found = find_endpoint(clients, resource.region, name, tenant)
    if found is None:
        return "gone", "It does not exist."
    detail = f"SageMaker endpoint {found.status}" + (f": {found.reason}" if found.reason else "")
    if found.status not in SETTLED:
        return ("gone" if found.status == "Deleting" else "pending"), detail
    if variant and not found.has(variant):
        return ("unhealthy" if found.reason else "gone"), f"{detail}; it has no variant {variant}"
    return ("healthy" if found.status == "InService" else "unhealthy"), detail


def ensure_config(
    clients: Clients, region: str, endpoint: str, variants: Iterable[dict[str, Any]], tags: list[Label]
) -> str:
    """The name of a configuration with these variants, made if it is not there."""
    from botocore.exceptions import ClientError

    listed = list(variants)
    name = f"{endpoint}-c{hashlib.sha256(canonical(listed)).hexdigest()[:16]}"
    with translated(clients, region, writes=True):
        try:
            clients.sagemaker(region).create_endpoint_config(
                EndpointConfigName=name,
                ProductionVariants=listed,  # type: ignore[arg-type]
                Tags=tags,
            )
        except ClientError as error:
            if not exists(error):
                raise
    return name


def exists(error: Any) -> bool:
    """True for SageMaker's way of saying that a name is in use."""
    return "already existing" in error.response["Error"]["Message"]


def weighted(variants: Iterable[dict[str, Any]], shares: Shares) -> list[dict[str, Any]]:
    """Those variants that have a share, with it, in the order of the shares."""
    known = {one["VariantName"]: one for one in variants}
    return [{**known[share.variant], "InitialVariantWeight": float(share.percent)} for share in shares]


def release_endpoint(clients: Clients, resource: Resource, tenant: str) -> bool:
    """Delete the endpoint, or (`endpoint/variant`) one variant of two, whose traffic the other gets. False if it was
    not there. Throttled where SageMaker does not end an earlier change in `WAIT_SECONDS`."""
    region, (name, _, variant) = resource.region, resource.id.partition("/")
    found, end = find_endpoint(clients, region, name, tenant), time.monotonic() + deadline.wait(WAIT_SECONDS)
    while found is not None and found.status not in SETTLED and time.monotonic() < end:
        time.sleep(POLL_SECONDS)
        found = find_endpoint(clients, region, name, tenant)
    if found is None or (variant and not found.has(variant)):
        return False
    found.insist_settled()
    try:
        return _released(clients, region, found, variant)
    except Rejected:
        now = find_endpoint(clients, region, name, tenant)
        if now is None or now.status == "Deleting" or (variant and not now.has(variant)):
            # Another call was quicker.
            return False
        now.insist_settled()
        raise


def _released(clients: Clients, region: str, found: Endpoint, variant: str) -> bool:
    left = remaining(found.shares, variant) if variant else ()
    if not left:
        return remove(clients, region, found.name)
    tags = [Label(Key=word, Value=value) for word, value in found.tags.items()]
    config = ensure_config(clients, region, found.name, weighted(found.variants, left), tags)
    with translated(clients, region, writes=True):
        clients.sagemaker(region).update_endpoint(EndpointName=found.name, EndpointConfigName=config)
    return True


def remove(clients: Clients, region: str, endpoint: str) -> bool:
    """Delete the endpoint, then the configurations and models that were made for it. True if the endpoint was there."""
    sagemaker = clients.sagemaker(region)
    with translated(clients, region, writes=True):
        there = _deleted(sagemaker.delete_endpoint, EndpointName=endpoint)
        for config in _named(sagemaker, "list_endpoint_configs", "EndpointConfig", endpoint, "c"):
            _deleted(sagemaker.delete_endpoint_config, EndpointConfigName=config)
        for model in _named(sagemaker, "list_models", "Model", endpoint, "v"):
            _deleted(sagemaker.delete_model, ModelName=model)
    return there


def _deleted(delete: Callable[..., Any], **named: str) -> bool:
    """False where it is gone already: another call was quicker."""
    from botocore.exceptions import ClientError

    try:
        delete(**named)
    except ClientError as error:
        if "Could not find" not in error.response["Error"]["Message"]:
            raise
        return False
    return True


def _named(sagemaker: SageMakerClient, listing: Any, what: str, endpoint: str, kind: str) -> list[str]:
    """Names of ours that belong to the endpoint, and not to another whose name begins the same."""
    pages = sagemaker.get_paginator(listing).paginate(NameContains=f"{endpoint}-{kind}")
    names = [str(one[f"{what}Name"]) for page in pages for one in page[f"{what}s"]]
    shape = re.compile(_NAMED.format(endpoint=re.escape(endpoint), kind=kind))
    return [name for name in names if shape.fullmatch(name)]
