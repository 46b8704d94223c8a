"""TLS on this machine: a certificate authority of our own, and one server certificate that it signed."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_LIFE = timedelta(days=365)
_MARGIN = timedelta(days=1)
"""A certificate that ends within this time is made anew, so that it does not end while it is in use."""


@dataclass(frozen=True)
class Certificate:
    """Where the files are: `ca` is what clients trust, `chain` and `key` are what the server shows and keeps."""

    ca: Path
    chain: Path
    key: Path


def certificate(directory: Path) -> Certificate:
    """The certificate for `localhost` and 127.0.0.1 kept in `directory`, made there if absent or near its end.

    The authority's private key is never written, so nothing else can be signed with it. The server's key is readable
    by its owner alone.
    """
    found = Certificate(directory / "ca.pem", directory / "server.pem", directory / "server.key")
    if not _usable(found):
        _make(found)
    return found


def _usable(found: Certificate) -> bool:
    if not all(path.is_file() for path in (found.ca, found.chain, found.key)):
        return False
    end = x509.load_pem_x509_certificate(found.chain.read_bytes()).not_valid_after_utc
    return end - _MARGIN > datetime.now(UTC)


def _make(wanted: Certificate) -> None:
    wanted.key.parent.mkdir(parents=True, exist_ok=True)
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tollgate local authority")])
    usage = dict.fromkeys(_USAGES, False)
    ca = (
        _builder(issuer, issuer, authority.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(**{**usage, "key_cert_sign": True, "crl_sign": True}), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority.public_key()), critical=False)
        .sign(authority, hashes.SHA256())
    )
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    served = (
        _builder(subject, issuer, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**{**usage, "digital_signature": True}), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False)
        .add_extension(names, critical=False)
        .sign(authority, hashes.SHA256())
    )
    _write_private(wanted.key, key)
    wanted.chain.write_bytes(served.public_bytes(serialization.Encoding.PEM))
    wanted.ca.write_bytes(ca.public_bytes(serialization.Encoding.PEM))


_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + _LIFE)
    )


def _write_private(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    content = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
