"""The whole house on ports of its own: local clouds, functions and control plane, started once for each worker."""

import asyncio
import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from functions.serve.service import tollgate_service
from functions.serve.settings import Settings, settings
from infra.local import supervisor
from mcp_handlers.kernel.clock import SystemClock
from tests.flows.house import House
from workflow.model.ports import Event
from workflow.store.store import open_store


def _free_ports(count: int, worker: str) -> int:
    """The first of `count` free ports in a row. Each worker of a parallel run looks in a range of its own."""
    first = 21_000 + 2_000 * int(worker.removeprefix("gw") or 0)
    for base in range(first, first + 2_000, 50):
        with closing(socket.socket()) as probe:
            if all(probe.connect_ex(("127.0.0.1", base + offset)) for offset in range(count)):
                return base
    raise RuntimeError("no free ports")


@contextmanager
def everything_up(home: Path, database_url: str = "") -> Iterator[Settings]:
    """The house with that home and database. The environment of this process is changed for as long as that lasts."""
    base = _free_ports(20, os.environ.get("PYTEST_XDIST_WORKER", ""))
    before = dict(os.environ)
    os.environ |= {
        "TOLLGATE_HOME": str(home),
        "TOLLGATE_PORT": str(base),
        "TOLLGATE_LOCAL_PORT_BASE": str(base + 8),
        "TOLLGATE_DATABASE_URL": database_url,
    }
    found = settings()
    try:
        supervisor.up(found.home, [tollgate_service(found)])
        yield found
    finally:
        supervisor.down(found.home, [tollgate_service(found)])
        os.environ.clear()
        os.environ |= before


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Everything up, with the store in a file."""
    with everything_up(tmp_path_factory.mktemp("house")) as found:
        yield found


@pytest.fixture
def house(told: Settings) -> House:
    """The house with empty clouds and without faults, whatever was there before."""
    _reset(told)
    return House(told)


async def _take_back(told: Settings) -> None:
    """No cloud is degraded because of what an earlier flow did to it, and no run that it left is due."""
    async with open_store(told.database) as store:
        async with store._database.writing() as transaction:
            await transaction.rows("UPDATE leases SET due_at = NULL, held = 0")
        for outage in await store.list_degraded():
            event = Event(run="reset", tenant="acme", kind="reset", body={}, at=SystemClock().now())
            await store.mark_restored(outage.cloud, event)


def _reset(told: Settings) -> None:
    asyncio.run(_take_back(told))
    environment = told.environment()
    trusted = ssl.create_default_context(cafile=environment["TOLLGATE_AZURE_CA"])
    with httpx.Client(verify=trusted, timeout=30) as http:
        for name in ("AWS_ENDPOINT_URL", "TOLLGATE_AZURE_ENDPOINT", "TOLLGATE_GCP_ENDPOINT"):
            http.delete(f"{environment[name]}/_tollgate/faults").raise_for_status()
            http.post(f"{environment[name]}/_tollgate/reset").raise_for_status()
