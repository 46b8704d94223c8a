"""One detached process: started in its own session, known again by pid and start time, ended with all it started."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

GRACE = 5.0
"""Seconds between asking a process to end and killing it."""


@dataclass(frozen=True)
class Process:
    """A process that was started here. `started` tells it from a later one with the same pid."""

    pid: int
    started: str
    command: tuple[str, ...]

    @property
    def alive(self) -> bool:
        """True while this very process runs."""
        return birth(self.pid) == self.started

    def save(self, file: Path) -> None:
        """Write it down, whole or not at all."""
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps(asdict(self)))
        draft.replace(file)

    def end(self) -> None:
        """End the process and its children, gently and then not. Nothing is signalled if it is no longer ours."""
        for sign, patience in ((signal.SIGTERM, GRACE), (signal.SIGKILL, GRACE)):
            if not self.alive:
                return
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, sign)
            deadline = time.monotonic() + patience
            while self.alive and time.monotonic() < deadline:
                time.sleep(0.02)


def birth(pid: int) -> str:
    """When the process with this pid began, as the system tells it; empty if there is none or it has ended."""
    if Path("/proc/self/stat").exists():
        try:
            state, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return ""
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return "" if state in "ZX" else f"{boot}/{rest[18]}"
    told = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return told.stdout.strip()


def start(command: Sequence[str], environment: Mapping[str, str], directory: Path, log: Path) -> Process:
    """Start `command` in a session of its own, with exactly this environment, its output in `log`."""
    with log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603 (the commands are this package's own)
            list(command),
            env=dict(environment),
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Process(child.pid, birth(child.pid), tuple(command))


def load(file: Path) -> Process | None:
    """The process that was saved in `file`; None if there is none, or the file is not whole."""
    try:
        saved = json.loads(file.read_text())
        return Process(saved["pid"], saved["started"], tuple(saved["command"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
