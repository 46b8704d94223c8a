"""A bundle as one file: what is packed comes out again, and nothing else is let in."""

from __future__ import annotations

import base64
import gzip
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from policies.engine.archive import assembled, pack, texts_of, unpack
from policies.engine.bundle import BadBundle, load_bundle
from policies.engine.signature import Key, private_key, public_key, sign, verify
from workflow.model.errors import BadRequest

TEXTS = texts_of()
KINDS: dict[str, Any] = {
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
}


def keys(folder: Path, algorithm: str = "EdDSA") -> tuple[Key, Key]:
    """A private key and its public half, as read from PEM files."""
    made = KINDS[algorithm]()
    private, public = folder / "private.pem", folder / "public.pem"
    private.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(made.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private_key(private), public_key(public)


def entries(content: bytes) -> dict[str, bytes]:
    """A bundle file's members."""
    found = {}
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(content))) as tar:
        for entry in tar:
            part = tar.extractfile(entry)
            assert part is not None
            found[entry.name] = part.read()
    return found


def written(*members: tuple[str, bytes]) -> bytes:
    """A tar.gz of these members."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as tar:
        for name, content in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return held.getvalue()


def test_what_is_packed_comes_out_again_under_the_folders_revision() -> None:
    texts = unpack(pack(TEXTS))
    assert texts == TEXTS
    assert assembled(texts, "x") == load_bundle()
    assert json.loads(entries(pack(TEXTS))[".manifest"])["revision"] == load_bundle().revision


def test_the_same_files_give_the_same_bytes() -> None:
    assert pack(TEXTS) == pack(dict(reversed(TEXTS.items())))


@pytest.mark.parametrize("algorithm", KINDS)
def test_a_signed_bundle_is_taken_by_its_key_alone(tmp_path: Path, algorithm: str) -> None:
    private, public = keys(tmp_path, algorithm)
    _, other = keys(tmp_path, algorithm)
    content = pack(TEXTS, private)
    assert public.algorithm == algorithm
    assert unpack(content, public) == TEXTS
    with pytest.raises(BadBundle, match="signature does not hold"):
        unpack(content, other)


def test_where_a_key_is_set_an_unsigned_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadBundle, match="not signed"):
        unpack(pack(TEXTS), keys(tmp_path)[1])


@pytest.mark.parametrize("change", ["changed", "added", "taken away", "manifest"])
def test_a_signed_bundle_with_one_file_otherwise_is_refused(tmp_path: Path, change: str) -> None:
    private, public = keys(tmp_path)
    members = entries(pack(TEXTS, private))
    match change:
        case "changed":
            members["gate/gate.rego"] += b"\n# harmless\n"
        case "added":
            members["gate/more.rego"] = b"package gate\n"
        case "taken away":
            del members["rules/role/role.rego"]
        case "manifest":
            members[".manifest"] = members[".manifest"].replace(b'"rego_version": 1', b'"rego_version": 0')
    with pytest.raises(BadBundle, match="not for"):
        unpack(written(*members.items()), public)


def test_a_token_cannot_choose_its_algorithm(tmp_path: Path) -> None:
    private, public = keys(tmp_path)
    files = {"a.rego": b"package a\n"}
    payload = jwt.decode(json.loads(sign(files, private))["signatures"][0], options={"verify_signature": False})
    spki = public.material.public_bytes(Encoding.Raw, PublicFormat.Raw)
    for token in (
        jwt.encode(payload, spki, algorithm="HS256"),
        jwt.encode(payload, "", algorithm="none"),
        base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=") + ".e30.",
    ):
        with pytest.raises(BadBundle, match="signature does not hold"):
            verify(files, json.dumps({"signatures": [token]}).encode(), public)


@pytest.mark.parametrize(
    "text", [b"", b"{}", b'{"signatures": []}', b'{"signatures": ["a", "b"]}', b'{"signatures": 5}']
)
def test_signatures_of_another_shape_are_refused(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(BadBundle):
        verify({}, text, keys(tmp_path)[1])


def test_a_manifest_that_claims_another_revision_is_refused() -> None:
    with pytest.raises(BadBundle, match="not that of its files"):
        unpack(pack(TEXTS, revision="f" * 64))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no archive",
        gzip.compress(b"no archive"),
        gzip.compress(b"\0" * 20_000_000),
        pack(TEXTS)[:-50],
        written(("gate/gate.rego", b"package gate\n")),
        written((".manifest", b"{}")),
        written((".manifest", b'{"revision": "x"}'), ("gate/gate.rego", b"\xff")),
        written((".manifest", b"{}"), ("a.rego", b"package a\n"), ("a.rego", b"package b\n")),
        written((".manifest", b"{}"), *((f"{number}.rego", b"package a\n") for number in range(2_001))),
    ],
    ids=["empty", "text", "gzip", "bomb", "cut", "no manifest", "no revision", "no UTF-8", "twice", "many"],
)
def test_what_is_no_bundle_is_refused(content: bytes) -> None:
    with pytest.raises(BadBundle):
        unpack(content)


def test_a_file_that_holds_no_key_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_text("no key")
    for read in (private_key, public_key):
        with pytest.raises(BadRequest, match="no such key"):
            read(file)
    weak = ec.generate_private_key(ec.SECP384R1())
    file.write_bytes(weak.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(BadRequest, match="another kind"):
        private_key(file)
