"""Functions on what their clouds run them with: first and further answers over HTTP, memory, and how large their
artefacts are.

`get_cost_estimate` on each runtime, the same question, with token and gate. *Cold* is from the start of the process to
the whole first answer; the services around Lambda's and Azure's software are ours, and in it. A real cloud adds its own
time for placing and fetching. *Warm* is one call after the other on one connection. Byte code is kept, as artefacts
have it: the first start of each is not counted.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from itertools import chain
from pathlib import Path
from time import perf_counter

from benchmarks.measure import KEPT, ROOT, Row, spread
from benchmarks.samples import Sample, environment, sample
from infra.artefacts.__main__ import EVERY, make
from infra.artefacts.__main__ import KEPT as PACKED
from infra.artefacts.contents import Contents
from infra.artefacts.others import Site
from infra.artefacts.pack import Artefact
from infra.artefacts.stage import staged
from infra.local.runtimes import started
from infra.local.runtimes.started import Runtime

TOOL = "get_cost_estimate"
STARTS, WARM_UP, CALLS = 15, 20, 200
"""Starts of each runtime that are counted; calls of each that are not, and that are."""
SIZED = (TOOL, "control", "orchestrator", "orchestrate")
"""Functions whose artefacts are made: a tool's, and the control plane's largest."""
Begin = Callable[[Mapping[str, str]], AbstractContextManager[Runtime]]


def runtimes() -> list[Row]:
    """Every runtime in turns, so that a busy moment of the machine meets all of them."""
    kept = {"PYTHONPYCACHEPREFIX": str(KEPT / "pycache-runtimes")}
    told = {**environment("127.0.0.1:9"), **kept, "TOLLGATE_TOOL": TOOL, "TOLLGATE_FUNCTION": TOOL}
    cold: dict[str, list[float]] = {cloud: [] for cloud in BEGIN}
    warm: dict[str, list[float]] = {cloud: [] for cloud in BEGIN}
    memory: dict[str, float] = {}
    for number in range(1 + STARTS):
        for cloud, begin in BEGIN.items():
            call = sample(cloud, TOOL)
            begun = perf_counter()
            with begin(told) as runtime:
                _answered(runtime, call)
                first = (perf_counter() - begun) * 1e3
                if number:
                    cold[cloud].append(first)
                    warm[cloud] += _calls(runtime, call)
                    memory[cloud] = max(memory.get(cloud, 0), resident(runtime.pid))
    times = [row for cloud in BEGIN for row in _rows(cloud, cold[cloud], warm[cloud], memory[cloud])]
    return [*times, *sizes()]


def resident(pid: int) -> float:
    """MiB of a process and of all that it started."""
    status = Path(f"/proc/{pid}/status").read_text()
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    begun = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in _children(task)]
    return own / 1024 + sum(resident(child) for child in begun)


def _children(task: Path) -> list[str]:
    return (task / "children").read_text().split()


def _rows(cloud: str, cold: list[float], warm: list[float], memory: float) -> Iterator[Row]:
    name = NAMES[cloud]
    for words, found in (("cold", spread(cold)), ("warm", spread(warm))):
        of = len(cold) if words == "cold" else len(warm)
        yield Row("runtime", f"{name}, {words} p50", "ms", found["p50"], note=f"p99 {found['p99']}, of {of}")
    yield Row("runtime", f"{name}, memory", "MiB", round(memory), note="resident, all its processes, after the calls")


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


def sizes() -> list[Row]:
    """What of each cloud's artefacts are made here: zipped, and as they are unpacked."""
    site = Site(staged(PACKED))
    with tempfile.TemporaryDirectory() as folder:
        wanted: Iterable[tuple[str, Contents]] = (
            (cloud, one) for cloud, every in EVERY.items() for one in every() if one.name in SIZED
        )
        return list(chain.from_iterable(_sized(cloud, make(one, site, Path(folder) / cloud)) for cloud, one in wanted))


def _sized(cloud: str, made: Artefact) -> Iterator[Row]:
    note = f"{made.unpacked / 1e6:.1f} MB unpacked, {len(made.others)} packages"
    yield Row("runtime", f"{cloud} {made.name}, artefact", "MB", round(made.packed / 1e6, 1), note=note)


def _aws(told: Mapping[str, str]) -> AbstractContextManager[Runtime]:
    return started.aws("functions.aws.entry.handler", told)


def _azure(told: Mapping[str, str]) -> AbstractContextManager[Runtime]:
    return started.azure(ROOT / "functions" / "azure", told)


def _gcp(told: Mapping[str, str]) -> AbstractContextManager[Runtime]:
    return started.framework(ROOT / "functions" / "gcp" / "main.py", TOOL, told)


BEGIN: Mapping[str, Begin] = {"aws": _aws, "azure": _azure, "gcp": _gcp}
NAMES = {"aws": "awslambdaric", "azure": "azure-functions-runtime", "gcp": "functions-framework"}
