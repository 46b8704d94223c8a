"""A bundle as one file: OPA's own bundle format, so that the same file serves both engines.

The file is a gzipped tar of the folder's files. What lies at `data/<name>/data.json` in the folder lies at
`<name>/data.json` in the file, because OPA puts a data file at the path that it has. `.manifest` names the revision.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path, PurePosixPath

from policies.engine.bundle import PACKAGED, BadBundle, Bundle, bundle_of
from policies.engine.signature import SIGNATURES, Key, sign, verify

MANIFEST = ".manifest"
MAX_BYTES = 16 * 1024 * 1024
MAX_FILES = 2_000
TEST = "_test.rego"
Texts = dict[str, str]
"""Path as it is in a folder → content."""


def texts_of(folder: Path = PACKAGED) -> Texts:
    """Every file of a folder that belongs to its policies, tests included. Raises BadBundle."""
    found = {}
    for path in [*folder.glob("**/*.rego"), *folder.glob("data/*/data.json")]:
        name = path.relative_to(folder).as_posix()
        try:
            found[name] = path.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise BadBundle(f"{name} cannot be read: {error}") from error
    return found


def assembled(texts: Texts, where: str) -> Bundle:
    """The bundle that these files are, tests left out. Raises BadBundle."""
    named = [(name, text) for name, text in texts.items() if not name.endswith(TEST)]
    return bundle_of(sorted(named, key=lambda each: PurePosixPath(each[0])), where)


def pack(texts: Texts, key: Key | None = None, *, revision: str = "") -> bytes:
    """The bundle file, signed where there is a key. The same files give the same bytes (but for the signature's own).

    `revision` is what the manifest says; left out, it is the files' own, which is what a reader insists on.
    """
    named = revision or assembled(texts, "the bundle").revision
    files = {_packed(name): text.encode() for name, text in texts.items()}
    files[MANIFEST] = json.dumps({"revision": named, "rego_version": 1, "roots": [""]}).encode()
    if key is not None:
        files[SIGNATURES] = sign(files, key)
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return gzip.compress(held.getvalue(), mtime=0)


def unpack(content: bytes, key: Key | None = None) -> Texts:
    """The files of a bundle file. With a key, only a signed bundle is accepted.

    Raises BadBundle where the signature does not hold, the manifest's revision is not that of the files, or the file is
    no bundle or too large.
    """
    files = _entries(content)
    signatures = files.pop(SIGNATURES, None)
    if key is not None:
        if signatures is None:
            raise BadBundle("The bundle is not signed.", "Sign it, or take the verification key out of the settings.")
        verify(files, signatures, key)
    try:
        claimed = json.loads(files.pop(MANIFEST))["revision"]
        texts = {_unpacked(name): content.decode() for name, content in files.items()}
    except (KeyError, ValueError, TypeError) as error:
        raise BadBundle(f"The bundle's manifest or a file in it cannot be read ({type(error).__name__}).") from error
    if claimed != assembled(texts, "the bundle").revision:
        raise BadBundle("The bundle's manifest names a revision that is not that of its files.")
    return texts


def _entries(content: bytes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    try:
        with gzip.open(io.BytesIO(content)) as stream:
            plain = stream.read(MAX_BYTES + 1)
        if len(plain) > MAX_BYTES:
            raise BadBundle(f"The bundle is larger than {MAX_BYTES // 1024 // 1024} MiB.")
        with tarfile.open(fileobj=io.BytesIO(plain), mode="r:") as tar:
            for entry in tar:
                name = entry.name.removeprefix("./").lstrip("/")
                if not entry.isfile() or not name:
                    continue
                if name in found or len(found) >= MAX_FILES:
                    raise BadBundle(f"The bundle has {name} twice, or more than {MAX_FILES} files.")
                part = tar.extractfile(entry)
                found[name] = part.read() if part else b""
    except (OSError, EOFError, tarfile.TarError) as error:
        raise BadBundle(f"This is no bundle file ({type(error).__name__}).") from error
    return found


def _packed(name: str) -> str:
    return name if name.endswith(".rego") else name.removeprefix("data/")


def _unpacked(name: str) -> str:
    return name if name.endswith(".rego") else f"data/{name}"
