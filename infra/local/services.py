"""The processes of the local cloud: what each is, where it listens, and when it is ready."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
BASE = 4566
OFFSETS = {"aws": 0, "azure": 2, "gcp": 3, "ministack": 5, "moto": 6, "pubsub": 7, "pubsub-control": 8}
"""Ports, counted from TOLLGATE_LOCAL_PORT_BASE. 4566 is where AWS emulators are looked for by custom."""
PUBSUB = "TOLLGATE_LOCAL_PUBSUB"
"""Where this is set, the local cloud has a Pub/Sub."""

_ROOMS = ("functions", "infra", "mcp_handlers", "policies", "workflow")
_SUFFIXES = (".py", ".rego", ".json", ".bin", ".sha256")
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass(frozen=True)
class Service:
    """A process to keep: `environment` is all it gets. It is ready when `ready_url` answers below 500.

    `ca` is the certificate that an https `ready_url` is checked against; the service may write it as it starts.
    """

    name: str
    command: tuple[str, ...]
    port: int
    ready_url: str
    environment: Mapping[str, str] = field(default_factory=dict)
    ca: Path | None = None

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells a running process of this service from one of another command or of other code."""
        return (*self.command, code_fingerprint())


@cache
def code_fingerprint() -> str:
    """Changes whenever a file of the product does, so that nobody meets a server of yesterday's code."""
    files = (path for room in _ROOMS for path in _files(PROJECT / room) if path.suffix in _SUFFIXES)
    marks = "".join(f"{path}{path.stat().st_mtime_ns}" for path in files)
    return hashlib.sha256(marks.encode()).hexdigest()[:16]


def _files(folder: Path) -> Iterator[Path]:
    """Everything below the folder but other people's packages, in an order that stays."""
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - {"node_modules"})
        yield from (Path(top, name) for name in sorted(names))


def home_directory(environ: Mapping[str, str] = os.environ) -> Path:
    """Where state is kept: TOLLGATE_HOME, or `.tollgate` in the project."""
    return Path(environ.get("TOLLGATE_HOME") or PROJECT / ".tollgate")


def ports(environ: Mapping[str, str] = os.environ) -> dict[str, int]:
    """The port of each local service."""
    base = int(environ.get("TOLLGATE_LOCAL_PORT_BASE") or BASE)
    return {name: base + offset for name, offset in OFFSETS.items()}


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a service inherits: the bare necessities, and nothing that names an account or an endpoint."""
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return kept | {"PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"} | dict(extra or {})


def local_services(home: Path) -> list[Service]:
    """The five processes of the local cloud, with their state under `home`, and a sixth where it is asked for."""
    at, home = ports(), home.resolve()
    clouds = [
        _ministack(home, at["ministack"]),
        _moto(at["moto"]),
        _aws(at),
        _azure(home, at["azure"]),
        _gcp(at["gcp"]),
    ]
    return [*clouds, _pubsub(at)] if os.environ.get(PUBSUB) else clouds


def _emulator(name: str) -> str:
    folder = Path(os.environ.get("TOLLGATE_EMULATORS") or PROJECT / ".venv-emulators")
    return str(folder / "bin" / name)


def _ministack(home: Path, port: int) -> Service:
    scratch = home / "local" / "ministack"
    scratch.mkdir(parents=True, exist_ok=True)
    told = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_ACCOUNT_ID": "123456789012",
        "TMPDIR": str(scratch),
    }
    environment = clean_environment(told)
    del environment["PYTHONPATH"]
    ready = f"http://127.0.0.1:{port}/_ministack/health"
    return Service("ministack", (_emulator("ministack"),), port, ready, environment)


def _moto(port: int) -> Service:
    # A machine is made of whatever image is named. The thousands that moto knows otherwise, in each region that
    # is looked at, take a second to load and stay in its memory after a reset.
    environment = clean_environment({"MOTO_PORT": str(port), "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"})
    del environment["PYTHONPATH"]
    command = (_emulator("moto_server"), "-H", "127.0.0.1", "-p", str(port))
    return Service("moto", command, port, f"http://127.0.0.1:{port}/moto-api/", environment)


def _ours(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *arguments)


def _aws(at: Mapping[str, int]) -> Service:
    behind = [f"http://127.0.0.1:{at[name]}" for name in ("ministack", "moto")]
    command = _ours("infra.local.aws", "--port", str(at["aws"]), "--ministack", behind[0], "--moto", behind[1])
    ready = f"http://127.0.0.1:{at['aws']}/_tollgate/health"
    return Service("aws", command, at["aws"], ready, clean_environment())


def _azure(home: Path, port: int) -> Service:
    state = home / "local" / "azure"
    command = _ours("infra.local.azure", "--port", str(port), "--state", str(state))
    ready = f"https://127.0.0.1:{port}/_tollgate/health"
    return Service("azure", command, port, ready, clean_environment(), state / "ca.pem")


def _gcp(port: int) -> Service:
    ready = f"http://127.0.0.1:{port}/_tollgate/health"
    return Service("gcp", _ours("infra.local.gcp", "--port", str(port)), port, ready, clean_environment())


def _pubsub(at: Mapping[str, int]) -> Service:
    control = at["pubsub-control"]
    command = _ours("infra.local.pubsub", "--port", str(at["pubsub"]), "--control", str(control))
    return Service("pubsub", command, control, f"http://127.0.0.1:{control}/_tollgate/health", clean_environment())
