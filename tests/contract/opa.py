"""Real OPA servers for the tests, each over one bundle file on a free port of this machine."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from policies.engine.opa_binary import OPA, find_opa
from policies.engine.opa_connection import Address

PATIENCE = 30.0


def binary() -> str:
    """The `opa` program; without one the test is skipped, and says so."""
    found = find_opa()
    if found is None:
        pytest.skip(f"NOT TESTED AGAINST A REAL OPA: there is none; run `make test`, or set {OPA}")
    return found


def free_port() -> int:
    """A port that nobody listens at."""
    with closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


class OpaProcess:
    """`opa run --server` over a bundle file. `up` is False where OPA refused the bundle and ended."""

    def __init__(self, bundle: Path, *more: str, port: int = 0) -> None:
        self.port = port or free_port()
        order = [binary(), "run", "--server", f"--addr=127.0.0.1:{self.port}", "--log-level=error"]
        order += ["--skip-version-check", *(more or ["--skip-verify"]), "--bundle", str(bundle)]
        self._process = subprocess.Popen(order, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.up = self._listens()

    @property
    def address(self) -> Address:
        """Where it listens."""
        return Address("127.0.0.1", self.port, tls=False)

    def stop(self) -> None:
        """Stopped as by kill -STOP: it holds its port and answers nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """As by kill -CONT."""
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()

    def _listens(self) -> bool:
        until = time.monotonic() + PATIENCE
        while self._process.poll() is None and time.monotonic() < until:
            with closing(socket.socket()) as tried:
                if tried.connect_ex(("127.0.0.1", self.port)) == 0:
                    return True
            time.sleep(0.01)
        return False


def end(processes: Sequence[OpaProcess]) -> None:
    """End them all."""
    for process in processes:
        process.kill()
