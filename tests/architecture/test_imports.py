"""Imports point one way, and the contracts that say so are not asleep."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.house import PACKAGES, ROOT, dotted, imports, modules, product_modules

CONTRACTS = ROOT / ".importlinter"
FORBIDDEN = [
    ("mcp_handlers.kernel", "workflow.store"),
    ("mcp_handlers.kernel", "mcp_handlers.aws"),
    ("mcp_handlers.kernel", "langgraph"),
    ("mcp_handlers.aws", "mcp_handlers.azure"),
    ("mcp_handlers.gcp", "workflow.control"),
    ("mcp_handlers.azure", "mcp"),
    ("mcp_handlers.prices", "mcp_handlers.kernel"),
    ("mcp_handlers.tools", "policies.engine"),
    ("policies.engine", "mcp_handlers.prices"),
    ("workflow.model", "mcp_handlers.tools"),
    ("workflow.store", "policies.engine"),
    ("workflow.store", "mcp_handlers.kernel"),
    ("workflow.language", "workflow.control"),
    ("workflow.control", "workflow.deploy"),
    ("workflow.control", "mcp_handlers.gcp"),
    ("workflow.deploy", "mcp_handlers.aws"),
    ("workflow.deploy", "infra.local"),
    ("workflow.deploy", "functions"),
    ("infra.local", "mcp_handlers.tools"),
    ("infra.local", "workflow.store"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter with our contracts on the packages in the folder."""
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
        "--no-cache",
        "--config",
        str(CONTRACTS),
    ]
    surroundings = {**os.environ, "COLUMNS": "400", "PYTHONPATH": str(folder), "NO_COLOR": "1"}
    return subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True, check=False)


def test_imports_point_one_way() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken." in done.stdout


@pytest.fixture(scope="module")
def complaint(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said of a house with our rooms and tools, and one wrong import for each pair of FORBIDDEN."""
    folder = tmp_path_factory.mktemp("house")
    rooms = {path.parent for path in product_modules() if path.name == "__init__.py"}
    for room in rooms:
        (folder / room.relative_to(ROOT)).mkdir(parents=True, exist_ok=True)
        (folder / room.relative_to(ROOT) / "__init__.py").touch()
    for tool in modules(ROOT / "mcp_handlers" / "tools"):
        (folder / tool.relative_to(ROOT)).write_text(tool.read_text())
    for number, (importer, imported) in enumerate(FORBIDDEN):
        (folder / importer.replace(".", "/") / f"wrong_{number}.py").write_text(f"import {imported}\n")
    done = lint(folder)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(("importer", "imported"), FORBIDDEN, ids=[" to ".join(pair) for pair in FORBIDDEN])
def test_a_wrong_import_is_named(complaint: str, importer: str, imported: str) -> None:
    number = FORBIDDEN.index((importer, imported))
    assert f"{importer}.wrong_{number} -> {imported} " in complaint


def test_every_package_is_under_contract() -> None:
    assert {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"benchmarks", "tests"} == set(PACKAGES)


@pytest.mark.parametrize("path", modules(ROOT / "workflow" / "model"), ids=dotted)
def test_the_model_needs_only_the_standard_library_and_pydantic(path: Path) -> None:
    known = {*sys.stdlib_module_names, "pydantic", "pydantic_core", "typing_extensions"}
    foreign = {name for name in imports(path) if name.split(".")[0] not in known}
    assert {name for name in foreign if not name.startswith("workflow.model")} == set()


def test_only_the_functions_import_by_name() -> None:
    by_name = {dotted(path) for path in product_modules() if {"importlib", "runpy"} & set(imports(path))}
    assert {name for name in by_name if not name.startswith("functions.")} == set()
