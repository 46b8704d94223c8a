"""What an Azure function imports before it is called: its tool, and nothing of the SDK."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TOOLS = (
    "provision_compute", "launch_spot", "create_storage_bucket", "submit_ml_job", "deploy_model", "get_health",
    "get_quotas",
    "release_resource", "attach_volume",
)  # fmt: skip
HEAVY = ("azure", "msal", "requests", "cryptography", "boto3")


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_is_imported_without_the_sdk(tool: str) -> None:
    ask = f"import json, sys, mcp_handlers.azure.{tool}; from mcp_handlers.azure.client import connect; connect({{}});"
    show = "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    run = subprocess.run([sys.executable, "-c", ask + show], cwd=ROOT, capture_output=True, check=True, text=True)
    assert set(json.loads(run.stdout)) & set(HEAVY) == set()
