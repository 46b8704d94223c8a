"""Where an OPA server is and how it is spoken to: opa-python-client's async client, pooled, with TLS and a token."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp
from opa_client.opa_async import AsyncOpaClient

from workflow.model.base import canonical
from workflow.model.errors import BadRequest

URL, TOKEN, CA, CERTIFICATE = "TOLLGATE_OPA_URL", "TOLLGATE_OPA_TOKEN", "TOLLGATE_OPA_CA", "TOLLGATE_OPA_CERT"
"""The settings: the server's address; what it asks of us as a bearer token; the PEM files of the authority that vouches
for it, and of our own certificate with its key, where it asks for one."""
SETTINGS = (URL, TOKEN, CA, CERTIFICATE)
POOLED = 32
"""Connections kept at most, and so questions under way at once."""
HERE = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Address:
    """An OPA server. `ca` and `certificate` are paths of PEM files; empty: the system's authorities, no certificate."""

    host: str
    port: int
    tls: bool
    token: str = field(default="", repr=False)
    ca: str = ""
    certificate: str = ""

    def __str__(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}"


def address(environ: Mapping[str, str]) -> Address:
    """From the settings. Raises BadRequest for what is no address, or would send a token where others can read it."""
    parts = urlsplit(environ[URL])
    try:
        port = parts.port
    except ValueError:
        port = -1
    plain = parts.scheme in ("http", "https") and parts.hostname and port != -1
    if not plain or parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise BadRequest(f"{URL} is no address of an OPA server.", "Write it as https://host:port.")
    tls = parts.scheme == "https"
    token, host = environ.get(TOKEN, ""), str(parts.hostname)
    if token and not tls and host not in HERE:
        raise BadRequest(f"{TOKEN} would cross the network in the clear.", f"Use https in {URL}.")
    shown = f"[{host}]" if ":" in host else host
    return Address(shown, port or 8181, tls, token, environ.get(CA, ""), environ.get(CERTIFICATE, ""))


async def connect(server: Address, deadline: float) -> AsyncOpaClient:
    """A client with a session of ours in it: a pool, our own authority, and the question sent in the one byte form that
    its digest is taken of. It is not told to retry: it would also do so where a policy is at fault."""
    trusted: ssl.SSLContext | bool = True
    if server.tls:
        trusted = ssl.create_default_context(cafile=server.ca or None)
        if server.certificate:
            trusted.load_cert_chain(server.certificate)
    client = AsyncOpaClient(host=server.host, port=server.port, ssl=server.tls, retries=0, timeout=deadline)
    client._session = aiohttp.ClientSession(
        headers={"authorization": f"Bearer {server.token}"} if server.token else None,
        connector=aiohttp.TCPConnector(limit=POOLED, ssl=trusted),
        timeout=aiohttp.ClientTimeout(total=deadline),
        json_serialize=lambda value: canonical(value).decode(),
    )
    return client
