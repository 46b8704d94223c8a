"""Where policies come from: the packaged folder, another folder, or a bundle file, signed where a key is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from policies.engine.archive import MAX_BYTES, Texts, texts_of, unpack
from policies.engine.bundle import PACKAGED, BadBundle
from policies.engine.signature import Key, public_key

POLICIES, SHADOW, KEY = "TOLLGATE_POLICIES", "TOLLGATE_SHADOW_POLICIES", "TOLLGATE_POLICY_KEY"
"""The settings: a folder or bundle file in force, one that is only watched, and the PEM file of the public key without
whose signature neither is taken."""

Mark = tuple[tuple[str, int, int], ...]
"""Name, time of change (ns) and size of every file: another mark, other files."""


@dataclass(frozen=True)
class Source:
    """A folder or a bundle file."""

    path: Path
    key: Key | None = None

    def read(self) -> Texts:
        """All its files as they are now. Raises BadBundle."""
        if self.path.is_dir():
            if self.key is not None:
                raise BadBundle(f"{self.path.name} is a folder, which nobody signed.", "Name a signed bundle file.")
            return texts_of(self.path)
        try:
            if self.path.stat().st_size > MAX_BYTES:
                raise BadBundle(f"{self.path.name} is larger than {MAX_BYTES // 1024 // 1024} MiB.")
            return unpack(self.path.read_bytes(), self.key)
        except OSError as error:
            raise BadBundle(f"There are no policies at {self.path}.") from error

    @property
    def packaged(self) -> bool:
        """Whether it is what Tollgate comes with, which has passed its tests before it was shipped."""
        return self.path == PACKAGED and self.key is None

    def mark(self) -> Mark:
        """What tells whether it has changed."""
        folder = self.path.is_dir()
        files = [*self.path.glob("**/*.rego"), *self.path.glob("data/*/data.json")] if folder else [self.path]
        found = []
        for file in files:
            try:
                state = file.stat()
            except OSError:
                continue
            found.append((str(file), state.st_mtime_ns, state.st_size))
        return tuple(sorted(found))


def in_force(environ: Mapping[str, str]) -> Source:
    """The policies in force. Raises BadRequest for a key that is none."""
    path = Path(environ[POLICIES]) if environ.get(POLICIES) else PACKAGED
    return Source(path, _key(environ))


def shadow(environ: Mapping[str, str]) -> Source | None:
    """The policies that are only watched, if there are any."""
    return Source(Path(environ[SHADOW]), _key(environ)) if environ.get(SHADOW) else None


def _key(environ: Mapping[str, str]) -> Key | None:
    return public_key(Path(environ[KEY])) if environ.get(KEY) else None
