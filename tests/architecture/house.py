"""The house as it stands: what is found by listing folders, so that a new room is checked without being told of."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("functions", "infra", "mcp_handlers", "policies", "workflow")
HANDLERS = ROOT / "mcp_handlers"
NO_CLOUDS = {"kernel", "prices", "tools"}


def modules(folder: Path) -> list[Path]:
    """Every Python file below the folder, packages' own files included."""
    return sorted(folder.rglob("*.py"))


def product_modules() -> list[Path]:
    """Every Python file of the product packages."""
    return [path for package in PACKAGES for path in modules(ROOT / package)]


def written(folder: Path) -> list[str]:
    """The names of the modules right in the folder."""
    return sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")


def tools() -> list[str]:
    """The tools that there are contracts for."""
    return [name for name in written(HANDLERS / "tools") if name != "contract"]


def clouds() -> list[str]:
    """The clouds that there are folders for."""
    folders = {path.parent.name for path in HANDLERS.glob("*/__init__.py")}
    return sorted(folders - NO_CLOUDS)


def dotted(path: Path) -> str:
    """The module's name."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@cache
def parsed(path: Path) -> ast.Module:
    """The module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path) -> Iterator[str]:
    """Every module that is named in an import anywhere in the file; `from a import b` names both `a` and `a.b`."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
