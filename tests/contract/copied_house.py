"""A copy of the house to add to, and what CONTRIBUTING says is to be done and touched."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from workflow.model.base import Json

HOUSE = Path(__file__).parents[2]
ROOMS = ("docs", "functions", "infra", "mcp_handlers", "policies", "workflow")
CALLS = HOUSE / "tests" / "contract" / "cloud_calls.py"


class Copy:
    """A copy of the house's rooms and of some of its tests, below `root`. `before` is what it was like: the digest of
    each file."""

    def __init__(self, root: Path, *tests: str) -> None:
        for room in (*ROOMS, *tests):
            shutil.copytree(HOUSE / room, root / room, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        shutil.copy(HOUSE / "pyproject.toml", root)
        (root / "home").mkdir()
        self.root = root
        self.before = self.digests()

    def digests(self) -> dict[str, str]:
        """Every file of the rooms, but for what Python leaves behind."""
        files = [path for room in ROOMS for path in (self.root / room).rglob("*") if path.is_file()]
        kept = [path for path in files if "__pycache__" not in path.parts]
        return {str(path.relative_to(self.root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}

    def touched(self) -> set[str]:
        """The files that are new, changed or gone."""
        now = self.digests()
        return {name for name in now.keys() | self.before.keys() if now.get(name) != self.before.get(name)}

    def run(self, *words: str, told: str = "") -> str:
        """What a fresh interpreter prints, in the copy."""
        environment = {**os.environ, "PYTHONPATH": str(self.root), "TOLLGATE_HOME": str(self.root / "home")}
        settings = {"TOLLGATE_MOON": str(self.root / "moon.json"), "TOLLGATE_GCP_PROJECT": "tollgate"}
        command = [sys.executable, *words]
        done = subprocess.run(
            command, cwd=self.root, env=environment | settings, input=told, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def call(self, cloud: str, calls: Json) -> Json:
        """What a process of its own made of these calls: arguments by tool."""
        answer: Json = json.loads(self.run(str(CALLS), cloud, told=json.dumps(calls)))
        return answer

    def ask_plane(self, calls: list[tuple[str, Json]]) -> list[Json]:
        """What the copy's control plane answers, in order."""
        answers: list[Json] = json.loads(self.run(str(CALLS.with_name("plane_calls.py")), told=json.dumps(calls)))
        return answers

    def conduct(self, text: str) -> Json:
        """The record of a request's run."""
        record: Json = json.loads(self.run("-m", "tests.contract.plane_run", told=text))
        return record

    def check(self, *tests: str, only: str = "") -> str:
        """What pytest says of the copy's own tests."""
        return self.run("-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", only, *tests)


def section(title: str, end: str = "\n## ") -> str:
    """What CONTRIBUTING says under this title, up to `end`."""
    page = (HOUSE / "CONTRIBUTING.md").read_text()
    return page.split(f"## {title}\n")[1].split("\n## ")[0].split(end)[0]


def places(text: str) -> set[str]:
    """The files and folders that a text names, as it names them."""
    return set(re.findall(r"`([\w<>./]+/[\w<>./]*)`", text))


def commands(text: str) -> list[list[str]]:
    """The commands that a text says to type, as the arguments of a Python."""
    typed = [shlex.split(line) for line in re.findall(r"^ *\$ (.+)$", text, re.M)]
    return [["-m", "functions.cli.main", *words] if program == "tollgate" else words for program, *words in typed]


def covers(place: str, name: str) -> bool:
    """Whether a place that was named is the file or its folder."""
    return name.startswith(place) if place.endswith("/") else name == place
