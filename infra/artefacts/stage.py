"""Other people's packages as functions get them: the pinned ones, checked against their digests, for the platform that
they run on, in a folder that is made once for each set of pins."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from infra.artefacts.reach import ROOT
from workflow.model.errors import Terminal

PINS = ROOT / "requirements" / "run.txt"
LAMBDA = {"x86_64": "x86_64-manylinux_2_34", "arm64": "aarch64-manylinux_2_34"}
"""By Lambda's name of the architecture. Its Amazon Linux 2023 has glibc 2.34, and the others' hosts have no older."""
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
"""Artefacts are compiled by the interpreter that makes them, and so are for its version."""
RUNTIME = "3.13"
"""What functions run on in an account. Earlier ones are hosted on systems that are older than our wheels."""


class NotStaged(Terminal):
    """The packages could not be brought here."""

    code = "NOT_STAGED"
    default_remedy = "Run `make` targets once with a network; then try again."


def staged(kept: Path, architecture: str = "") -> Path:
    """The folder with every pinned package under `kept`: for Lambda on this architecture, or for this machine.

    Raises NotStaged, with the installer's last words, or where this Python is not the accounts'.
    """
    if architecture and PYTHON != RUNTIME:
        raise NotStaged(
            f"Functions run on Python {RUNTIME}, and this is {PYTHON}.",
            f"Make them in a clone of its own: make package PYTHON=python{RUNTIME}",
        )
    named = hashlib.sha256(PINS.read_bytes() + architecture.encode() + PYTHON.encode()).hexdigest()[:12]
    folder = kept / f"site-{architecture or 'here'}-{named}"
    if folder.exists():
        return folder
    draft = folder.with_name(f"{folder.name}.{os.getpid()}")
    kept.mkdir(parents=True, exist_ok=True)
    given = ("--python-platform", LAMBDA[architecture], "--only-binary", ":all:") if architecture else ()
    command = [
        str(ROOT / ".tools" / "uv" / "bin" / "uv"), "pip", "install", "-q", "--require-hashes", "--no-deps",
        "--target", str(draft), "--python", sys.executable, "--python-version", PYTHON, *given, "-r", str(PINS),
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (our own list)
    except OSError as error:
        raise NotStaged(f"uv cannot be started: {error}", "Run `make run` once: it installs uv.") from error
    if done.returncode:
        shutil.rmtree(draft, ignore_errors=True)
        raise NotStaged(f"The packages could not be installed: {done.stderr.strip()[-500:]}")
    draft.replace(folder)
    return folder
