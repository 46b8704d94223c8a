"""Where a function finds the control plane's keys: what TOLLGATE_JWKS says, as a `Trust`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from mcp_handlers.kernel.clock import SystemClock
from mcp_handlers.kernel.jws import Keys
from mcp_handlers.kernel.trust import Published, Trust
from workflow.model.errors import BadRequest

JWKS = "TOLLGATE_JWKS"
"""The setting: the address of the control plane's `/.well-known/jwks.json`, the path of a copy that is kept up to date,
or, in local mode, the document itself."""
LOCAL = "TOLLGATE_LOCAL"
"""`1` is local mode: everything on one machine, whose own tokens are believed. Never set where others can call."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")
FIRST_SECONDS, FETCH_SECONDS = 15.0, 3.0
"""The first time a control plane that slept has to start, often another instance of it: the call came through one that
is busy with it. Later what is known serves meanwhile."""
MAX_DOCUMENT = 1_000_000
"""Bytes. A key takes 150, a revoked name up to 65."""


def trust(environment: Mapping[str, str]) -> Trust:
    """As the environment says. Raises BadRequest where it says nothing: no key is trusted by default."""
    setting, local = environment.get(JWKS, ""), environment.get(LOCAL) == "1"
    if not setting:
        raise BadRequest(f"{JWKS} is not set.", "Set it to the address of the control plane's /.well-known/jwks.json.")
    if setting.lstrip().startswith("{"):
        return _fixed(setting, local)
    if "://" in setting:
        return Published(_remote(_address(setting)), SystemClock(), local=local, remote=True)
    return Published(_file(Path(setting)), SystemClock(), local=local)


def _fixed(text: str, local: bool) -> Keys:
    if not local:
        raise BadRequest(
            f"{JWKS} holds the keys themselves, so that nothing could ever be revoked.",
            "Set it to the address of the control plane's /.well-known/jwks.json.",
        )
    try:
        return Keys(json.loads(text), local=True)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BadRequest(f"{JWKS} is no JWKS document.", "Copy it whole.") from None


def _address(setting: str) -> SplitResult:
    try:
        found = urlsplit(setting)
        plain = found.scheme == "http" and found.hostname in LOOPBACK
        whole = bool(found.hostname) and found.port != 0 and found.username is None
    except ValueError:
        plain = whole = False
    if not whole or not (plain or found.scheme == "https"):
        raise BadRequest(f"{JWKS} is an address that is not https://…", "Plain http is taken on this machine only.")
    return found


def _file(path: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        with path.open("rb") as file:
            return _bounded(file.read(MAX_DOCUMENT + 1))

    return read


def _remote(address: SplitResult) -> Callable[[], bytes]:
    patience = FIRST_SECONDS

    def read() -> bytes:
        nonlocal patience
        # A function that is given a path never needs these.
        from http.client import HTTPConnection, HTTPException, HTTPSConnection

        kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
        connection = kind(address.hostname or "", address.port, timeout=patience)
        try:
            connection.request("GET", (address.path or "/") + (f"?{address.query}" if address.query else ""))
            answer = connection.getresponse()
            # Whatever sends us elsewhere is not the control plane.
            if answer.status != 200:
                raise OSError(f"the address answered {answer.status}")
            document = _bounded(answer.read(MAX_DOCUMENT + 1))
            patience = FETCH_SECONDS
            return document
        except HTTPException as error:
            raise OSError(type(error).__name__) from None
        finally:
            connection.close()

    return read


def _bounded(document: bytes) -> bytes:
    if len(document) > MAX_DOCUMENT:
        raise ValueError("the document is too long")
    return document
