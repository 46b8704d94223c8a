"""The local clouds that outlive every process of a run, and what came of it all in the end."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx

from functions.serve.settings import settings
from infra.local.faults import Fault
from infra.local.services import Service, local_services
from tests.chaos.life import Life, live, told_of
from tests.flows.holdings import CLOUDS as LOOKS
from workflow.deploy import hand
from workflow.model.base import Json
from workflow.model.principal import Principal
from workflow.model.workload import Request
from workflow.store.store import open_store

ADA = Principal(id="ada", tenant="acme", roles=("admin",), channel="terminal")
ENDPOINTS = {
    "aws": "AWS_ENDPOINT_URL",
    "azure": "TOLLGATE_AZURE_ENDPOINT",
    "gcp": "TOLLGATE_GCP_ENDPOINT",
}
BEHIND_AWS = ("ministack", "moto")
PATIENCE = 180.0
LEASE_OVER = (hand.LEASE + timedelta(seconds=1)) / timedelta(hours=1)
LIVES = 5
"""More than any run needs that is disturbed once."""
_TIMES = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)?")
_COUNTED = re.compile(r"\b\d{15,}\b")

nursery = multiprocessing.get_context("forkserver")
nursery.set_forkserver_preload(["tests.chaos.warm"])


@dataclass(frozen=True)
class Outcome:
    """What a run came to: its record without times, what the clouds hold, its money and its receipts by effect, and
    what is wrong with the ledger. An undo's key is made of an id that the cloud counts up, so effects go by name."""

    record: Json
    holdings: dict[str, list[str]]
    money: dict[str, tuple[str, int]]
    receipts: tuple[str, ...]
    broken: str


@dataclass(frozen=True)
class House:
    """The clouds of one test process. `environment` is what every life is told."""

    environment: dict[str, str]
    clouds: tuple[str, ...]

    def reset(self, faults: Sequence[tuple[str, Fault]] = ()) -> None:
        """Empty clouds, and these faults alone."""
        for cloud in self.clouds:
            with self._at(cloud) as http:
                http.post("/_tollgate/reset").raise_for_status()
                http.delete("/_tollgate/faults").raise_for_status()
                for where, fault in faults:
                    if where == cloud:
                        http.post("/_tollgate/faults", json=fault.model_dump(mode="json")).raise_for_status()

    def holdings(self) -> dict[str, list[str]]:
        """Everything that lives, by cloud, asked of the clouds themselves. No fault is in force any more then."""
        for cloud in self.clouds:
            with self._at(cloud) as http:
                http.delete("/_tollgate/faults").raise_for_status()
        return {cloud: sorted(LOOKS[cloud](self.environment)) for cloud in self.clouds}

    @contextmanager
    def _at(self, cloud: str) -> Iterator[httpx.Client]:
        url = self.environment[ENDPOINTS[cloud]]
        trusted = ssl.create_default_context(cafile=self.environment["TOLLGATE_AZURE_CA"] if cloud == "azure" else None)
        with httpx.Client(base_url=url, verify=trusted, timeout=PATIENCE, trust_env=False) as http:
            yield http


@contextmanager
def clouds_up(home: Path, clouds: tuple[str, ...]) -> Iterator[House]:
    """These clouds, on ports of their own, for as long as this lasts."""
    before = dict(os.environ)
    os.environ |= {"TOLLGATE_HOME": str(home), "TOLLGATE_LOCAL_PORT_BASE": str(_free()), "TOLLGATE_DATABASE_URL": ""}
    wanted = (*clouds, *(BEHIND_AWS if "aws" in clouds else ()))
    services = [one for one in local_services(home) if one.name in wanted]
    told = {name: os.environ[name] for name in ("TOLLGATE_HOME", "TOLLGATE_LOCAL_PORT_BASE", "TOLLGATE_DATABASE_URL")}
    environment = told | settings().environment()
    os.environ.clear()
    os.environ |= before
    processes = [subprocess.Popen(one.command, env=dict(one.environment)) for one in services]
    try:
        for one in services:
            _wait(one)
        yield House(environment, clouds)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


@dataclass(frozen=True)
class Ended:
    """How a life ended: `code` is negative where a signal ended it. `error` is what it raised."""

    code: int
    error: str


