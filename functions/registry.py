"""Which clouds and tools there are: the folders and files that exist, and nothing else can be imported by name."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from types import ModuleType

from mcp_handlers.tools.contract import Tool
from workflow.model.errors import BadRequest

ROOT = Path(__file__).resolve().parents[1] / "mcp_handlers"


@cache
def cloud_names() -> tuple[str, ...]:
    """Every folder of `mcp_handlers` that can connect to a cloud."""
    return tuple(sorted(folder.name for folder in ROOT.iterdir() if "client" in _modules(folder)))


@cache
def tool_names() -> tuple[str, ...]:
    """Every tool that has a contract."""
    return tuple(sorted(_modules(ROOT / "tools") - {"contract"}))


@cache
def contract(tool: str) -> Tool:
    """The contract of a tool. Raises BadRequest for a name that is not on the list."""
    if tool not in tool_names():
        raise BadRequest(f"There is no tool {tool!r}.", f"The tools are {', '.join(tool_names())}.")
    found = importlib.import_module(f"mcp_handlers.tools.{tool}").TOOL
    if not isinstance(found, Tool):
        raise BadRequest(f"mcp_handlers/tools/{tool}.py has no TOOL.", "Define TOOL = Tool(…) there.")
    return found


def contracts() -> dict[str, Tool]:
    """Every tool's contract by its name."""
    return {name: contract(name) for name in tool_names()}


def room(cloud: str, module: str) -> ModuleType:
    """A module of a cloud's folder: `client` or one of its tools. Raises BadRequest for anything else."""
    if cloud not in cloud_names():
        raise BadRequest(f"There is no cloud {cloud!r}.", f"The clouds are {', '.join(cloud_names())}.")
    if module != "client" and module not in tool_names():
        raise BadRequest(f"There is no tool {module!r}.", f"The tools are {', '.join(tool_names())}.")
    return importlib.import_module(f"mcp_handlers.{cloud}.{module}")


def role_room(cloud: str) -> ModuleType | None:
    """The `role.py` of a cloud's folder, which gives each tool a role of its own; None where the cloud has none."""
    return importlib.import_module(f"mcp_handlers.{cloud}.role") if "role" in _modules(ROOT / cloud) else None


def _modules(folder: Path) -> set[str]:
    """The modules in a folder, as source or, in an artefact, compiled without it."""
    files = folder.iterdir() if folder.is_dir() else ()
    return {file.stem for file in files if file.suffix in (".py", ".pyc") and not file.name.startswith("_")}
