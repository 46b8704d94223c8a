"""The engines that the Gate contract is run on, and the questions that it asks."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from policies.engine.archive import TEST, pack, texts_of
from policies.engine.bundle import load_bundle
from policies.engine.embedded import Embedded
from policies.engine.opa_server import OpaServer
from policies.engine.question import Call, MachineFacts, Price, question
from tests.contract.opa import OpaProcess, binary, end
from workflow.model.base import Json
from workflow.model.ports import Gate, Spend
from workflow.model.principal import Principal

MIA = Principal(id="mia@acme", tenant="acme", roles=("ml-engineer",))
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


class Engines:
    """Gates of one kind over any folder of policies, and what they need to be ended."""

    def made(self, folder: Path) -> Gate:
        """A gate over the policies in `folder`."""
        raise NotImplementedError

    async def close(self, gate: Gate) -> None:
        """Give back what a gate holds in this event loop."""

    async def end(self) -> None:
        """Give back what the gates use."""


class InProcess(Engines):
    """`Embedded`."""

    def made(self, folder: Path) -> Gate:
        """The engine in process."""
        return Embedded(load_bundle(folder))


class OfOpa(Engines):
    """`OpaServer`, each over a real OPA with the folder as its bundle file; the same files share one."""

    def __init__(self, place: Path) -> None:
        binary()
        self._place = place
        self._servers: dict[str, OpaProcess] = {}
        self._gates: list[OpaServer] = []

    def made(self, folder: Path) -> Gate:
        """The client of a server of its own."""
        revision = load_bundle(folder).revision
        if revision not in self._servers:
            file = self._place / f"{revision}.tar.gz"
            # Without tests: OPA refuses a bundle whose tests do not fit the types of its rules.
            file.write_bytes(pack({n: t for n, t in texts_of(folder).items() if not n.endswith(TEST)}))
            self._servers[revision] = OpaProcess(file)
        gate = OpaServer(self._servers[revision].address, lambda: revision)
        self._gates.append(gate)
        return gate

    async def close(self, gate: Gate) -> None:
        """Close its connections."""
        assert isinstance(gate, OpaServer)
        await gate.close()

    async def end(self) -> None:
        """End clients and servers."""
        for gate in self._gates:
            await self.close(gate)
        end(list(self._servers.values()))


ENGINES: dict[str, Callable[[Path], Engines]] = {"embedded": lambda place: InProcess(), "opa": OfOpa}


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
        price=Price(
            total_cents=9000,
            hourly_cents=1500,
            machines_cents=1500,
            monthly_cents=1_095_000,
            cap_cents=10_000,
            cap_per="run",
        ),
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
