"""The fourth cloud, where a test has generated it: what there is is in the file that TOLLGATE_MOON names."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from functions.registry import room
from tests.contract import moon
from tests.contract.clouds import world
from workflow.model.base import Json

KINDS = {
    "provision_compute": "instance", "launch_spot": "instance", "attach_volume": "volume", "submit_ml_job": "job",
    "deploy_model": "endpoint", "create_storage_bucket": "bucket", "release_resource": "bucket",
}  # fmt: skip


class World(world.World):
    """Judged by its file."""

    cloud, region, machine = "moon", moon.REGION, moon.MACHINE
    writes = {}  # noqa: RUF012 (never changed)

    def __init__(self, file: Path) -> None:
        self._file = file
        moon.write_state(file)
        self.clients = room("moon", "client").connect({"TOLLGATE_MOON": str(file)})

    def fault(self, kind: str, **how: Any) -> None:
        self._write(faults={kind: how.get("times", -1)})

    def heal(self) -> None:
        self._write(faults={})

    def _write(self, **changes: Json) -> None:
        self._file.write_text(json.dumps({**json.loads(self._file.read_text()), **changes}))

    def impatient(self, patched: pytest.MonkeyPatch) -> Any:
        return self.clients

    def secret(self) -> Json:
        return {"region": self.region, "secret": "tides"}

    def route(self) -> Json:
        return {
            "region": self.region, "zone": "z1", "record": "a.example", "from_target": "a", "to_target": "b"
        }  # fmt: skip

    def pool(self) -> Json:
        return {"region": self.region, "pool": "p1", "machine": self.machine}

    def held(self, tool: str) -> list[str]:
        there = json.loads(self._file.read_text())["resources"]
        match tool:
            case "rotate_secret":
                *others, value = there["tides"]["versions"].values()
                return [value, *others]
            case "failover_route":
                return [str(there["z1/a.example/A"]["weights"])]
            case "scale_nodepool":
                return [str(there["p1"]["sizes"])]
        return sorted(name for name, one in there.items() if one["kind"] == KINDS.get(tool))


def begin(request: pytest.FixtureRequest, patched: pytest.MonkeyPatch) -> World:
    """An empty one."""
    return World(Path(os.environ["TOLLGATE_MOON"]))
