"""The kinds of thing that SageMaker serves with, models, endpoint configurations and endpoints: names and shapes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from infra.local.aws.quotas import ACCOUNT

Json = dict[str, Any]
KINDS = {
    "Model": ("ModelName", "model"),
    "EndpointConfig": ("EndpointConfigName", "endpoint-config"),
    "Endpoint": ("EndpointName", "endpoint"),
}
WORDS = {"Model": "model", "EndpointConfig": "endpoint configuration", "Endpoint": "endpoint"}
SERVED = tuple(f":{path}/" for _, path in KINDS.values())


@dataclass
class Thing:
    """One of the three kinds, as it was asked for. `then` is what becomes of it at `due`."""

    request: Json
    arn: str
    created: float
    told: Json = field(default_factory=dict)
    due: float = 0.0
    then: Callable[[], None] | None = None


def verb_and_kind(operation: str) -> tuple[str, str]:
    """Verb and kind: `ListModels` is (List, Model)."""
    for verb in ("Create", "Describe", "Delete", "Update", "List"):
        if operation.startswith(verb):
            kind = operation.removeprefix(verb)
            return verb, kind.removesuffix("s") if verb == "List" else kind
    return "", ""


def arn(region: str, kind: str, name: str) -> str:
    """A thing's name as AWS spells it in full."""
    return f"arn:aws:sagemaker:{region}:{ACCOUNT}:{KINDS[kind][1]}/{name}"


def summary(variant: Json) -> Json:
    """A variant of a configuration as a live endpoint shows it."""
    weight, count = variant["InitialVariantWeight"], variant["InitialInstanceCount"]
    return {
        "VariantName": variant["VariantName"],
        "InstanceType": variant["InstanceType"],
        "CurrentWeight": weight,
        "DesiredWeight": weight,
        "CurrentInstanceCount": count,
        "DesiredInstanceCount": count,
        **{word: value for word, value in variant.items() if word == "ManagedInstanceScaling"},
    }


def row(kind: str, name: str, thing: Thing) -> Json:
    """A thing as a listing shows it."""
    row = {KINDS[kind][0]: name, f"{kind}Arn": thing.arn, "CreationTime": thing.created}
    if kind != "Endpoint":
        return row
    return row | {"LastModifiedTime": thing.created, "EndpointStatus": thing.told["EndpointStatus"]}


def describe(thing: Thing, kind: str) -> Json:
    """A thing as its Describe call shows it."""
    asked = {word: value for word, value in thing.request.items() if word != "Tags"}
    times = {"CreationTime": thing.created, **({"LastModifiedTime": thing.created} if kind == "Endpoint" else {})}
    told = {
        word: [{k: v for k, v in one.items() if k != "InstanceType"} for one in value]
        if word == "ProductionVariants" else value
        for word, value in thing.told.items()
    }  # fmt: skip
    return asked | told | {f"{kind}Arn": thing.arn, **times}
