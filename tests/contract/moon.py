"""A fourth cloud, written as CONTRIBUTING's "Add a cloud" says: a folder with one file per tool, and rows of data.

What exists on the moon is in a JSON file, so that a process that was started later finds it.
"""

from __future__ import annotations

import csv
import gzip
import json
import textwrap
from pathlib import Path

from workflow.model.base import Json

MACHINE, REGION = "moon-small", "tranquility-1"

ERRORS = '''"""What goes wrong on the moon, in our terms."""

from __future__ import annotations

from workflow.model.errors import CloudDown, NoPermission, OutcomeUnknown, RegionDown, Throttled, TollgateError

REFUSED: dict[str, type[TollgateError]] = {"throttle": Throttled, "no_permission": NoPermission}


def translate(problem: OSError, *, writes: bool) -> TollgateError:
    """A refusal says which it is. What breaks off may have been done; without its file there is no moon."""
    if problem.args[0] in REFUSED:
        return REFUSED[problem.args[0]](f"moon: {problem}")
    if isinstance(problem, FileNotFoundError):
        return CloudDown("moon: there is none")
    return (OutcomeUnknown if writes else RegionDown)(f"moon: {problem}")
'''

CLIENT = '''"""How the moon is reached: a JSON file that holds what exists, each effect by its key, and the faults."""

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
from workflow.model.errors import NotFound, Rejected
from workflow.model.resource import Health, Resource, ResourceKind

_LOCK = threading.RLock()
Made = TypeVar("Made", bound=Noun)


class Clients:
    """The way to the moon."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def once(self, key: str, perform: Callable[[], Made], shape: type[Made]) -> Made:
        """What the effect `key` came to, performed the first time only. Raises TollgateError."""
        with _LOCK:
            self._meet("throttle", "no_permission", "error", "latency", writes=True)
            if key not in self.state()["effects"]:
                made = perform().model_dump(mode="json")
                self._keep("effects", key, made)
            self._meet("lost", writes=True)
            return shape.model_validate(self.state()["effects"][key])

    def read(self, look: Callable[[], Made]) -> Made:
        """What is seen. Raises TollgateError."""
        with _LOCK:
            self._meet("throttle", "no_permission", "error", "latency", writes=False)
            return look()

    def _meet(self, *kinds: str, writes: bool) -> None:
        """Suffer the first of these faults that is in force. Raises TollgateError."""
        for kind, times in self.state().get("faults", {}).items():
            if kind in kinds:
                self._keep("faults", kind, times - 1 if times != 1 else None)
                raise errors.translate(OSError(kind), writes=writes)

    def make(self, kind: ResourceKind, region: str, name: str, tenant: str, count: int = 1) -> tuple[Resource, ...]:
        """`count` new resources of the tenant."""
        found = [Resource(cloud="moon", kind=kind, id=f"{name}-{n}", region=region) for n in range(count)]
        for one in found:
            self._keep("resources", one.id, {**one.model_dump(mode="json"), "tenant": tenant})
        return tuple(found)

    def needed(self, kind: ResourceKind, id: str, tenant: str) -> Json:
        """What is kept of a resource. Raises NotFound."""
        found = self.find(id, tenant)
        if found is None or found["kind"] != kind:
            raise NotFound(f"moon: there is no {kind} {id}")
        return found

    def change(self, id: str, **to: object) -> None:
        """Change what is kept of a resource."""
        self._keep("resources", id, {**self.state()["resources"][id], **to})

    def insist_sold(self, machine: str) -> None:
        """Raise Rejected for a machine that the moon does not have."""
        if machine != "moon-small":
            raise Rejected(f"moon: there is no {machine}")

    def find(self, id: str, tenant: str) -> Json | None:
        """What is kept of a resource, or None. Raises NotFound for another tenant's."""
        found: Json | None = self.state()["resources"].get(id)
        if found and found["tenant"] != tenant:
            raise NotFound(f"moon: there is no {id} of {tenant}")
        return found

    def bare(self, kept: Json) -> Resource:
        """The resource that is kept, without what else is."""
        return Resource.model_validate({name: kept[name] for name in Resource.model_fields})

    def release(self, resource: Resource, tenant: str) -> bool:
        """Take a resource away; False where there is none."""
        there = self.find(resource.id, tenant) is not None
        self._keep("resources", resource.id, None)
        return there

    def health(self, resource: Resource, tenant: str) -> Health:
        """Whether it is there."""
        status = "healthy" if self.find(resource.id, tenant) else "gone"
        return Health.model_validate(
            {"resource": resource, "status": status, "detail": "", "checked_at": datetime.now(UTC)}
        )

    def state(self) -> Json:
        """All there is. Raises TollgateError."""
        try:
            return dict(json.loads(self._file.read_text()))
        except OSError as problem:
            raise errors.translate(problem, writes=False) from None

    def _keep(self, what: str, name: str, value: object) -> None:
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

from datetime import UTC, datetime, timedelta

from mcp_handlers.moon.client import Clients
from mcp_handlers.tools import {name} as tool
from workflow.model.resource import Resource


def call(wanted: tool.Input, clients: Clients, key: str) -> tool.Output:
    """What came of it."""
    return {how}


def _perform(wanted: tool.Input, clients: Clients, key: str) -> tool.Output:
{body}
'''
ONCE = "clients.once(key, lambda: _perform(wanted, clients, key), tool.Output)"
READ = "clients.read(lambda: _perform(wanted, clients, key))"
HOWS = {
    **dict.fromkeys(("get_health", "get_quotas", "list_resources"), READ),
    "get_cost_estimate": "_perform(wanted, clients, key)",
}
"""How a tool is called, where it is not a write."""

