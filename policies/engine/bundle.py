"""The policy bundle: the .rego and data files of one folder, and the digest that names them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from workflow.model.base import Json
from workflow.model.errors import Terminal

PACKAGED = Path(__file__).parents[1]
"""The folder of the policies that Tollgate comes with."""


class BadBundle(Terminal):
    """The policy files are missing, do not parse, or are at odds with themselves."""

    code: ClassVar[str] = "BAD_BUNDLE"
    default_remedy: ClassVar[str] = "Repair the policy files; until then nothing is allowed."


@dataclass(frozen=True)
class Bundle:
    """`policies` are (path, Rego text) pairs in order of path; `data` is the whole data document as JSON.

    `revision` is the SHA-256 over every file's path and content, as 64 hex digits.
    """

    policies: tuple[tuple[str, str], ...]
    data: str
    revision: str


def load_bundle(folder: Path = PACKAGED) -> Bundle:
    """Read a folder: all `.rego` files but tests, and `data/<name>/data.json` as `data.<name>`.

    Raises BadBundle where there is no policy, or a file cannot be read as what it is.
    """
    files: list[tuple[str, str]] = []
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        try:
            files.append((name, path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise BadBundle(f"{name} cannot be read: {error}") from error
    return bundle_of(files, folder.name)


def bundle_of(files: Sequence[tuple[str, str]], where: str) -> Bundle:
    """The bundle of these (path, text) pairs, which are in order. Raises BadBundle, as `load_bundle` does."""
    policies: list[tuple[str, str]] = []
    data: Json = {}
    hashed = hashlib.sha256()
    for name, text in files:
        if name.endswith(".rego"):
            policies.append((name, text))
        else:
            try:
                data[name.split("/")[-2]] = json.loads(text, object_pairs_hook=_once)
            except ValueError as error:
                raise BadBundle(f"{name} cannot be read: {error}") from error
        hashed.update(f"{name}\0{len(text)}\0{text}".encode())
    if not policies:
        raise BadBundle(f"There are no policies in {where}.")
    return Bundle(tuple(policies), json.dumps(data), hashed.hexdigest())


def _files(folder: Path) -> list[Path]:
    rego = [path for path in folder.glob("**/*.rego") if not path.stem.endswith("_test")]
    return sorted([*rego, *folder.glob("data/*/data.json")])


def _once(pairs: list[tuple[str, object]]) -> Json:
    # Of two equal keys the last would win in silence, and in another engine perhaps the first.
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found
