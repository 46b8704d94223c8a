"""What goes into the artefact of each function on Azure and on Google Cloud."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from functions.registry import tool_names
from infra.artefacts.contents import Contents
from infra.artefacts.reach import ROOT, reached, source

EVERYWHERE = {
    "infra": "no function is beside the local cloud",
    "functions.serve.sse": "the transport of old is local only",
    "functions.orchestrate.sqs": "the queue is the cloud's own",
}
LEFT_OUT: Mapping[str, Mapping[str, str]] = {
    "azure": {**EVERYWHERE, "functions.orchestrate.pubsub": "the queue is Service Bus"},
    "gcp": {**EVERYWHERE, "functions.orchestrate.servicebus": "the queue is Pub/Sub"},
}
"""What is imported late and no artefact of the cloud carries, and why."""
SDKS: Mapping[str, Mapping[str, str]] = {
    "azure": {"compute": "azure.mgmt.compute", "storage": "azure.mgmt.storage", "secrets": "azure.keyvault.secrets"},
    "gcp": {"storage": "google.cloud.storage"},
}
"""The SDKs that a cloud's client imports when it is first asked for them, by its attribute's name."""
AZURE_SITE = ".python_packages/lib/site-packages/"
"""Where Azure's worker looks for packages that are deployed with an app."""
APP = (
    ("function_app.py", ROOT / "functions" / "azure" / "function_app.py"),
    ("host.json", ROOT / "functions" / "azure" / "host.json"),
)
ON_AZURE = {
    "catalog": "functions.azure.catalog",
    "control": "functions.azure.control",
    "orchestrator": "functions.orchestrate.azure",
    "reevaluate": "functions.reevaluate.azure",
    "cleanup": "functions.cleanup.azure",
    "api": "functions.api.azure",
    "webhooks": "functions.webhooks.azure",
}
ON_GOOGLE = {
    "catalog": "functions.gcp.catalog",
    "control": "functions.gcp.control",
    "orchestrator": "functions.orchestrate.gcp",
    "reevaluate": "functions.reevaluate.gcp",
    "cleanup": "functions.cleanup.gcp",
    "api": "functions.api.gcp",
    "webhooks": "functions.webhooks.gcp",
}
"""Where the functions begin that are no tools. All of them know every tool's contract."""


def on_azure() -> Iterator[Contents]:
    """Every function on Azure. Its app names the parts of the control plane; here is which one it has."""
    for tool in tool_names():
        yield _azure(tool, _tool("azure", tool), _offers("azure"))
    for name, entry in ON_AZURE.items():
        yield _azure(name, (entry, *_contracts()))


def on_google() -> Iterator[Contents]:
    """Every function on Google Cloud."""
    for tool in tool_names():
        yield _google(tool, "functions.gcp.main", _tool("gcp", tool), _offers("gcp"))
    for name, entry in ON_GOOGLE.items():
        yield _google(name, entry, _contracts())


def _azure(name: str, roots: tuple[str, ...], data: tuple[str, ...] = ()) -> Contents:
    roots = ("functions.azure.function_app", *roots)
    return Contents(name, roots, data=data, start=APP, site=AZURE_SITE, left_out=_left_out("azure", roots))


def _google(name: str, entry: str, roots: tuple[str, ...], data: tuple[str, ...] = ()) -> Contents:
    roots = (entry, *roots)
    start: tuple[tuple[str, Path], ...] = (("main.py", source(entry)),)
    return Contents(name, roots, data=data, start=start, left_out=_left_out("gcp", roots))


def _left_out(cloud: str, roots: tuple[str, ...]) -> frozenset[str]:
    """What no artefact carries, and the SDKs that the cloud's client would bring for others than this function."""
    rooms = (f"mcp_handlers.{cloud}.", f"functions.{cloud}.")
    ours = {name for name in reached(roots, LEFT_OUT[cloud]).ours if name.startswith(rooms)} - {f"{rooms[0]}client"}
    used = {node.attr for name in ours for node in ast.walk(_tree(name)) if isinstance(node, ast.Attribute)}
    return frozenset({*LEFT_OUT[cloud], *(sdk for name, sdk in SDKS[cloud].items() if name not in used)})


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(source(module).read_bytes())


def _tool(cloud: str, tool: str) -> tuple[str, ...]:
    return (f"mcp_handlers.tools.{tool}", *(f"mcp_handlers.{cloud}.{name}" for name in (tool, "client", "role")))


def _offers(cloud: str) -> tuple[str, ...]:
    return (f"mcp_handlers/{cloud}/offers.bin",)


def _contracts() -> tuple[str, ...]:
    return tuple(f"mcp_handlers.tools.{tool}" for tool in tool_names())
