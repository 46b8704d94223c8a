"""What goes into each function's artefact: where its imports begin, its data, and the AWS services that it calls."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from functions.registry import tool_names
from functions.webhooks.doors import NAMES
from infra.artefacts.reach import LEFT_OUT, ROOT, Reached, reached, source

DATA = {
    "policies.engine.bundle": ("policies/**/*.rego", "policies/data/*/data.json"),
    "mcp_handlers.prices.names": ("mcp_handlers/prices/data/names.csv",),
    "workflow.control.rate": ("workflow/control/rates.json",),
    "workflow.deploy.failover": ("workflow/deploy/failover.json",),
    "workflow.deploy.nearness": (
        "mcp_handlers/prices/__init__.py",
        "mcp_handlers/prices/data/regions.csv",
        "workflow/deploy/data/places.csv",
    ),
    "workflow.store.migrate": ("workflow/store/migrations/*.sql",),
    "workflow.language.regions": ("workflow/language/data/azure-regions.csv",),
    "workflow.language.places": ("workflow/language/data/places.csv",),
    "functions.serve.approvals": ("functions/serve/pages/*",),
    "functions.pages.built": ("functions/pages/dist/**/*",),
}
"""Files that a module reads, beside it."""

DOORS = "functions.webhooks.doors"
SETUPS = tuple(f"functions.webhooks.{door}.setup" for door in NAMES)


@dataclass(frozen=True)
class Contents:
    """A function's name and the modules that it starts from.

    `start` are files that its runtime looks for, by their path in the artefact: they stay as they are. `site` is the
    folder of other people's packages there, and `left_out` what no artefact on its cloud carries.
    """

    name: str
    roots: tuple[str, ...]
    services: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    start: tuple[tuple[str, Path], ...] = ()
    site: str = ""
    left_out: frozenset[str] = frozenset(LEFT_OUT)

    def reached(self) -> Reached:
        """Everything that it may import; the doors' folders, which are imported by name, where doors are used."""
        found = reached(self.roots, self.left_out)
        return reached((*self.roots, *SETUPS), self.left_out) if DOORS in found.ours else found

    def ours(self) -> dict[str, Path]:
        """Its modules and data of ours, by their paths in the artefact."""
        modules = sorted(self.reached().ours)
        files = [source(name) for name in modules]
        patterns = [*self.data, *(pattern for name in modules for pattern in DATA.get(name, ()))]
        files += [file for pattern in patterns for file in ROOT.glob(pattern) if _packed(file)]
        return {file.relative_to(ROOT).as_posix(): file for file in files}

    def calls(self) -> tuple[str, ...]:
        """The AWS services that it calls, by botocore's names."""
        files = [source(name) for name in self.reached().ours if name.startswith("mcp_handlers.aws.")]
        return tuple(sorted({*self.services, *_services(files)}))


def _packed(file: Path) -> bool:
    return file.is_file() and not file.stem.endswith("_test")


def tool_contents(tool: str) -> Contents:
    """The function of a tool on AWS."""
    rooms = (f"mcp_handlers.tools.{tool}", *(f"mcp_handlers.aws.{name}" for name in (tool, "client", "role")))
    return Contents(tool, ("functions.aws.entry", *rooms), ("sts",), ("mcp_handlers/aws/offers.bin",))


CONTROL = {
    "catalog": "functions.aws.catalog",
    "control": "functions.aws.control",
    "api": "functions.api.aws",
    "webhooks": "functions.webhooks.aws",
    "orchestrate": "functions.orchestrate.aws",
    "reevaluate": "functions.reevaluate.aws",
    "cleanup": "functions.cleanup.aws",
}
"""Where the functions begin that are no tools. All of them know every tool's contract."""


def contents() -> Iterator[Contents]:
    """Every function on AWS."""
    yield from map(tool_contents, tool_names())
    contracts = [f"mcp_handlers.tools.{tool}" for tool in tool_names()]
    for name, entry in CONTROL.items():
        services = () if name == "catalog" else ("secretsmanager", "sqs")
        yield Contents(name, (entry, *contracts), services)


@cache
def _clients() -> dict[str, str]:
    """The service that each method of the SDK's clients is for."""
    tree = ast.parse(source("mcp_handlers.aws.client").read_bytes())
    methods = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    named = {method.name: re.search(r"self\._client\('([a-z0-9-]+)'", ast.unparse(method)) for method in methods}
    return {name: found[1] for name, found in named.items() if found}


def _services(files: Iterable[Path]) -> Iterator[str]:
    for file in files:
        if file.name == "client.py":
            continue
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Attribute) and node.attr in _clients():
                yield _clients()[node.attr]