def begun(life: Life) -> tuple[BaseProcess, Connection]:
    """A life that has begun, and where its last words come."""
    last, words = nursery.Pipe(duplex=False)
    process = nursery.Process(target=live, args=(life, words))
    process.start()
    words.close()
    return process, last


def ended(process: BaseProcess, last: Connection) -> Ended:
    """Its end, waited for."""
    try:
        error = last.recv() if last.poll(PATIENCE) else "it hangs"
    except EOFError:
        error = ""
    process.join(PATIENCE)
    if process.exitcode is None:
        process.kill()
        process.join()
    assert process.exitcode is not None
    return Ended(process.exitcode, error)


def reached(process: BaseProcess, life: Life) -> None:
    """Wait until the life has come to its boundary; one that is to stand still there stands still then."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.is_alive():
        if told_of(life).exists() and (life.mishap != "stall" or _stands(process)):
            return
        time.sleep(0.002)
    raise AssertionError(f"{life.at} was not reached")


def _stands(process: BaseProcess) -> bool:
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(") ")[2].startswith("T")


def lived(life: Life) -> Ended:
    """A life from its beginning to its end."""
    return ended(*begun(life))


def lives_until_ended(life: Life) -> list[Ended]:
    """One disturbed life, and then undisturbed ones until the run has ended: how each but the last ended."""
    ends: list[Ended] = []
    for number in range(LIVES):
        # An orchestrator takes up what nobody has in hand: by its clock, the leases of those who died are over.
        hours = life.hours + (number * LEASE_OVER if life.orchestrated else 0)
        end = lived(life if number == 0 else replace(life, at="", hours=hours, log=Path(f"{life.log}-{number}")))
        if end.code == 0:
            return ends
        ends.append(end)
    raise AssertionError("\n".join(end.error[-1500:] for end in ends))


def a_request(text: str, run: str) -> Request:
    """The same for every life, and the same in every case: then so are all keys and names."""
    return Request.model_validate(
        {"id": run, "text": text, "principal": ADA, "submitted_at": "2026-11-20T12:00:00+00:00"}
    )


async def outcome(house: House, place: str, run: str) -> Outcome:
    """What is there now. The run must have ended."""
    async with open_store(place) as store:
        found = await store.get_run(run)
        assert found is not None
        assert found.record is not None, found.state
        receipts = await store.list_receipts(run)
        names = {one.key: f"{one.step} {one.tool} {one.cloud}" for one in receipts}
        assert len(names) == len(receipts)
        reservations = await store.list_reservations(run)
        finished = [e for e in await store.entries(run=run) if e.event.kind == "finished"]
        assert len(finished) == 1
        return Outcome(
            record=_timeless(found.record.model_dump(mode="json")),
            holdings=house.holdings(),
            money={names.get(one.key, one.key): (one.state, one.cents) for one in reservations},
            receipts=tuple(sorted(names.values())),
            broken=str((await store.verify_ledger()).finding or ""),
        )


def _timeless(body: Any) -> Any:
    """Without what differs from run to run: times, what they are part of, and ids that a cloud counts up."""
    if isinstance(body, dict):
        return {name: _timeless(value) for name, value in body.items() if name != "input_digest"}
    if isinstance(body, list):
        return [_timeless(value) for value in body]
    return _COUNTED.sub("counted", _TIMES.sub("then", body)) if isinstance(body, str) else body


def _free() -> int:
    """Where the ports of the local clouds, counted from it, are free: below those that the system hands out."""
    first = 10_000 + os.getpid() % 500 * 16
    for base in range(first, first + 2_000, 16):
        with contextlib.ExitStack() as probes:
            free = [probes.enter_context(closing(socket.socket())) for _ in range(9)]
            if all(probe.connect_ex(("127.0.0.1", base + offset)) for offset, probe in enumerate(free)):
                return base
    raise AssertionError("no free ports")


def _wait(service: Service) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            verify = ssl.create_default_context(cafile=service.ca) if service.ca else False
            if httpx.get(service.ready_url, verify=verify, timeout=2, trust_env=False).status_code < 500:
                return
        except (httpx.TransportError, OSError):
            time.sleep(0.05)
    raise AssertionError(f"{service.name} does not come up")
