"""A relay between a client and a server that ends a kept-open connection just as it is used again, as servers do that
tire of waiting. It passes on bytes, so that TLS goes through it."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Lock, Thread
from types import TracebackType


class Relay:
    """Listens on loopback for as long as the block lasts."""

    def __init__(self, port: int) -> None:
        self._server = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = Lock()
        self._standing: set[socket.socket] = set()
        self._tired: set[socket.socket] = set()
        self.port: int = self._listener.getsockname()[1]
        self.ended = 0
        """Connections that were ended as they were used."""
        self.always = False
        """New connections are ended too, at their first byte."""

    def __enter__(self) -> Relay:
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._listener.close()
        with self._lock:
            standing = list(self._standing)
        for one in standing:
            _end(one)

    def tire(self) -> None:
        """End every connection that stands now at the next byte that its client sends."""
        with self._lock:
            self._tired = set(self._standing)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._server)
                with self._lock:
                    self._standing.add(client)
                Thread(target=self._forth, args=(client, server), daemon=True).start()
                Thread(target=_back, args=(server, client), daemon=True).start()

    def _forth(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while sent := client.recv(1 << 16):
                if self._ends(client):
                    break
                server.sendall(sent)
        with self._lock:
            self._standing.discard(client)
        _end(client)
        _end(server)

    def _ends(self, client: socket.socket) -> bool:
        with self._lock:
            ends = self.always or client in self._tired
            self.ended += ends
            return ends


def _back(server: socket.socket, client: socket.socket) -> None:
    with suppress(OSError):
        while answered := server.recv(1 << 16):
            client.sendall(answered)
    _end(client)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
