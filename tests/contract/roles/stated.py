"""What the tools' files say that they may do, held against what their handlers asked for in all contract calls."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable
from pathlib import Path

from functions.registry import tool_names
from tests.contract.roles.names import needed
from tests.contract.roles.recorder import Asked

CALLS = Path(__file__).parents[1] / "clouds"
CLOUDS = ("aws", "azure", "gcp")
SAME_CODE = {"launch_spot": "provision_compute", "provision_compute": "launch_spot"}
"""Tools that share their handler's code: what one has asked for, the other may."""
NOT_REACHED = {
    ("aws", "get_quotas", "ec2:DescribeInstanceTypes"),
    ("aws", "get_quotas", "servicequotas:GetAWSDefaultServiceQuota"),
    ("gcp", "scale_nodepool", "compute.regionOperations.get"),
}
"""For what no contract call meets: a machine that the price file does not know, a quota that the account has no limit
of its own for, a group of machines that spans a region."""
Permission = tuple[str, str, str]
"""Cloud, tool and the permission's name."""


def stated() -> set[Permission]:
    """Every permission that a tool's file states."""
    found: set[Permission] = set()
    for cloud in CLOUDS:
        for tool in tool_names():
            said = importlib.import_module(f"mcp_handlers.{cloud}.{tool}").PERMISSIONS
            names = [name for one in said for name in ((one,) if isinstance(one, str) else one.actions)]
            found |= {(cloud, tool, name) for name in names}
    return found


def used(seen: Iterable[Asked]) -> set[Permission]:
    """Every permission that these requests need."""
    return {(one.cloud, one.tool, name) for one in seen for name in needed(one)}


def unused(asked: set[Permission]) -> set[Permission]:
    """What is stated, and was needed by nobody."""
    theirs = {(cloud, SAME_CODE[tool], name) for cloud, tool, name in asked if tool in SAME_CODE}
    return stated() - asked - theirs - NOT_REACHED


def together(folder: Path, worker: str, mine: set[Permission], files: set[str]) -> set[Permission] | None:
    """What was asked in all processes of this run of the tests; None until every file of calls has been run."""
    draft = folder / f"asked-{worker}.new"
    draft.write_text(json.dumps([sorted(mine), sorted(files)]))
    draft.replace(folder / f"asked-{worker}.json")
    told = [json.loads(file.read_text()) for file in folder.glob("asked-*.json")]
    run = {name for _, names in told for name in names}
    if run != {str(file.relative_to(CALLS)) for file in CALLS.rglob("test_*.py")}:
        return None
    return {(cloud, tool, name) for asked, _ in told for cloud, tool, name in asked}
