"""Functions on what their clouds run them with: first and further answers over HTTP, memory, what an artefact holds.

`get_cost_estimate` on each runtime, the same question, with token and gate. *Cold* is from the start of the process to
the whole first answer; the services around Lambda's and Azure's software are ours, and in it. A real cloud adds its own
time for placing and fetching. *Warm* is one call after the other on one connection.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from sysconfig import get_paths
from time import perf_counter

from benchmarks.measure import ROOT, Row, spread
from benchmarks.samples import Sample, environment, sample
from infra.artefacts.contents import Contents
from infra.artefacts.others import Site
from infra.local.runtimes import started
from infra.local.runtimes.started import Runtime

TOOL = "get_cost_estimate"
WARM_UP, CALLS = 20, 500
ENTRIES = {"aws": "functions.aws.entry", "azure": "functions.azure.function_app", "gcp": "functions.gcp.main"}
Begin = Callable[[Mapping[str, str]], AbstractContextManager[Runtime]]


def runtimes(rounds: int) -> list[Row]:
    """Every runtime in turns, so that a busy moment of the machine meets all of them."""
    told = {**environment("127.0.0.1:9"), "TOLLGATE_TOOL": TOOL, "TOLLGATE_FUNCTION": TOOL}
    cold: dict[str, list[float]] = {}
    warm: dict[str, list[float]] = {}
    memory: dict[str, float] = {}
    for _ in range(rounds):
        for cloud, begin in BEGIN.items():
            call = sample(cloud, TOOL)
            begun = perf_counter()
            with begin(told) as runtime:
                _answered(runtime, call)
                cold.setdefault(cloud, []).append((perf_counter() - begun) * 1e3)
                times = warm.setdefault(cloud, [])
                times += list(_calls(runtime, call))
                memory[cloud] = max(memory.get(cloud, 0), resident(runtime.pid))
    return [row for cloud in BEGIN for row in _rows(cloud, cold[cloud], warm[cloud], memory[cloud])]


def resident(pid: int) -> float:
    """MiB of a process and of all that it started."""
    status = Path(f"/proc/{pid}/status").read_text()
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    begun = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in _children(task)]
    return own / 1024 + sum(resident(child) for child in begun)


def _children(task: Path) -> list[str]:
    return (task / "children").read_text().split()


def _rows(cloud: str, cold: list[float], warm: list[float], memory: float) -> Iterator[Row]:
    name, found = NAMES[cloud], spread(warm)
    yield Row("runtime", f"{name}, cold", "ms", round(min(cold)), note=f"median {statistics.median(cold):.0f}")
    yield Row("runtime", f"{name}, warm p50", "ms", found["p50"], note=f"p99 {found['p99']}")
    yield Row("runtime", f"{name}, memory", "MiB", round(memory), note="resident, all its processes, after the calls")
    ours, others = artefact(cloud)
    note = f"{ours / 1e6:.1f} of ours"
    yield Row("runtime", f"{cloud} {TOOL}, what it imports", "MB", round((ours + others) / 1e6, 1), note=note)


def _answered(runtime: Runtime, call: Sample) -> None:
    answer = runtime.call(call.tool, call.headers, call.body)
    if answer.status != 200 or b'"isError":false' not in answer.body:
        raise RuntimeError(f"{runtime.name} did not answer: {answer.body[:500]!r}")


def _calls(runtime: Runtime, call: Sample) -> Iterator[float]:
    for number in range(WARM_UP + CALLS):
        begun = perf_counter()
        _answered(runtime, call)
        if number >= WARM_UP:
            yield (perf_counter() - begun) * 1e3


def artefact(cloud: str) -> tuple[int, int]:
    """Bytes of what the tool's function imports there, as source: our files, and other people's packages."""
    rooms = (f"mcp_handlers.{cloud}.{name}" for name in (TOOL, "client", "role"))
    data = (f"mcp_handlers/{cloud}/offers.bin",)
    held = Contents(TOOL, (ENTRIES[cloud], f"mcp_handlers.tools.{TOOL}", *rooms), data=data)
    site = Site(Path(get_paths()["purelib"]))
    files = site.files(site.needed(held.reached().others), ())
    return sum(file.stat().st_size for file in held.ours().values()), sum(_size(site, file) for file in files)


def _size(site: Site, file: str) -> int:
    return (site.folder / file).stat().st_size


def _aws(told: Mapping[str, str]) -> AbstractContextManager[Runtime]:
    return started.aws("functions.aws.entry.handler", told)


def _azure(told: Mapping[str, str]) -> AbstractContextManager[Runtime]:
    return started.azure(ROOT / "functions" / "azure", told)


def _gcp(told: Mapping[str, str]) -> AbstractContextManager[Runtime]:
    return started.framework(ROOT / "functions" / "gcp" / "main.py", TOOL, told)


BEGIN: Mapping[str, Begin] = {"aws": _aws, "azure": _azure, "gcp": _gcp}
NAMES = {"aws": "awslambdaric", "azure": "azure-functions-runtime", "gcp": "functions-framework"}
