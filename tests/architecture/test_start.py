"""A process's settings come before what they are for."""

import subprocess
import sys

from tests.architecture.house import ROOT


def test_the_settings_of_a_start_come_before_pydantic() -> None:
    code = "import sys, functions.binding; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert loaded.index("functions.start") < loaded.index("pydantic")
