"""What a function drags in when it starts, seen in a fresh interpreter."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.architecture.house import HANDLERS, ROOT, clouds, tools, written

HEAVY = {
    "aiohttp",
    "fastapi",
    "httpx",
    "langchain_core",
    "langgraph",
    "mcp",
    "opa_client",
    "opentelemetry",
    "rich",
    "starlette",
    "tenacity",
    "typer",
    "uvicorn",
    "workflow.store",
}
SDKS = {
    "aws": {"boto3", "botocore"},
    "azure": {"azure", "msal", "msrest"},
    "gcp": {"google.api_core", "google.auth", "google.cloud", "googleapiclient"},
}


def loaded_by(*names: str) -> set[str]:
    """The modules that importing these adds to a fresh interpreter."""
    # Some SDKs put a namespace package into every interpreter by a .pth file, wanted or not.
    code = f"import sys; at_start = set(sys.modules); import {', '.join(names)}, json"
    code += "; print(json.dumps(sorted(set(sys.modules) - at_start)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def within(loaded: set[str], packages: set[str]) -> set[str]:
    """Which of the packages were loaded, whole or in part."""
    return {
        package for package in packages if any(name == package or name.startswith(f"{package}.") for name in loaded)
    }


def kernel() -> list[str]:
    """Every module of the kernel."""
    return [f"mcp_handlers.kernel.{name}" for name in written(HANDLERS / "kernel")]


def test_the_kernel_starts_without_any_cloud_and_without_what_a_control_plane_keeps() -> None:
    loaded = loaded_by(*kernel(), "functions.binding")
    assert within(loaded, HEAVY | {"workflow.model.ports"}.union(*SDKS.values())) == set()


@pytest.mark.parametrize("cloud", clouds())
def test_a_clouds_tools_start_without_the_workflow_and_without_other_clouds(cloud: str) -> None:
    handlers = [name for name in written(HANDLERS / cloud) if name in {*tools(), "client"}]
    assert handlers
    loaded = loaded_by(*kernel(), *(f"mcp_handlers.{cloud}.{name}" for name in handlers))
    strange = set().union(*(sdk for other, sdk in SDKS.items() if other != cloud))
    others = {f"mcp_handlers.{other}" for other in clouds() if other != cloud}
    assert within(loaded, HEAVY | strange | others) == set()


def test_the_model_starts_with_pydantic_alone() -> None:
    model = [f"workflow.model.{name}" for name in written(ROOT / "workflow" / "model")]
    loaded = loaded_by(*model)
    assert within(loaded, HEAVY | {"mcp_handlers", "policies", "sqlite3"}.union(*SDKS.values())) == set()


@pytest.mark.parametrize("cloud", clouds())
def test_asking_after_health_and_releasing_load_no_other_tools_contract(cloud: str) -> None:
    wanted = ("get_health", "release_resource")
    loaded = loaded_by(*(f"mcp_handlers.{cloud}.{tool}" for tool in wanted))
    contracts = within(loaded, {f"mcp_handlers.tools.{tool}" for tool in tools()})
    assert contracts == {f"mcp_handlers.tools.{tool}" for tool in wanted}
