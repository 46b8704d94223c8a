"""Functions of Google's functions-framework behind one port of this machine, each at its path.

On Google Cloud every target is a service of its own with an address of its own, and the gateway leads to them by path.
Here they share a process. `gunicorn "infra.local.runtimes.gcp:application()"` serves what TOLLGATE_GCP_TARGETS says.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import functions_framework

TARGETS = "TOLLGATE_GCP_TARGETS"
"""The setting: a JSON object, for each path the source file and the target in it. A path that ends with a slash is all
that is below it."""

Start = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], Start], Iterable[bytes]]


def application(environ: Mapping[str, str] = os.environ) -> Wsgi:
    """Every target, loaded by the framework itself."""
    wanted: dict[str, list[str]] = json.loads(environ[TARGETS])
    apps: dict[str, Wsgi] = {path: _made(source, target) for path, (source, target) in wanted.items()}

    def answer(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        app = apps.get(path) or next((apps[each] for each in apps if each[-1] == "/" and path.startswith(each)), None)
        if app is not None:
            return app(environ, start)
        known = environ["PATH_INFO"] == "/healthz"
        start("200 OK" if known else "404 Not Found", [("content-type", "application/json")])
        return [json.dumps(sorted(apps)).encode() if known else b""]

    return answer


def _made(source: str, target: str) -> Wsgi:
    # The framework has no types of its own.
    create: Any = functions_framework.create_app
    made: Wsgi = create(target, source).wsgi_app
    return made
