"""An artefact: what one function imports, compiled, in a zip file that is the same for the same content."""

from __future__ import annotations

import importlib.util
import marshal
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

STAMP = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the zip: the same content makes the same artefact."""


@dataclass(frozen=True)
class Artefact:
    """`packed` and `unpacked` are bytes; `others` are the distributions in it."""

    name: str
    path: Path
    packed: int
    unpacked: int
    others: tuple[str, ...]


def pack(name: str, into: Path, files: Mapping[str, Path], others: tuple[str, ...]) -> Artefact:
    """Write `into`/`name`.zip with `files`, by their paths in it. A `.py` file goes in compiled, without its source."""
    into.mkdir(parents=True, exist_ok=True)
    path = into / f"{name}.zip"
    unpacked = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for inner, content in _contents(files):
            info = zipfile.ZipInfo(inner, STAMP)
            info.external_attr = 0o644 << 16
            packed.writestr(info, content, zipfile.ZIP_DEFLATED)
            unpacked += len(content)
    return Artefact(name, path, path.stat().st_size, unpacked, others)


def _contents(files: Mapping[str, Path]) -> Iterator[tuple[str, bytes]]:
    for inner, file in sorted(files.items()):
        if inner.endswith(".py"):
            yield f"{inner}c", compiled(file, inner)
        else:
            yield inner, file.read_bytes()


@cache
def compiled(file: Path, inner: str) -> bytes:
    """The module's byte code, never checked against a source (PEP 552): there is none beside it."""
    source = file.read_bytes()
    code = compile(source, inner, "exec", dont_inherit=True, optimize=0)
    unchecked = 0b01
    header = importlib.util.MAGIC_NUMBER + unchecked.to_bytes(4, "little") + importlib.util.source_hash(source)
    return header + marshal.dumps(code)
