"""One allowed call of every tool on every cloud, and the environment to make it in."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from functions.registry import contract, tool_names
from functions.trust import JWKS, LOCAL
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.kernel.grant import Grant
from mcp_handlers.kernel.wire import mirror
from policies.engine.bundle import load_bundle
from workflow.control.sign import Signer
from workflow.model.base import Json, digest
from workflow.model.plan import effect_key
from workflow.model.principal import Principal

PRINCIPAL = Principal(id="ada@example.com", tenant="acme", roles=("admin",), channel="mcp")
TAGS = {"tenant": "acme", "project": "default", "run": "r1", "owner": "ada@example.com", "environment": "development"}
NOWHERE = "127.0.0.1:9"
"""Stands for the cloud: what would be sent there is stopped before it is."""
PLACES = {
    "aws": {"region": "eu-west-1", "machine": "m6i.large", "instance": "i-0123456789abcdef0"},
    "azure": {"region": "westeurope", "machine": "Standard_D2s_v5", "instance": "tollgate-0"},
    "gcp": {"region": "europe-west1", "machine": "n2-standard-2", "instance": "tollgate-0"},
}


@dataclass(frozen=True)
class Sample:
    """A call as it comes to a function: `headers` with token and Grant, JSON-RPC `body`, the `arguments` in it."""

    cloud: str
    tool: str
    arguments: Json
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@cache
def signer() -> Signer:
    """A control plane's key of this process's own."""
    return Signer(Ed25519PrivateKey.generate(), SystemClock())


def sampled() -> list[str]:
    """The tools that have a sample here."""
    return [tool for tool in tool_names() if tool in _given("aws")]


def arguments(cloud: str, tool: str) -> Json:
    """What the gate allows of this tool, filled in with what the contract leaves open."""
    given = _given(cloud)[tool]
    return contract(tool).input.model_validate(given).model_dump(mode="json")


def sample(cloud: str, tool: str) -> Sample:
    """The call, made out to the packaged policies, with a day to live."""
    exact = arguments(cloud, tool)
    headers = {
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": tool,
        "authorization": f"Bearer {signer().token(PRINCIPAL, cloud, timedelta(days=1))}",
    }
    headers |= mirror(contract(tool).mirrored(), exact)
    if contract(tool).risk != "read":
        headers["tollgate-grant"] = _grant(cloud, tool, exact)
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    params = {"name": tool, "arguments": exact, "_meta": meta}
    body = json.dumps({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}).encode()
    return Sample(cloud, tool, exact, headers, body)


def environment(identity: str) -> dict[str, str]:
    """What a function is started with. `identity` is the host and port that gives out the clouds' credentials."""
    return {
        JWKS: json.dumps(signer().jwks()),
        LOCAL: "1",
        "NO_PROXY": "127.0.0.1",
        "AWS_ENDPOINT_URL": f"http://{NOWHERE}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "TOLLGATE_AWS_TRAINING_ROLE": "arn:aws:iam::123456789012:role/training",
        "TOLLGATE_AWS_SERVING_ROLE": "arn:aws:iam::123456789012:role/serving",
        "TOLLGATE_AZURE_ENDPOINT": f"https://{NOWHERE}",
        "TOLLGATE_AZURE_VAULT_URL": f"https://{NOWHERE}",
        "TOLLGATE_AZURE_SUBSCRIPTION": "00000000-0000-0000-0000-000000000000",
        "TOLLGATE_AZURE_RESOURCE_GROUP": "tollgate",
        "IDENTITY_ENDPOINT": f"http://{identity}/msi/token",
        "IDENTITY_HEADER": "test",
        "TOLLGATE_GCP_ENDPOINT": f"http://{NOWHERE}",
        "TOLLGATE_GCP_PROJECT": "tollgate",
        "GCE_METADATA_HOST": identity,
        "GCE_METADATA_IP": identity,
        "CLOUDSDK_CONFIG": "/nonexistent",
    }


def _grant(cloud: str, tool: str, exact: Json) -> str:
    leave = Grant(
        tool=tool,
        cloud=cloud,
        arguments_digest=digest(exact),
        principal=PRINCIPAL,
        run="r1",
        step="0-step",
        key=effect_key(PRINCIPAL.tenant, "r1", "0-step", tool, cloud, exact),
        decision="d" * 64,
        revision=load_bundle().revision,
    )
    return signer().grant(leave)


def _given(cloud: str) -> dict[str, Json]:
    region, machine, instance = (PLACES[cloud][name] for name in ("region", "machine", "instance"))
    placed: dict[str, Any] = {"region": region, "tags": TAGS}
    server = {"cloud": cloud, "kind": "instance", "id": instance, "region": region, "zone": ""}
    return {
        "attach_volume": {**placed, "instance": server, "size_gib": 50},
        "create_storage_bucket": {**placed, "name": "benchmarkbucket", "size_gib": 50},
        "deploy_model": {
            **placed, "endpoint": "vision", "machine": machine,
            "bucket": "benchmark", "model": "m/v1", "image": "serve:1",
        },
        "failover_route": {
            "region": region, "zone": "benchmark", "record": "www.example.com", "tenant": "acme",
            "from_target": "192.0.2.1", "to_target": "192.0.2.2",
        },
        "get_cost_estimate": {"vcpus": 8, "memory_gib": 32},
        "get_health": {"resource": server, "tenant": "acme"},
        "get_quotas": {"region": region, "machine": machine},
        "list_resources": {"region": region, "tenant": "acme"},
        "launch_spot": {**placed, "machine": machine},
        "provision_compute": {**placed, "machine": machine},
        "release_resource": {"resource": server, "tenant": "acme"},
        "rotate_secret": {"region": region, "secret": "database", "tenant": "acme"},
        "scale_nodepool": {
            "region": region, "tags": TAGS, "pool": "workers", "machine": machine,
            "minimum": 1, "maximum": 3, "desired": 2,
        },
        "submit_ml_job": {**placed, "machine": machine, "hours": 1, "image": "trainer/x:1", "bucket": "benchmark"},
    }  # fmt: skip
