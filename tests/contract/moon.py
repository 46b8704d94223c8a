"""A fourth cloud, written as CONTRIBUTING's "Add a cloud" says: a folder with one file per tool, and rows of data.

What exists on the moon is in a JSON file, so that a process that was started later finds it.
"""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

from workflow.model.base import Json

MACHINE, REGION = "moon-small", "tranquility-1"

ERRORS = '''"""What goes wrong on the moon, in our terms."""

from __future__ import annotations

from workflow.model.errors import CloudDown, TollgateError


def translate(problem: OSError) -> TollgateError:
    """The moon is its file: without it there is no cloud."""
    return CloudDown(f"moon: {type(problem).__name__}")
'''

CLIENT = '''"""How the moon is reached: a JSON file that holds what exists, and each effect by its key."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from workflow.model.base import Json
from typing import TypeVar

from mcp_handlers.moon import errors
from workflow.model.base import Json, Noun
from workflow.model.run import Health, Resource, ResourceKind

_LOCK = threading.RLock()
Made = TypeVar("Made", bound=Noun)


class Clients:
    """The way to the moon."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def once(self, key: str, perform: Callable[[], Made], shape: type[Made]) -> Made:
        """What the effect `key` came to, performed the first time only. A read has no key."""
        if not key:
            return perform()
        with _LOCK:
            if key not in self.state()["effects"]:
                made = perform().model_dump(mode="json")
                self._keep("effects", key, made)
            return shape.model_validate(self.state()["effects"][key])

    def make(self, kind: ResourceKind, region: str, name: str, count: int = 1) -> tuple[Resource, ...]:
        """`count` new resources."""
        found = [Resource(cloud="moon", kind=kind, id=f"{name}-{n}", region=region) for n in range(count)]
        for one in found:
            self._keep("resources", one.id, one.model_dump(mode="json"))
        return tuple(found)

    def release(self, resource: Resource) -> bool:
        """Take a resource away; False where there is none."""
        there = resource.id in self.state()["resources"]
        self._keep("resources", resource.id, None)
        return there

    def health(self, resource: Resource) -> Health:
        """Whether it is there."""
        status = "healthy" if self.state()["resources"].get(resource.id) else "gone"
        return Health.model_validate(
            {"resource": resource, "status": status, "detail": "", "checked_at": datetime.now(UTC)}
        )

    def state(self) -> Json:
        """All there is. Raises TollgateError."""
        try:
            return dict(json.loads(self._file.read_text()))
        except OSError as problem:
            raise errors.translate(problem) from None

    def _keep(self, what: str, name: str, value: Json | None) -> None:
        state = self.state()
        state[what][name] = value
        if value is None:
            del state[what][name]
        self._file.write_text(json.dumps(state))


def connect(env: Mapping[str, str]) -> Clients:
    """The moon in the file TOLLGATE_MOON."""
    return Clients(Path(env["TOLLGATE_MOON"]))
'''

HANDLER = '''"""{summary} On the moon."""

from __future__ import annotations

from mcp_handlers.moon.client import Clients
from mcp_handlers.prices.catalog import load_cloud
from mcp_handlers.prices.estimate import estimate
from mcp_handlers.tools import {name} as tool


def call(wanted: tool.Input, clients: Clients, key: str) -> tool.Output:
    """What came of it, performed once for each key."""
    return clients.once(key, lambda: _perform(wanted, clients, key), tool.Output)


def _perform(wanted: tool.Input, clients: Clients, key: str) -> tool.Output:
    return {answer}
'''

ANSWERS = {
    "attach_volume": 'tool.Output(resources=clients.make("volume", wanted.region, key), device="/dev/moon")',
    "create_storage_bucket": 'tool.Output(resources=clients.make("bucket", wanted.region, wanted.name), url="moon://")',
    "deploy_model": """tool.Output(
        resources=(made := clients.make("endpoint", wanted.region, key)),
        endpoint=made[0].model_copy(update={"id": wanted.endpoint}),
        before=(),
        after=tool.joined((), made[0].id, wanted.canary_percent),
    )""",
    "failover_route": """tool.Output(
        resource=wanted.resource("moon"),
        before=(before := {wanted.from_target: 100.0, wanted.to_target: 0.0}),
        after=tool.moved(wanted, before, most=100),
        health="healthy",
    )""",
    "get_cost_estimate": 'estimate(load_cloud("moon"), wanted)',
    "get_health": "tool.Output(health=clients.health(wanted.resource))",
    "get_quotas": 'tool.Output(name="all", unit="machines", limit=9, used=0, free=9, needed=wanted.count)',
    "launch_spot": 'tool.Output(resources=clients.make("instance", wanted.region, key, wanted.count))',
    "provision_compute": 'tool.Output(resources=clients.make("instance", wanted.region, key, wanted.count))',
    "release_resource": "tool.Output(resource=wanted.resource, released=clients.release(wanted.resource))",
    "rotate_secret": """tool.Output(
        resource={"cloud": "moon", "kind": "secret", "id": wanted.secret, "region": wanted.region}, version=key
    )""",
    "scale_nodepool": """tool.Output(
        resource=wanted.found_in("moon"), before=tool.Sizes(minimum=0, maximum=0, desired=0), after=wanted.sizes
    )""",
    "submit_ml_job": 'tool.Output(resources=clients.make("job", wanted.region, key))',
}
"""What the moon does for each tool, as an expression."""

