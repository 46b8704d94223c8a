"""The built files, read once: each with its type, its digest, how long a browser may keep it, and itself compressed."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

DIST = Path(__file__).parent / "dist"
INDEX = "index.html"
ASSETS = "assets/"
"""Below it, a file's name has its digest in it, so that it never changes."""
FOREVER = "public, max-age=31536000, immutable"
ASK = "no-cache"
"""Kept, but asked about each time."""
PACKED = frozenset({"text/html", "text/css", "text/javascript", "image/svg+xml"})


@dataclass(frozen=True)
class File:
    """One built file. `packed` is it in gzip, or empty where that gains nothing."""

    content: bytes
    packed: bytes
    kind: str
    tag: str
    keep: str

    def answer(self, request: Request, headers: Mapping[str, str]) -> Response:
        """The file, or 304 for who has it already."""
        shared = {**headers, "etag": self.tag, "cache-control": self.keep, "vary": "accept-encoding"}
        if self.tag in (each.strip() for each in request.headers.get("if-none-match", "").split(",")):
            return Response(status_code=304, headers=shared)
        if self.packed and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(self.packed, headers={**shared, "content-encoding": "gzip"}, media_type=self.kind)
        return Response(self.content, headers=shared, media_type=self.kind)


def built(folder: Path = DIST) -> dict[str, File]:
    """Every file by its path below the folder. Raises OSError where there is no index: the pages were not built."""
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    if INDEX not in found:
        raise FileNotFoundError(f"{folder / INDEX} is missing: `make pages` builds it.")
    return {name: _read(name, path) for name, path in found.items()}


def _read(name: str, path: Path) -> File:
    content = path.read_bytes()
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    packed = gzip.compress(content, mtime=0) if kind in PACKED else b""
    return File(
        content=content,
        packed=packed if len(packed) < len(content) else b"",
        kind=kind,
        # Weak: the same file goes out packed and not.
        tag=f'W/"{hashlib.sha256(content).hexdigest()[:32]}"',
        keep=FOREVER if name.startswith(ASSETS) else ASK,
    )