START = 'return tool.Output(resources=clients.make("instance", wanted.region, key, wanted.tags.tenant, wanted.count))'
BODIES = {
    "attach_volume": """
        clients.needed("instance", wanted.instance.id, wanted.tags.tenant)
        made = clients.make("volume", wanted.region, key, wanted.tags.tenant)
        return tool.Output(resources=made, device="/dev/moon")
    """,
    "create_storage_bucket": """
        made = clients.make("bucket", wanted.region, wanted.name or key, wanted.tags.tenant)
        return tool.Output(resources=made, url="moon://")
    """,
    "deploy_model": """
        if wanted.action != "deploy":
            clients.needed("endpoint", wanted.endpoint, wanted.tags.tenant)
        made = clients.make("endpoint", wanted.region, key, wanted.tags.tenant)
        whole = made[0].model_copy(update={"id": wanted.endpoint})
        after = tool.joined((), made[0].id, wanted.canary_percent)
        return tool.Output(resources=made, endpoint=whole, before=(), after=after)
    """,
    "failover_route": """
        resource = wanted.resource("moon")
        before = clients.needed("route", resource.id, wanted.tenant)["weights"]
        after = tool.moved(wanted, before, most=100)
        clients.change(resource.id, weights=after)
        return tool.Output(resource=resource, before=before, after=after, health="healthy")
    """,
    "get_cost_estimate": """
        from mcp_handlers.prices.catalog import load_cloud
        from mcp_handlers.prices.estimate import estimate

        return estimate(load_cloud("moon"), wanted)
    """,
    "get_health": "return tool.Output(health=clients.health(wanted.resource, wanted.tenant))",
    "get_quotas": """
        clients.insist_sold(wanted.machine)
        return tool.Output(name="all", unit="machines", limit=9, used=0, free=9, needed=wanted.count)
    """,
    "launch_spot": START,
    "list_resources": """
        mine = [one for one in clients.state()["resources"].values() if one["tenant"] == wanted.tenant]
        made = [tool.Owned(resource=clients.bare(one), key=one["id"]) for one in mine if one["region"] == wanted.region]
        return tool.Output(resources=tuple(made))
    """,
    "provision_compute": START,
    "release_resource": """
        return tool.Output(resource=wanted.resource, released=clients.release(wanted.resource, wanted.tenant))
    """,
    "rotate_secret": """
        versions = clients.needed("secret", wanted.secret, wanted.tenant)["versions"]
        value = versions.get(wanted.restore) or wanted.value()
        clients.change(wanted.secret, versions={**versions, key: value})
        until = datetime.now(UTC) + timedelta(hours=wanted.grace_hours)
        secret = Resource(cloud="moon", kind="secret", id=wanted.secret, region=wanted.region)
        return tool.Output(resource=secret, version=key, previous=list(versions)[-1], previous_valid_until=until)
    """,
    "scale_nodepool": """
        resource = wanted.found_in("moon")
        before = clients.needed("nodepool", resource.id, wanted.tags.tenant)["sizes"]
        clients.change(resource.id, sizes=wanted.sizes.model_dump())
        return tool.Output(resource=resource, before=before, after=wanted.sizes)
    """,
    "submit_ml_job": 'return tool.Output(resources=clients.make("job", wanted.region, key, wanted.tags.tenant))',
}
"""What the moon does for each tool."""

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
    "list_resources": {"region": REGION, "tenant": "acme"},
    "provision_compute": {**PLACED, "machine": MACHINE},
    "rotate_secret": {"region": REGION, "secret": "tides", "tenant": "acme"},
    "scale_nodepool": {
        "region": REGION, "pool": "p1", "machine": MACHINE, "minimum": 1, "maximum": 3, "desired": 2, "tags": TAGS
    },
    "submit_ml_job": {**PLACED, "machine": MACHINE, "hours": 1, "image": "img:1", "bucket": "crater"},
    "release_resource": {"resource": BUCKET, "tenant": "acme"},
}  # fmt: skip
"""A valid call of every tool, in the order in which they are made."""


OTHERS: Json = {
    name: {"cloud": "moon", "kind": kind, "id": name, "region": REGION, "zone": "", "tenant": "acme", **kept}
    for kind, name, kept in (
        ("instance", "i-1", {}),
        ("secret", "tides", {"versions": {"1": "low"}}),
        ("route", "z1/a.example/A", {"weights": {"a": 100.0, "b": 0.0}}),
        ("nodepool", "p1", {"sizes": {"minimum": 1, "maximum": 3, "desired": 2}}),
    )
}
"""What is there before anybody asks for anything."""


def write_folder(folder: Path, summaries: dict[str, str]) -> None:
    """The cloud's folder, with a file for each tool in `summaries`."""
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "client.py").write_text(CLIENT)
    (folder / "errors.py").write_text(ERRORS)
    for name, summary in summaries.items():
        body = textwrap.indent(textwrap.dedent(BODIES[name]).strip(), "    ")
        handler = HANDLER.format(name=name, summary=summary, how=HOWS.get(name, ONCE), body=body)
        (folder / f"{name}.py").write_text(handler)


def write_state(file: Path) -> None:
    """An empty moon, but for what Tollgate changes and never makes: a machine, a secret, a route and a node pool."""
    file.write_text(json.dumps({"effects": {}, "resources": OTHERS, "faults": {}}))


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