TAGS = {"tenant": "acme", "project": "default", "run": "r1", "owner": "ada", "environment": "development"}
PLACED = {"region": REGION, "tags": TAGS}
BUCKET = {"cloud": "moon", "kind": "bucket", "id": "crater-0", "region": REGION}
CALLS: dict[str, Json] = {
    "create_storage_bucket": {**PLACED, "name": "crater"},
    "get_cost_estimate": {"vcpus": 2},
    "get_health": {"resource": BUCKET, "tenant": "acme"},
    "get_quotas": {"region": REGION, "machine": MACHINE},
    "attach_volume": {**PLACED, "instance": {**BUCKET, "kind": "instance", "id": "i-1"}, "size_gib": 10},
    "deploy_model": {
        **PLACED, "endpoint": "tides", "machine": MACHINE, "bucket": "crater", "model": "m", "image": "img:1"
    },
    "failover_route": {
        "region": REGION, "zone": "z1", "record": "a.example", "tenant": "acme", "from_target": "a", "to_target": "b"
    },
    "launch_spot": {**PLACED, "machine": MACHINE, "count": 2},
    "provision_compute": {**PLACED, "machine": MACHINE},
    "rotate_secret": {"region": REGION, "secret": "tides", "tenant": "acme"},
    "scale_nodepool": {
        "region": REGION, "pool": "p1", "machine": MACHINE, "minimum": 1, "maximum": 3, "desired": 2, "tags": TAGS
    },
    "submit_ml_job": {**PLACED, "machine": MACHINE, "hours": 1, "image": "img:1", "bucket": "crater"},
    "release_resource": {"resource": BUCKET, "tenant": "acme"},
}  # fmt: skip
"""A valid call of every tool, in the order in which they are made."""


def write_folder(folder: Path, summaries: dict[str, str]) -> None:
    """The cloud's folder, with a file for each tool in `summaries`."""
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "client.py").write_text(CLIENT)
    (folder / "errors.py").write_text(ERRORS)
    for name, summary in summaries.items():
        (folder / f"{name}.py").write_text(HANDLER.format(name=name, summary=summary, answer=ANSWERS[name]))


def write_prices(data: Path) -> None:
    """The price snapshot and the rows of the region and rate lists."""
    snapshot = "instance_type,vcpus,memory_gib,gpu,gpu_count,arch,region,zone,on_demand_usd_h,spot_usd_h,observed,basis"
    machine = f"{MACHINE},2,4,,0,x86_64,{REGION},,0.0004,0.0002,2026-07-20,list"
    with gzip.open(data / "moon.csv.gz", "wt", encoding="utf-8") as file:
        file.write(f"{snapshot}\n{machine}\n")
    _append(data / "regions.csv", [["moon", REGION, "Tranquility Base", "LU", "EU|LU", "0.7", "23.5"]])
    kinds = {"egress_gib": "0.01", "egress_region_gib": "0.01", "object_gib_month": "0.01", "disk_gib_month": "0.01"}
    rows = {**kinds, "managed_fee_pct": "0"}
    _append(
        data / "rates.csv", [["moon", kind, "*", amount, "list", "2026-07-20", "ours"] for kind, amount in rows.items()]
    )


def write_policy(data: Path) -> None:
    """The regions that may be written to, and the families that may be had."""
    regions, families = data / "regions" / "data.json", data / "families" / "data.json"
    regions.write_text(json.dumps({**json.loads(regions.read_text()), "moon": [REGION]}))
    told = json.loads(families.read_text())
    told["allow"]["moon"], told["deny"]["moon"] = ["moon-"], []
    families.write_text(json.dumps(told))


def _append(path: Path, rows: list[list[str]]) -> None:
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
