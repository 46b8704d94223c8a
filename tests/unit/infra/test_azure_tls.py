"""The local authority and the certificate that it signs."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography import x509

from infra.local import tls
from infra.local.tls import certificate


def test_the_key_is_its_owners_alone_and_the_chain_leads_to_the_authority(tmp_path: Path) -> None:
    made = certificate(tmp_path / "deep" / "down")
    assert stat.S_IMODE(made.key.stat().st_mode) == 0o600
    ca = x509.load_pem_x509_certificate(made.ca.read_bytes())
    served = x509.load_pem_x509_certificate(made.chain.read_bytes())
    served.verify_directly_issued_by(ca)
    names = served.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert (names.get_values_for_type(x509.DNSName), [str(ip) for ip in names.get_values_for_type(x509.IPAddress)]) == (
        ["localhost"],
        ["127.0.0.1"],
    )
    assert {path.name for path in made.key.parent.iterdir()} == {"ca.pem", "server.pem", "server.key"}


def test_what_is_still_valid_is_used_again(tmp_path: Path) -> None:
    first = certificate(tmp_path).chain.read_bytes()
    assert certificate(tmp_path).chain.read_bytes() == first


def test_what_is_near_its_end_or_incomplete_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = certificate(tmp_path)
    before = first.chain.read_bytes()
    first.key.unlink()
    second = certificate(tmp_path).chain.read_bytes()
    assert second != before
    monkeypatch.setattr(tls, "_MARGIN", tls._LIFE * 2)
    assert certificate(tmp_path).chain.read_bytes() != second
