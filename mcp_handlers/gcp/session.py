"""google-auth's session, which sends a read again whose connection had ended."""

from __future__ import annotations

from typing import Any

from google.auth.transport.requests import AuthorizedSession
from requests.exceptions import ConnectionError as Broken

from mcp_handlers.gcp.errors import cut_off
from mcp_handlers.kernel import deadline
from mcp_handlers.kernel.kept_open import CLOSED


class Session(AuthorizedSession):
    """Raises what its parent raises, where even a new connection ended."""

    def request(self, method: Any, url: Any, *arguments: Any, **options: Any) -> Any:
        """Send one request: a requests.Response. `timeout` must be given: seconds to connect and to read."""
        send: Any = super().request
        for _ in range(CLOSED if method in ("GET", "HEAD") else 0):
            try:
                return send(method, url, *arguments, **options)
            except Broken as problem:
                if not cut_off(problem):
                    raise
                options["timeout"] = tuple(map(deadline.allowed, options["timeout"]))
        return send(method, url, *arguments, **options)
