"""Small rooms, described, and one file per tool in every cloud."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcp_handlers.tools.contract import Tool
from tests.architecture.house import HANDLERS, clouds, dotted, imports, parsed, product_modules, tools, written

MOST_LINES = 300
FOUND = product_modules()
ROOMS = [path for path in FOUND if path.name == "__init__.py"]
MODULES = [path for path in FOUND if path.name != "__init__.py"]


def undescribed(node: ast.Module | ast.ClassDef, name: str) -> Iterator[str]:
    """The public things in `node`, and `node` itself, that have no docstring."""
    if not ast.get_docstring(node):
        yield name
    for child in node.body:
        if not isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or child.name.startswith("_"):
            continue
        if isinstance(child, ast.ClassDef):
            yield from undescribed(child, f"{name}.{child.name}")
        elif not ast.get_docstring(child):
            yield f"{name}.{child.name}"


@pytest.mark.parametrize("path", ROOMS, ids=dotted)
def test_a_package_file_is_empty(path: Path) -> None:
    assert path.read_text() == ""


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_a_module_is_small_and_says_what_it_is(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MOST_LINES
    assert list(undescribed(parsed(path), dotted(path))) == []


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_a_module_is_in_a_package(path: Path) -> None:
    assert (path.parent / "__init__.py").exists()


@pytest.mark.parametrize("name", tools())
def test_a_tool_is_named_like_its_file(name: str) -> None:
    tool = importlib.import_module(f"mcp_handlers.tools.{name}").TOOL
    assert isinstance(tool, Tool)
    assert tool.name == name


@pytest.mark.parametrize("cloud", clouds())
def test_a_cloud_has_one_file_for_every_tool_and_a_client(cloud: str) -> None:
    assert sorted({*tools(), "client"} - set(written(HANDLERS / cloud))) == []


@pytest.mark.parametrize("cloud", clouds())
def test_only_a_tools_file_has_a_call(cloud: str) -> None:
    calls = [
        name
        for name in written(HANDLERS / cloud)
        if any(isinstance(node, ast.FunctionDef) and node.name == "call" for node in _body(cloud, name))
    ]
    assert calls == [name for name in written(HANDLERS / cloud) if name in tools()]


@pytest.mark.parametrize("cloud", clouds())
def test_tools_of_a_cloud_do_not_know_each_other(cloud: str) -> None:
    handlers = {f"mcp_handlers.{cloud}.{name}" for name in tools()}
    known = {
        (name, other)
        for name in sorted(set(tools()) & set(written(HANDLERS / cloud)))
        for other in handlers & set(imports(HANDLERS / cloud / f"{name}.py"))
    }
    assert known - {("launch_spot", f"mcp_handlers.{cloud}.provision_compute")} == set()


def _body(cloud: str, name: str) -> list[ast.stmt]:
    return parsed(HANDLERS / cloud / f"{name}.py").body
