"""A real OPA that goes away, hangs, comes back, or judges by other policies: nothing is ever allowed by it."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from policies.engine.archive import assembled, pack, texts_of, unpack
from policies.engine.bundle import load_bundle
from policies.engine.opa_connection import Address
from policies.engine.opa_server import OpaServer
from policies.engine.signature import KEY_ID
from tests.contract.gates import training
from tests.contract.opa import OpaProcess
from tests.unit.policies.test_archive import keys
from workflow.model.decision import Decision

DEADLINE = 10.0
"""Long, because the machine may be busy; where OPA hangs, a short one."""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bundle") / "bundle.tar.gz"
    path.write_bytes(pack(texts_of()))
    return path


@pytest.fixture
def opa(bundle: Path) -> Iterator[OpaProcess]:
    process = OpaProcess(bundle)
    assert process.up
    yield process
    process.kill()


@pytest.fixture
async def gate(opa: OpaProcess) -> AsyncIterator[OpaServer]:
    gate = OpaServer(opa.address, lambda: load_bundle().revision, DEADLINE)
    yield gate
    await gate.close()


def _verdict(decision: Decision) -> tuple[str, list[str]]:
    return decision.verdict, [violation.code for violation in decision.violations]


async def test_a_killed_opa_denies_as_unavailable_and_one_started_anew_judges_again(
    opa: OpaProcess, gate: OpaServer, bundle: Path
) -> None:
    assert (await gate.decide(training())).allowed
    assert await gate.health()
    opa.kill()
    assert _verdict(await gate.decide(training())) == ("deny", ["GATE_UNAVAILABLE"])
    assert not await gate.health()
    again = OpaProcess(bundle, port=opa.port)
    assert (await gate.decide(training())).allowed
    again.kill()


async def test_a_stopped_opa_denies_at_the_deadline_and_judges_again_when_it_goes_on(opa: OpaProcess) -> None:
    gate = OpaServer(opa.address, lambda: load_bundle().revision, 0.3)
    while not (await gate.decide(training())).allowed:
        pass
    opa.stop()
    try:
        decision = await gate.decide(training())
    finally:
        opa.go_on()
    assert _verdict(decision) == ("deny", ["GATE_UNAVAILABLE"])
    assert "no answer within 0.3 s" in decision.violations[0].message
    while not (await gate.decide(training())).allowed:
        pass
    await gate.close()


async def test_an_opa_that_closed_its_idle_connections_is_asked_again_at_once(
    opa: OpaProcess, gate: OpaServer, bundle: Path
) -> None:
    assert (await gate.decide(training())).allowed
    opa.kill()
    again = OpaProcess(bundle, port=opa.port)
    decisions = await asyncio.gather(*(gate.decide(training()) for _ in range(20)))
    assert all(decision.allowed for decision in decisions)
    again.kill()


async def test_an_opa_with_other_policies_denies_and_says_which_revisions(tmp_path: Path) -> None:
    lenient = {n: t for n, t in texts_of().items() if n != "gate/gate.rego" and not n.endswith("_test.rego")}
    lenient["gate/gate.rego"] = (
        'package gate\n\ndecision := {"verdict": "allow", "violations": [], "obligations": {}}\n'
    )
    path = tmp_path / "lenient.tar.gz"
    path.write_bytes(pack(lenient))
    process = OpaProcess(path)
    gate = OpaServer(process.address, lambda: load_bundle().revision, DEADLINE)
    decision = await gate.decide(training())
    assert _verdict(decision) == ("deny", ["GATE_REVISION"])
    assert load_bundle().revision[:16] in decision.violations[0].message
    assert not await gate.health()
    await gate.close()
    process.kill()


async def test_an_opa_without_a_bundle_denies(tmp_path: Path) -> None:
    path = tmp_path / "empty.tar.gz"
    path.write_bytes(pack({"gate/gate.rego": "package gate\n"}, revision=""))
    process = OpaProcess(path)
    gate = OpaServer(process.address, lambda: load_bundle().revision, DEADLINE)
    assert _verdict(await gate.decide(training())) == ("deny", ["GATE_REVISION"])
    await gate.close()
    process.kill()


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "opa")])
    now = datetime.datetime.now(datetime.UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(now - datetime.timedelta(hours=1))
    built = built.not_valid_after(now + datetime.timedelta(hours=1)).add_extension(here, critical=False)
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    certificate, private = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(built.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, private


async def test_over_tls_with_a_token_only_who_is_vouched_for_and_who_is_known_is_listened_to(
    tmp_path: Path,
) -> None:
    certificate, private = _certificate(tmp_path)
    guarded = texts_of() | {
        "system/authz.rego": 'package system.authz\n\ndefault allow := false\n\nallow if input.identity == "s3cret"\n'
    }
    path = tmp_path / "guarded.tar.gz"
    path.write_bytes(pack(guarded))
    revision = _revision(path)
    tls = ("--skip-verify", f"--tls-cert-file={certificate}", f"--tls-private-key-file={private}")
    process = OpaProcess(path, *tls, "--authentication=token", "--authorization=basic")

    async def asked(token: str, ca: str) -> tuple[str, list[str]]:
        server = Address("127.0.0.1", process.port, tls=True, token=token, ca=ca)
        gate = OpaServer(server, lambda: revision, DEADLINE)
        decision = await gate.decide(training())
        await gate.close()
        assert "s3cret" not in decision.model_dump_json() + repr(server)
        return _verdict(decision)

    try:
        assert await asked("s3cret", str(certificate)) == ("allow", [])
        assert await asked("guess", str(certificate)) == ("deny", ["GATE_ERROR"])
        assert await asked("s3cret", "") == ("deny", ["GATE_UNAVAILABLE"])
    finally:
        process.kill()


def _revision(path: Path) -> str:
    return assembled(unpack(path.read_bytes()), "the bundle").revision


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256"])
async def test_a_bundle_that_we_signed_serves_a_real_opa_and_one_of_another_key_does_not(
    tmp_path: Path, algorithm: str
) -> None:
    private, _ = keys(tmp_path, algorithm)
    path = tmp_path / "signed.tar.gz"
    path.write_bytes(pack(texts_of(), private))
    verified = (f"--verification-key={tmp_path / 'public.pem'}", f"--verification-key-id={KEY_ID}")
    verified += (f"--signing-alg={algorithm}",)
    process = OpaProcess(path, *verified)
    gate = OpaServer(process.address, lambda: load_bundle().revision, DEADLINE)
    try:
        assert (await gate.decide(training())).allowed
    finally:
        await gate.close()
        process.kill()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    stranger, _ = keys(elsewhere, algorithm)
    path.write_bytes(pack(texts_of(), stranger))
    refused = OpaProcess(path, *verified)
    assert not refused.up
    refused.kill()
