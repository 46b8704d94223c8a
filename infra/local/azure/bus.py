"""Service Bus's queues over its REST API, as far as words go in and, for who judges, come out again."""

from __future__ import annotations

import re
from collections import defaultdict, deque

PATH = re.compile(r"/([\w.-]+)/messages(/head)?")


class Bus:
    """Queues by name; each is there as soon as it is spoken of."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[bytes]] = defaultdict(deque)

    def answer(self, method: str, path: str, authorization: str, body: bytes) -> tuple[int, bytes]:
        """`POST /Q/messages` says a word, `DELETE /Q/messages/head` hears one and takes it away."""
        named = PATH.fullmatch(path)
        if named is None or (method, bool(named[2])) not in (("POST", False), ("DELETE", True)):
            return 404, b""
        if not authorization.startswith("Bearer local-"):
            return 401, b""
        queue = self._queues[named[1]]
        if method == "POST":
            queue.append(body)
            return 201, b""
        return (200, queue.popleft()) if queue else (204, b"")
