"""The clouds' function runtimes as processes of this machine, and calls to them over HTTP."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from infra.local.runtimes.gcp import TARGETS
from infra.local.services import PROJECT, clean_environment
from infra.local.serving import KEEP_ALIVE_SECONDS

LIBRARIES = PROJECT / ".tools" / "runtimes"
PATIENCE = 60.0
"""Seconds for a runtime to be ready, on however busy a machine."""
KEPT = ("content-type", "cache-control", "www-authenticate", "retry-after", "allow")
"""The headers of an answer that are the kernel's; others are the server's own."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Runtime:
    """A started runtime."""

    name: str
    url: str
    http: httpx.Client
    pid: int
    output: Path
    """What it has printed."""

    def call(self, tool: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post to the tool's path."""
        answer = self.http.post(f"{self.url}/mcp/{tool}", headers=dict(headers), content=body)
        kept = {name: answer.headers[name] for name in KEPT if name in answer.headers}
        return Answer(answer.status_code, kept, answer.content)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(name: str, command: Sequence[str], port: int, ready: str, told: Mapping[str, str]) -> Iterator[Runtime]:
    """A runtime for as long as the context lasts. Raises RuntimeError where it does not come up."""
    if not (LIBRARIES / ".done").exists():
        raise RuntimeError("the clouds' function runtimes are not installed: make runtimes")
    environment = clean_environment(told) | {"PYTHONPATH": f"{PROJECT}:{LIBRARIES}"}
    with (
        tempfile.NamedTemporaryFile() as output,
        subprocess.Popen(  # noqa: S603 (our own list)
            [sys.executable, "-m", *command], env=environment, cwd=PROJECT, stdout=output, stderr=output
        ) as process,
    ):
        try:
            with httpx.Client(timeout=120) as http:
                runtime = Runtime(name, f"http://127.0.0.1:{port}", http, process.pid, Path(output.name))
                try:
                    until_answers(lambda: http.get(runtime.url + ready), process)
                except RuntimeError as error:
                    raise RuntimeError(f"{error}: {runtime.output.read_text()[-2000:]}") from None
                yield runtime
        finally:
            process.terminate()


def until_answers(ask: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    """Wait until `ask` reaches somebody. Raises RuntimeError where the process ends, or time does."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            ask()
        except (httpx.TransportError, OSError):
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{process.args!r} did not start")


def aws(handler: str, told: Mapping[str, str]) -> AbstractContextManager[Runtime]:
    """A Lambda function on AWS's runtime client."""
    port = free_port()
    command = ["infra.local.runtimes.aws", "--handler", handler, "--port", str(port)]
    return started("awslambdaric", command, port, "/healthz", told)


def azure(app: Path, told: Mapping[str, str]) -> AbstractContextManager[Runtime]:
    """A function app on Microsoft's worker library."""
    port = free_port()
    command = ["infra.local.runtimes.azure", "--app", str(app), "--port", str(port)]
    return started("azure-functions-runtime", command, port, "/admin/host/status", told)


def gcp(targets: Mapping[str, tuple[Path, str]], told: Mapping[str, str]) -> AbstractContextManager[Runtime]:
    """Targets on functions-framework, by path."""
    port = free_port()
    paths = {path: [str(source), target] for path, (source, target) in targets.items()}
    command = ["gunicorn", "-b", f"127.0.0.1:{port}", "--threads", "8", "--log-level", "warning"]
    command += [
        "--keep-alive",
        str(KEEP_ALIVE_SECONDS),
        "--no-control-socket",
        "infra.local.runtimes.gcp:application()",
    ]
    return started("functions-framework", command, port, "/healthz", {**told, TARGETS: json.dumps(paths)})


def framework(source: Path, target: str, told: Mapping[str, str]) -> AbstractContextManager[Runtime]:
    """One target on functions-framework, by its own command."""
    port = free_port()
    command = ["functions_framework", "--source", str(source), "--target", target]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    return started("functions-framework", command, port, "/robots.txt", told)
