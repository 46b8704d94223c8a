"""Where the `opa` program is, for tests, authors' checks and the benchmark. No decision depends on it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

OPA = "TOLLGATE_OPA"
"""The setting that holds its path."""
BUILT = Path(__file__).parents[2] / ".tools" / "opa" / "opa"
"""Where `make` puts it."""


def find_opa(environ: Mapping[str, str] = os.environ) -> str | None:
    """The program's path, or None: the one that is set, the one that `make` built, or the one on the PATH."""
    named = environ.get(OPA, "")
    if named:
        return named
    return str(BUILT) if BUILT.exists() else shutil.which("opa")
