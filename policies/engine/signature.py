"""OPA's bundle signature: a JWT over the digest of every file, in `.signatures.json`.

The format is that of `opa sign`, so either may check what the other has signed. OPA digests a JSON file by what it says
and not by its bytes; names have no leading slash. Source: OPA's documentation, "Bundles", "Signing", and its source.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from policies.engine.bundle import BadBundle
from workflow.model.base import canonical
from workflow.model.errors import BadRequest

SIGNATURES = ".signatures.json"
KEY_ID = "tollgate"
"""The name that OPA is to know the key by: `--verification-key-id tollgate`."""
_ALGORITHMS: tuple[tuple[Any, str], ...] = (
    (Ed25519PrivateKey | Ed25519PublicKey, "EdDSA"),
    (EllipticCurvePrivateKey | EllipticCurvePublicKey, "ES256"),
    (RSAPrivateKey | RSAPublicKey, "RS256"),
)


@dataclass(frozen=True)
class Key:
    """A private or public key and the one algorithm that it is used with, which no token can choose for it."""

    material: Any
    algorithm: str


def private_key(path: Path) -> Key:
    """From a PEM file: Ed25519, P-256 or RSA. Raises BadRequest."""
    return _key(path, lambda pem: load_pem_private_key(pem, None))


def public_key(path: Path) -> Key:
    """From a PEM file: Ed25519, P-256 or RSA. Raises BadRequest."""
    return _key(path, load_pem_public_key)


def sign(files: Mapping[str, bytes], key: Key) -> bytes:
    """The content of `.signatures.json` for these files, which are all of the bundle's."""
    listed = [{"name": n, "hash": _hash(n, c), "algorithm": "SHA-256"} for n, c in sorted(files.items())]
    payload = {"files": listed, "keyid": KEY_ID}
    token = jwt.encode(payload, key.material, algorithm=key.algorithm, headers={"kid": KEY_ID})
    return json.dumps({"signatures": [token]}).encode()


def verify(files: Mapping[str, bytes], signatures: bytes, key: Key) -> None:
    """Raises BadBundle unless `signatures` vouches for exactly these files."""
    try:
        (token,) = json.loads(signatures)["signatures"]
        payload = jwt.decode(token, key.material, algorithms=[key.algorithm], options={"verify_aud": False})
        listed = {entry["name"]: entry["hash"] for entry in payload["files"] if entry["algorithm"] == "SHA-256"}
    except (jwt.InvalidTokenError, ValueError, KeyError, TypeError) as error:
        raise BadBundle(f"The bundle's signature does not hold ({type(error).__name__}).") from error
    differing = sorted(listed.keys() ^ files.keys())
    differing += [n for n in files.keys() & listed.keys() if not hmac.compare_digest(_hash(n, files[n]), listed[n])]
    if differing:
        raise BadBundle(f"The bundle's signature is not for {', '.join(differing[:3])} as it is here.")


def _hash(name: str, content: bytes) -> str:
    structured = name.endswith(".json") or name.rsplit("/", 1)[-1] == ".manifest"
    try:
        return hashlib.sha256(canonical(json.loads(content)) if structured else content).hexdigest()
    except ValueError as error:
        raise BadBundle(f"{name} is no JSON.") from error


def _key(path: Path, load: Any) -> Key:
    try:
        material = load(path.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise BadRequest(f"{path.name} holds no such key ({type(error).__name__}).", "Give a PEM file.") from error
    for kind, algorithm in _ALGORITHMS:
        if isinstance(material, kind) and (algorithm != "ES256" or material.curve.name == "secp256r1"):
            return Key(material, algorithm)
    raise BadRequest(f"{path.name} is a key of another kind.", "Give an Ed25519, P-256 or RSA key.")
