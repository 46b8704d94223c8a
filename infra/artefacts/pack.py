"""An artefact: what one function imports, compiled, in a zip file that is the same for the same content."""

from __future__ import annotations

import hashlib
import importlib.util
import marshal
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

STAMP = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the zip: the same content makes the same artefact."""
EMPTY: Mapping[str, Path] = {}


@dataclass(frozen=True)
class Artefact:
    """`packed` and `unpacked` are bytes; `others` are the distributions in it."""

    name: str
    path: Path
    packed: int
    unpacked: int
    others: tuple[str, ...]


def pack(
    name: str, base: Path, files: Mapping[str, Path], others: tuple[str, ...], start: Mapping[str, Path] = EMPTY
) -> Artefact:
    """Write `name`.zip beside `base`: what is in that and `files`, by their paths in it, and `start` as it is."""
    path = base.with_name(f"{name}.zip")
    shutil.copyfile(base, path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        _add(packed, _contents(files))
        _add(packed, ((inner, file.read_bytes()) for inner, file in start.items()))
        unpacked = sum(info.file_size for info in packed.infolist())
    return Artefact(name, path, path.stat().st_size, unpacked, others)


def based(into: Path, site: Path, paths: Iterable[str], below: str = "") -> Path:
    """A zip of these files of `site`, `below` a folder, which many artefacts begin with. Made once: packing it is most
    of the work."""
    named = hashlib.sha256("\n".join((site.name, below, *sorted(paths))).encode()).hexdigest()[:16]
    path = into / f"base-{named}.zip"
    if not path.exists():
        into.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as packed:
            _add(packed, _contents({below + inner: site / inner for inner in paths}))
        draft.replace(path)
    return path


def _add(packed: zipfile.ZipFile, contents: Iterable[tuple[str, bytes]]) -> None:
    for inner, content in contents:
        info = zipfile.ZipInfo(inner, STAMP)
        info.external_attr = 0o644 << 16
        packed.writestr(info, content, zipfile.ZIP_DEFLATED)


def _contents(files: Mapping[str, Path]) -> Iterator[tuple[str, bytes]]:
    """A `.py` file goes in compiled, without its source."""
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
