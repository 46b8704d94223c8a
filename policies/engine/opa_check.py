"""What a real OPA says of policies, where there is one: its strict compiler, and the tests run by it."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from policies.engine.archive import Texts, pack
from policies.engine.opa_binary import find_opa

TIMEOUT = 120
"""Seconds for each of the two."""


def opa_findings(texts: Texts) -> tuple[str, ...] | None:
    """What OPA objects to, line by line; None where there is no OPA on this machine."""
    binary = find_opa()
    if binary is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bundle.tar.gz"
        file.write_bytes(pack(texts))
        orders = (["check", "--strict", "--bundle", str(file)], ["test", "--bundle", str(file)])
        return tuple(line for order in orders for line in _objections([binary, *order]))


def _objections(order: list[str]) -> list[str]:
    try:
        # A list, and nothing of the policies' own in it: only the path of a file that we wrote.
        done = subprocess.run(order, capture_output=True, text=True, timeout=TIMEOUT, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        return [f"opa {order[1]} could not be run ({type(error).__name__})"]
    said = f"{done.stdout}\n{done.stderr}".splitlines()
    return [line for line in said if line.strip()] if done.returncode else []
