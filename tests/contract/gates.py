"""The engines that the Gate contract is run on, and the questions that it asks."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from policies.engine.bundle import load_bundle
from policies.engine.embedded import Embedded
from policies.engine.question import Call, MachineFacts, Price, question
from workflow.model.base import Json
from workflow.model.ports import Gate, Spend
from workflow.model.workload import Principal

MIA = Principal(id="mia@acme", tenant="acme", roles=("ml-engineer",))
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


def embedded(folder: Path) -> Gate:
    """The engine in process, over the bundle in `folder`."""
    return Embedded(load_bundle(folder))


ENGINES: list[Callable[[Path], Gate]] = [embedded]


def training() -> Json:
    """Start one machine with A100s in Ireland for data that stays in the EU: allowed by the packaged policies."""
    arguments: Json = {
        "region": "eu-west-1",
        "zone": "",
        "machine": "p4d.24xlarge",
        "arch": "x86_64",
        "count": 1,
        "disk_gib": 50,
        "hours": 6,
        "encrypted": True,
        "public": False,
        "tags": {
            "tenant": "acme",
            "project": "default",
            "run": "run-1",
            "owner": "mia@acme",
            "environment": "development",
            "expires_at": None,
        },
        "data": {"residency": ["EU"], "personal": False},
    }
    return question(
        MIA,
        Call(tool="provision_compute", risk="write", cloud="aws", arguments=arguments),
        machine=MachineFacts(name="p4d.24xlarge", family="p4d", vcpus=96, memory_gib=1152, gpu="A100", gpu_count=8),
        now=NOW,
        price=Price(total_cents=9000, hourly_cents=1500, monthly_cents=1_095_000, cap_cents=10_000, cap_per="run"),
        spend=Spend(tenant_month_cents=0, project_month_cents=0),
        plane="control",
    )


def reading(tool: str, arguments: Json) -> Json:
    """A read by a viewer, as a function asks about it."""
    viewer = MIA.model_copy(update={"roles": ("viewer",)})
    return question(viewer, Call(tool=tool, risk="read", cloud="aws", arguments=arguments), machine=None, now=NOW)


def changed(question: Json, path: str, value: Any) -> Json:
    """A copy with `value` at the dotted `path`."""
    new = copy.deepcopy(question)
    *parents, last = path.split(".")
    place = new
    for name in parents:
        place = place[name]
    place[last] = value
    return new
