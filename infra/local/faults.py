"""Faults on demand: what an emulator is told to do wrong, to whom, and how often.

Every emulator of ours keeps a `FaultBook` and serves it at `/_tollgate/faults` (GET lists, POST adds, DELETE clears).
"""

from __future__ import annotations

import threading
from typing import Literal

from pydantic import Field

from workflow.model.base import Noun

Kind = Literal[
    "throttle",  # 429 (AWS: the service's own throttling error) before anything is done
    "error",  # 500 before anything is done
    "lost",  # what is asked is done, and 500 is answered
    "no_permission",  # refused as if the caller's role lacked the permission
    "latency",  # answer after `latency_ms`
    "no_capacity",  # creating a machine or job is refused for lack of capacity
    "quota",  # the quota APIs report `limit`, and creating beyond it is refused
    "region_down",  # every call that names `region` is answered 503
    "cloud_down",  # every call is answered 503
    "unhealthy",  # what is created is accepted, and then fails to run
    "spot_reclaimed",  # spot machines and jobs are taken back once they run
]


class Fault(Noun):
    """One fault. Empty `region` and `operation` match any. `times` None: until cleared.

    `operation` matches as a part of the operation's name (AWS: `RunInstances`) or of method and path
    (`PUT …/virtualMachines/`).
    """

    kind: Kind
    region: str = ""
    operation: str = ""
    times: int | None = Field(default=None, ge=1)
    latency_ms: int = Field(default=0, ge=0, le=60_000)
    limit: int = Field(default=0, ge=0)


class FaultBook:
    """The faults in force, in order. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[tuple[Fault, int | None]] = []

    def add(self, fault: Fault) -> None:
        """Put a fault in force."""
        with self._lock:
            self._faults.append((fault, fault.times))

    def clear(self) -> None:
        """Take all faults away."""
        with self._lock:
            self._faults.clear()

    def list(self) -> list[Fault]:
        """The faults in force, with the times that are left."""
        with self._lock:
            return [fault.model_copy(update={"times": left}) for fault, left in self._faults]

    def take(self, kind: Kind, *, region: str = "", operation: str = "") -> Fault | None:
        """The first fault of `kind` that fits this call, counted as used once; None where there is none."""
        with self._lock:
            for index, (fault, left) in enumerate(self._faults):
                if fault.kind == kind and fault.region in ("", region) and fault.operation in operation:
                    if left == 1:
                        del self._faults[index]
                    elif left is not None:
                        self._faults[index] = (fault, left - 1)
                    return fault
        return None
