"""What an entry reaches by its imports: modules of ours, and names of other people's.

It is read from the source, so that what is imported late is reached too. Nothing is run.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = frozenset({"functions", "infra", "mcp_handlers", "policies", "workflow"})
LEFT_OUT = {
    "opentelemetry": "AWS's own layer brings it where an OTLP endpoint is set",
    "infra": "no function is beside the local cloud",
    "functions.orchestrate.pubsub": "the queue on AWS is SQS",
    "functions.orchestrate.servicebus": "the queue on AWS is SQS",
    "functions.serve.sse": "the transport of old is local only",
}
"""What is imported late and no artefact on AWS carries, and why."""


@dataclass(frozen=True)
class Reached:
    """`ours` are dotted names of modules, packages included; `others` dotted names as they are imported."""

    ours: frozenset[str]
    others: frozenset[str]


def reached(roots: Iterable[str], left_out: Iterable[str] = LEFT_OUT) -> Reached:
    """Everything that these modules of ours import, and what that imports, but for what is left out.

    Raises LookupError for no module.
    """
    ours: set[str] = set()
    others: set[str] = set()
    queue = list(roots)
    while queue:
        name = queue.pop()
        if name in ours:
            continue
        ours.add(name)
        if "." in name:
            queue.append(name.rpartition(".")[0])
        for found in _imports(source(name)):
            top = found.partition(".")[0]
            if _in_any(found, left_out):
                continue
            if top in ROOMS:
                queue.extend(_modules(found))
            elif top not in sys.stdlib_module_names:
                others.add(found)
    return Reached(frozenset(ours), frozenset(others))


def source(module: str) -> Path:
    """The file of a module of ours. Raises LookupError."""
    path = ROOT.joinpath(*module.split("."))
    for file in (path / "__init__.py", path.with_suffix(".py")):
        if file.exists():
            return file
    raise LookupError(f"There is no module {module}.")


def _in_any(name: str, modules: Iterable[str]) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in modules)


def _modules(imported: str) -> Iterator[str]:
    """The module that a name is, or is in."""
    for name in (imported, imported.rpartition(".")[0]):
        try:
            source(name)
        except LookupError:
            continue
        yield name
        return


@cache
def _imports(file: Path) -> tuple[str, ...]:
    return tuple(_in(ast.parse(file.read_bytes()).body))


def _in(body: Iterable[ast.AST]) -> Iterator[str]:
    """Each name that is imported, but for type checking only."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif not (isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
            yield from _in(ast.iter_child_nodes(node))
