"""Gives out the clouds' credentials, as the metadata servers of Azure and Google do. They are good for nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

TOKEN = {"access_token": "none", "token_type": "Bearer", "expires_in": 3600, "resource": "any"}
ACCOUNT = {"email": "bench@example.com", "scopes": [], "aliases": ["default"]}


class Metadata(BaseHTTPRequestHandler):
    """One token for everybody who asks, and one account."""

    def do_GET(self) -> None:
        """A token where the path ends in one, else the account."""
        tells = {**TOKEN, "expires_on": int(time.time()) + 3600} if "/token" in self.path else ACCOUNT
        body = b"tollgate" if self.path.endswith("project-id") else json.dumps(tells).encode()
        self.send_response(404 if "universe" in self.path else 200)
        self.send_header("Metadata-Flavor", "Google")
        self.send_header("Content-Type", "text/plain" if body == b"tollgate" else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def identity() -> Iterator[str]:
    """Serve on a free port of this machine; its host and port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Metadata) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
