"""Start, stop and report the processes of the local cloud.

They outlive the command that started them. What runs is written down under `home/local`: a file and a log for each.
"""

from __future__ import annotations

import fcntl
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import httpx

from infra.local import process
from infra.local.process import Process
from infra.local.services import PROJECT, Service, local_services
from workflow.model.errors import Terminal

PATIENCE = 60.0
"""Seconds within which everything must be ready. A cold start on two cores takes a tenth of it."""
RELEASE_SECONDS = 3.0
"""Within which the port of a process that has ended is free again."""
LOG_LINES = 15


class NotUp(Terminal):
    """A local service did not come up."""

    code = "LOCAL_CLOUD"
    default_remedy = "Read the log that the message names, then run `tollgate local up` again."


@dataclass(frozen=True)
class Status:
    """How one service stands. `pid` is None where it does not run."""

    name: str
    state: Literal["running", "stopped"]
    pid: int | None
    url: str
    log: Path


def up(home: Path, extra: Sequence[Service] = ()) -> list[Status]:
    """Start what does not run yet, all at once, and wait until everything answers.

    What runs already is left alone, unless its command has changed. Raises NotUp, with the end of the log, if a
    service does not come up; then nothing that this call started is left running.
    """
    services = [*local_services(home), *extra]
    with _alone(home):
        before = {service.name for service in services if _current(home, service)}
        missing = [service for service in services if service.name not in before]
        try:
            for service in missing:
                _start(home, service)
            _wait(home, services)
        except BaseException:
            for service in missing:
                _stop(home, service.name)
            raise
    return status(home, extra)


def down(home: Path, extra: Sequence[Service] = ()) -> list[Status]:
    """Stop everything that `up` has started under `home`. Doing it twice is harmless."""
    with _alone(home):
        for file in sorted(_folder(home).glob("*.json")):
            _stop(home, file.stem)
    return status(home, extra)


def status(home: Path, extra: Sequence[Service] = ()) -> list[Status]:
    """How each service stands, in the order of starting."""
    return [_status(home, service) for service in (*local_services(home), *extra)]


def _status(home: Path, service: Service) -> Status:
    running = _running(home, service.name)
    url = f"{service.ready_url.partition('://')[0]}://127.0.0.1:{service.port}"
    log = _folder(home) / f"{service.name}.log"
    if running is None:
        return Status(service.name, "stopped", None, url, log)
    return Status(service.name, "running", running.pid, url, log)


def _folder(home: Path) -> Path:
    folder = home / "local"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One `up` or `down` at a time under `home`; the next one waits."""
    with (_folder(home) / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _running(home: Path, name: str) -> Process | None:
    saved = process.load(_folder(home) / f"{name}.json")
    return saved if saved and saved.alive else None


def _current(home: Path, service: Service) -> bool:
    """True if `service` runs, with the command and the code that it would be started with now."""
    running = _running(home, service.name)
    return running is not None and running.command == service.identity


def _start(home: Path, service: Service) -> None:
    _stop(home, service.name)
    _claim(service)
    folder = _folder(home)
    try:
        begun = process.start(service.command, service.environment, PROJECT, folder / f"{service.name}.log")
    except OSError as error:
        remedy = "Run `make run` first: it sets everything up."
        raise NotUp(f"{service.name} cannot be started: {error}", remedy) from error
    replace(begun, command=service.identity).save(folder / f"{service.name}.json")


def _stop(home: Path, name: str) -> None:
    file = _folder(home) / f"{name}.json"
    saved = process.load(file)
    if saved:
        saved.end()
    file.unlink(missing_ok=True)


def _claim(service: Service) -> None:
    """Raise NotUp if someone else listens on the service's port.

    The kernel may take a moment to give back the port of a process that has just ended.
    """
    deadline = time.monotonic() + RELEASE_SECONDS
    while not _free(service.port):
        if time.monotonic() > deadline:
            raise NotUp(
                f"Port {service.port} for {service.name} is in use by another program.",
                "End that program, or set TOLLGATE_LOCAL_PORT_BASE to move all local ports.",
            )
        time.sleep(0.05)


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _wait(home: Path, services: Sequence[Service]) -> None:
    """Until every service answers. Raises NotUp when one has ended or time is up."""
    deadline = time.monotonic() + PATIENCE
    waiting = list(services)
    while waiting:
        waiting = [service for service in waiting if not _ready(service)]
        for service in waiting:
            if not _running(home, service.name):
                raise NotUp(_epitaph(home, service, "ended while it was starting"))
            if time.monotonic() > deadline:
                raise NotUp(_epitaph(home, service, f"was not ready after {PATIENCE:g} seconds"))
        if waiting:
            time.sleep(0.05)


def _ready(service: Service) -> bool:
    try:
        verify: ssl.SSLContext | bool = ssl.create_default_context(cafile=service.ca) if service.ca else False
        return httpx.get(service.ready_url, verify=verify, timeout=2, trust_env=False).status_code < 500
    except (httpx.TransportError, OSError):
        return False


def _epitaph(home: Path, service: Service, what: str) -> str:
    log = _folder(home) / f"{service.name}.log"
    lines = log.read_text(errors="replace").splitlines()[-LOG_LINES:] if log.exists() else []
    return "\n".join([f"{service.name} {what}. The end of {log}:", *lines])
