"""Attempts with time: old and future tokens, documents from another day, old policies, clocks that are put back."""

import gzip
import io
import json
import tarfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from mcp_handlers.kernel.endpoint import Endpoint
from mcp_handlers.kernel.function import Function
from mcp_handlers.kernel.observed import Observed
from mcp_handlers.kernel.trust import Published
from policies.engine.archive import pack, texts_of, unpack
from policies.engine.bundle import BadBundle
from policies.engine.reloading import Reloading
from policies.engine.signature import Key, private_key, public_key
from policies.engine.source import Source
from tests.fakes.clock import FixedClock
from tests.redteam.attack import case, stopped_by
from tests.redteam.house import ADA, BUCKET, ROOT, Answer, House
from workflow.model.errors import BadRequest

FORCE = "a token is in force, give or take half a minute"


@stopped_by(FORCE)
@pytest.mark.parametrize("minutes", [-16, -60, -60 * 24 * 365, 1, 60, 60 * 24 * 365])
async def test_a_token_of_another_time(house: House, minutes: int) -> None:
    shift = timedelta(minutes=minutes)
    house.insist(await house.call("create_storage_bucket", BUCKET, token=house.token(ADA, shift=shift)), "UNAUTHORIZED")
    function = house.token(ROOT, "aws", shift)
    house.insist(await house.at_function("create_storage_bucket", BUCKET, token=function), "UNAUTHORIZED")


@stopped_by("no token is signed for longer than a day")
@pytest.mark.parametrize("days", [1.001, 2, 36500])
def test_a_token_for_ever(house: House, days: float) -> None:
    with pytest.raises(BadRequest):
        house.signer.token(ROOT, "control", timedelta(days=days))


@pytest.mark.parametrize(
    ("age", "clock"),
    [
        case(61, 0, by="a list of revocations is young, or nothing is written", name="old list"),
        case(-31, 0, by="a list of revocations is young, or nothing is written", name="list from the future"),
        case(0, 120, by="a list of revocations is young, or nothing is written", name="clock that runs ahead"),
        case(0, -120, by="a list of revocations is young, or nothing is written", name="clock that was put back"),
        case(10**9, 0, by="a list of revocations is young, or nothing is written", name="a list of long ago"),
    ],
)
async def test_a_function_that_cannot_know_what_was_revoked(house: House, age: int, clock: int) -> None:
    now = datetime.now(UTC)
    document = {**house.signer.jwks(), "revoked": {}, "at": int(now.timestamp()) - age}
    there = FixedClock(now + timedelta(seconds=clock))
    answer = await _at(house, Published(lambda: json.dumps(document).encode(), there, local=True))
    assert answer.code == "TRUST_UNKNOWN"
    assert answer.status == 503
    house.insist_quiet(answer)
    house.insist_effects(0)


@stopped_by("a list of revocations is young, or nothing is written")
async def test_a_list_that_somebody_keeps_from_arriving(house: House) -> None:
    now = FixedClock(datetime.now(UTC))
    document = json.dumps({**house.signer.jwks(), "revoked": {}, "at": int(now.now().timestamp())}).encode()
    cut = False

    def read() -> bytes:
        if cut:
            raise OSError
        return document

    trust = Published(read, now, local=True)
    assert (await _at(house, trust)).code == "UNAUTHORIZED"  # Without a Grant: but the list was believed.
    cut = True
    now.forward(seconds=61)
    assert (await _at(house, trust)).code == "TRUST_UNKNOWN"
    house.insist_effects(0)


async def _at(house: House, trust: Any) -> Answer:
    """A write straight at a function that believes this."""
    known = house.function("aws", "create_storage_bucket").service
    assert isinstance(known, Observed)
    assert isinstance(known.service, Function)
    endpoint = Endpoint(Observed(replace(known.service, trust=trust)))
    return await house.send(endpoint, "create_storage_bucket", BUCKET, house.token(ROOT, "aws"))


# Policies.


@pytest.fixture(scope="module")
def signing(tmp_path_factory: pytest.TempPathFactory) -> tuple[Key, Path]:
    """The private key, and the public one's file."""
    folder = tmp_path_factory.mktemp("signing")
    key = Ed25519PrivateKey.generate()
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / "public.pem").write_bytes(public)
    return private_key(folder / "key.pem"), folder / "public.pem"


@stopped_by("policies are those that were signed, to the byte")
@pytest.mark.parametrize(
    "how",
    [
        "unsigned",
        "another key",
        "a rule changed",
        "data changed",
        "a file more",
        "a file less",
        "a folder",
        "cut short",
        "a bomb",
    ],
)
def test_policies_that_were_tampered_with(how: str, signing: tuple[Key, Path], tmp_path: Path) -> None:
    key, public = signing
    texts = texts_of()
    rule, data = "rules/region/region.rego", "data/regions/data.json"
    changed = {
        "a rule changed": {**texts, rule: texts[rule] + '\nagrees contains "region"\n'},
        "data changed": {**texts, data: texts[data].replace("eu-west-1", "us-gov-west-1")},
        "a file more": {**texts, "rules/more/more.rego": 'package rules\nagrees contains "tenant"\n'},
        "a file less": {name: text for name, text in texts.items() if name != rule},
    }.get(how)
    other = Ed25519PrivateKey.generate()
    assert unpack(pack(texts, key), public_key(public)) == texts
    content = pack(texts, {"unsigned": None, "another key": Key(other, "EdDSA")}.get(how, key))
    if changed is not None:
        content = _with_signature_of(content, pack(changed))
    content = content[:-200] if how == "cut short" else content
    if how == "a bomb":
        content = gzip.compress(b"\0" * (64 << 20))
    path = tmp_path / "policies.tar.gz"
    path.write_bytes(content)
    if how == "a folder":
        path = Path(__file__).parents[2] / "policies"
    with pytest.raises(BadBundle):
        Reloading(Source(path, public_key(public)))


@stopped_by("policies that do not pass their tests are refused, and the old ones stay")
async def test_policies_that_are_changed_while_they_are_in_force(tmp_path: Path) -> None:
    heard: list[str] = []

    async def hear(kind: str, body: Any) -> None:
        heard.append(kind)

    folder = tmp_path / "policies"
    for name, text in texts_of().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    gate = Reloading(Source(folder), hear)
    before = gate.revision
    rule = folder / "rules" / "tenant" / "tenant.rego"
    rule.write_text(rule.read_text() + '\nagrees contains "tenant"\n')
    await gate.look()
    assert (gate.revision, heard) == (before, ["policy.refused"])


def _with_signature_of(signed: bytes, changed: bytes) -> bytes:
    """The changed bundle with the other one's signature in it."""
    held = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(gzip.decompress(signed))) as first,
        tarfile.open(fileobj=io.BytesIO(gzip.decompress(changed))) as second,
        tarfile.open(fileobj=held, mode="w") as made,
    ):
        for tar, names in ((second, second.getnames()), (first, [".signatures.json"])):
            for name in names:
                made.addfile(tar.getmember(name), tar.extractfile(name))
    return gzip.compress(held.getvalue())
