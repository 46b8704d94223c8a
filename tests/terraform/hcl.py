"""Terraform's files as values: what a folder declares, read by python-hcl2."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import hcl2

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FOLDER = ROOT / "infra" / "terraform"
CLOUDS = ("aws", "azure", "gcp")
MODULES = tuple(FOLDER / cloud for cloud in CLOUDS)
ROOTS = tuple(FOLDER / "live" / cloud for cloud in CLOUDS)
NOTES = ("__is_block__", "__comments__", "__inline_comments__")
"""What the parser adds of its own."""
META = frozenset({"for_each", "count", "depends_on", "lifecycle", "provider"})


@dataclass(frozen=True)
class Declared:
    """A resource, a data source or an ephemeral one."""

    kind: str
    type: str
    name: str
    body: dict[str, Any]

    @property
    def address(self) -> str:
        """As it is named in expressions."""
        return f"{'' if self.kind == 'resource' else self.kind + '.'}{self.type}.{self.name}"

    def get(self, path: str) -> Any:
        """What an argument says, by the names of the blocks around it; None where it is not there. Of several blocks
        the first."""
        found: Any = self.body
        for name in path.split("."):
            found = found[0] if isinstance(found, list) else found
            found = found.get(name) if isinstance(found, dict) else None
        return plain(found)


@dataclass(frozen=True)
class Module:
    """A folder of Terraform files."""

    variables: dict[str, dict[str, Any]]
    outputs: dict[str, dict[str, Any]]
    resources: tuple[Declared, ...]
    locals: dict[str, Any]
    settings: dict[str, Any]
    calls: dict[str, dict[str, Any]]

    @classmethod
    @cache
    def read(cls, folder: Path) -> Module:
        """All `*.tf` files together."""
        return cls.of("\n".join(path.read_text() for path in sorted(folder.glob("*.tf"))))

    @classmethod
    def of(cls, text: str) -> Module:
        """One text."""
        parsed = hcl2.loads(text + "\n")
        return cls(
            variables=dict(_named(parsed.get("variable", []))),
            outputs=dict(_named(parsed.get("output", []))),
            resources=tuple(
                Declared(kind, plain(type_), name, body)
                for kind in ("resource", "data", "ephemeral")
                for block in parsed.get(kind, [])
                for type_, named in block.items()
                for name, body in _named([named])
            ),
            locals={k: v for block in parsed.get("locals", []) for k, v in block.items() if k not in NOTES},
            settings=_merged(parsed.get("terraform", [])),
            calls=dict(_named(parsed.get("module", []))),
        )

    def of_type(self, type_: str) -> list[Declared]:
        """The resources of one type."""
        return [one for one in self.resources if (one.kind, one.type) == ("resource", type_)]


def plain(value: Any) -> Any:
    """A literal without its quotes; an expression stays as it is, in `${…}`."""
    if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1]
    return value


def texts(value: Any) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            if name not in NOTES:
                yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


@cache
def schemas() -> dict[str, Any]:
    """What the providers know of every resource that is used here."""
    return {k: v for file in (HERE / "schemas").glob("*.json") for k, v in json.loads(file.read_text()).items()}


def _named(blocks: list[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for block in blocks:
        for name, body in block.items():
            if name not in NOTES:
                yield plain(name), body[0] if isinstance(body, list) else body


def _merged(blocks: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: value for block in blocks for name, value in block.items()}
