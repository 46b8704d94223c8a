"""Where a function finds keys: text, file or address, and what is no such thing."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from functions import trust as room
from functions.trust import JWKS, LOCAL, trust
from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.kernel.identity import SignedIdentity
from mcp_handlers.kernel.trust import Trust
from tests.fakes.world import ADA
from workflow.control.sign import Signer
from workflow.model.errors import BadRequest, TrustUnknown

CLOCK = SystemClock()
SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(b"\1" * 32), CLOCK)


def document() -> str:
    """The control plane's, of now."""
    return json.dumps({**SIGNER.jwks(), "at": int(CLOCK.now().timestamp())})


async def caller(found: Trust) -> str:
    """Whom a token names, as a write's function sees it."""
    headers = {"authorization": f"Bearer {SIGNER.token(ADA, 'aws')}"}
    return (await SignedIdentity(found, "aws", CLOCK).authenticate(headers, writes=True)).id


@contextmanager
def served(status: int, body: bytes, headers: dict[str, str] | None = None) -> Iterator[tuple[str, list[str]]]:
    """An address that answers this, and the paths that were asked for."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, code: object = "-", size: object = "-") -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def test_keys_are_found_at_an_address() -> None:
    with served(200, document().encode()) as (base, asked):
        found = trust({JWKS: f"{base}/.well-known/jwks.json"})
        assert [await caller(found), await caller(found)] == [ADA.id, ADA.id]
    assert asked == ["/.well-known/jwks.json"]


async def test_keys_are_found_in_a_file_that_may_come_later(tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    found = trust({JWKS: str(file)})
    with pytest.raises(TrustUnknown, match="FileNotFoundError"):
        await caller(found)
    file.write_text(document())
    assert await caller(trust({JWKS: str(file)})) == ADA.id


async def test_keys_in_the_setting_itself_are_for_local_mode() -> None:
    assert await caller(trust({JWKS: json.dumps(SIGNER.jwks()), LOCAL: "1"})) == ADA.id
    for local in ("", "0", "true"):
        with pytest.raises(BadRequest, match="nothing could ever be revoked"):
            trust({JWKS: json.dumps(SIGNER.jwks()), LOCAL: local})


@pytest.mark.parametrize("text", ["{", '{"keys": 1}', '{"keys": ["k"]}', "{}", '{"keys": [], "revoked": []}'])
def test_text_that_is_no_document_is_refused_at_the_start(text: str) -> None:
    with pytest.raises(BadRequest, match="no JWKS document"):
        trust({JWKS: text, LOCAL: "1"})


def test_no_setting_trusts_nobody() -> None:
    with pytest.raises(BadRequest, match="is not set"):
        trust({})


@pytest.mark.parametrize(
    "address",
    [
        "http://control.example.com/jwks.json",
        "http://127.0.0.1.example.com/jwks.json",
        "http://user@127.0.0.1/jwks.json",
        "http://127.0.0.1:0/jwks.json",
        "http://127.0.0.1:x/jwks.json",
        "https://",
        "ftp://127.0.0.1/jwks.json",
        "file:///etc/passwd",
    ],
)
def test_an_address_that_others_could_answer_for_is_refused(address: str) -> None:
    with pytest.raises(BadRequest, match="https://"):
        trust({JWKS: address})


@pytest.mark.parametrize(
    ("status", "headers"), [(302, {"location": "http://127.0.0.1/elsewhere"}), (404, {}), (500, {}), (204, {})]
)
async def test_any_answer_but_the_document_itself_is_none(status: int, headers: dict[str, str]) -> None:
    with served(status, document().encode(), headers) as (base, asked), pytest.raises(TrustUnknown, match="OSError"):
        await caller(trust({JWKS: f"{base}/jwks.json"}))
    assert asked == ["/jwks.json"]


async def test_a_document_beyond_measure_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MAX_DOCUMENT", 50)
    with served(200, document().encode()) as (base, _), pytest.raises(TrustUnknown, match="ValueError"):
        await caller(trust({JWKS: f"{base}/jwks.json"}))
