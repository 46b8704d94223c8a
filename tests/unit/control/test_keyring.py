"""Signing keys: one signs, the ones before it verify for as long as anything they signed can hold."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mcp_handlers.kernel.identity import authenticate
from mcp_handlers.kernel.jws import Keys, kid_of
from tests.fakes.clock import FixedClock
from tests.fakes.world import ADA, NOW
from workflow.control.keyring import (
    AHEAD,
    OVERLAP,
    Ring,
    change_ring,
    fresh_key,
    read_ring,
    retired,
    rotated,
    write_whole,
)
from workflow.control.sign import LONGEST, Signer
from workflow.control.signing import RingSigner, local_signer
from workflow.model.errors import BadRequest, Terminal, Unauthorized


def rotate(folder: Path, clock: FixedClock) -> Ring:
    """As the operator does."""
    return change_ring(folder, lambda ring: rotated(ring, fresh_key(clock.now())), clock.now())


def names(signer: RingSigner, token: str, clock: FixedClock) -> str:
    """Whom the token names to somebody with the keys of now."""
    return authenticate({"authorization": f"Bearer {token}"}, Keys(signer.jwks()), plane="aws", now=clock.now()).id


def test_after_a_rotation_both_keys_verify_and_the_new_one_signs(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    signer = RingSigner(tmp_path, clock)
    before = signer.token(ADA, "aws")
    ring = rotate(tmp_path, clock)
    after = signer.token(ADA, "aws")
    assert [names(signer, token, clock) for token in (before, after)] == [ADA.id, ADA.id]
    only_new = Keys({"keys": [k for k in signer.jwks()["keys"] if k["kid"] == ring.keys[-1].kid]})
    with pytest.raises(Unauthorized):
        authenticate({"authorization": f"Bearer {before}"}, only_new, plane="aws", now=NOW)
    assert authenticate({"authorization": f"Bearer {after}"}, only_new, plane="aws", now=NOW) == ADA


def test_a_new_key_is_published_a_minute_before_it_signs(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    signer = RingSigner(tmp_path, clock)
    ring = change_ring(tmp_path, lambda known: rotated(known, fresh_key(NOW + AHEAD)), NOW)
    old, new = (key.kid for key in ring.keys)
    assert [key["kid"] for key in signer.jwks()["keys"]] == [old, new]
    assert kid_of(signer.token(ADA, "aws")) == old
    clock.forward(seconds=59.9)
    assert kid_of(signer.token(ADA, "aws")) == old
    clock.forward(seconds=0.1)
    assert kid_of(signer.token(ADA, "aws")) == new
    assert ring.keys[0].until == NOW + AHEAD + OVERLAP


def test_the_longest_token_of_the_old_key_holds_to_its_end_and_then_the_key_is_gone(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    signer = RingSigner(tmp_path, clock)
    longest = signer.token(ADA, "aws", LONGEST)
    rotate(tmp_path, clock)
    clock.forward(seconds=LONGEST.total_seconds() + 29)
    assert names(signer, longest, clock) == ADA.id
    clock.moment = NOW + OVERLAP
    assert [key["kid"] for key in signer.jwks()["keys"]] == [read_ring(tmp_path).keys[-1].kid]


def test_no_token_outlives_the_overlap() -> None:
    signer = Signer(Ed25519PrivateKey.generate(), FixedClock(NOW))
    with pytest.raises(BadRequest, match="at most"):
        signer.token(ADA, "aws", LONGEST + timedelta(seconds=1))


def test_a_key_is_retired_when_its_time_is_over_and_not_before(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    first = RingSigner(tmp_path, clock).ring().keys[0].kid
    ring = rotate(tmp_path, clock)
    assert retired(ring, clock.now()) == ring
    with pytest.raises(BadRequest, match=f"What the key {first} signed may hold until 2026-11-21 12:01:00 UTC"):
        retired(ring, clock.now(), first)
    with pytest.raises(BadRequest, match="signs"):
        retired(ring, clock.now(), ring.keys[-1].kid)
    with pytest.raises(BadRequest, match="no key nobody"):
        retired(ring, clock.now(), "nobody")
    over = NOW + OVERLAP
    assert retired(ring, over) == retired(ring, over, first) == Ring(keys=(ring.keys[-1],))


def test_the_private_half_is_its_owners_and_never_told(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    ring = local_signer(folder, FixedClock(NOW)).ring()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / "keyring.json")}
    assert modes == {"keys": 0o700, "keyring.json": 0o600}
    assert ring.keys[0].seed not in f"{ring!r}{ring.keys[0]}{(folder / 'jwks.json').read_text()}"
    (folder / "keyring.json").write_text(f'{{"keys": "{ring.keys[0].seed}"}}')
    with pytest.raises(Terminal) as refused:
        read_ring(folder)
    assert ring.keys[0].seed not in f"{refused.value.message}{refused.value.remedy}"


def test_the_key_of_an_older_installation_goes_on_signing(tmp_path: Path) -> None:
    (tmp_path / "control.key").write_bytes(b"\1" * 32)
    known = Signer(Ed25519PrivateKey.from_private_bytes(b"\1" * 32), FixedClock(NOW))
    assert RingSigner(tmp_path, FixedClock(NOW)).jwks() == known.jwks()


def test_many_processes_rotating_at_once_lose_no_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        rings = list(threads.map(lambda _: rotate(tmp_path, FixedClock(NOW)), range(16)))
    ring = read_ring(tmp_path)
    assert len(ring.keys) == 17
    assert {one.keys[-1].kid for one in rings} == {key.kid for key in ring.keys[1:]}
    assert [key.until is None for key in ring.keys] == [False] * 16 + [True]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "f"
    write_whole(file, b"old", mode=0o600)

    def full(descriptor: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_whole(file, b"new", mode=0o600)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"f": b"old"}


def test_a_signer_keeps_what_was_revoked_in_the_published_document(tmp_path: Path) -> None:
    local_signer(tmp_path, FixedClock(NOW))
    document = tmp_path / "jwks.json"
    document.write_text(document.read_text().replace('"revoked": {}', '"revoked": {"tenants": ["acme"]}'))
    rotate(tmp_path, FixedClock(NOW))
    signer = local_signer(tmp_path, FixedClock(NOW))
    assert document.read_text().count('"kid"') == 2
    assert '"revoked": {"tenants": ["acme"]}' in document.read_text()
    document.write_text("{")
    with pytest.raises(Terminal, match=r"jwks\.json cannot be read"):
        local_signer(signer.folder, FixedClock(NOW))
