"""`python -m infra.local.runtimes.azure --app DIR --port P`: a function app on Azure's worker, on 127.0.0.1."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from infra.local.runtimes.azure_host import host
from infra.local.runtimes.azure_worker import Worker
from infra.local.serving import serve


def main() -> None:
    """Serve until a signal ends it."""
    parser = argparse.ArgumentParser(prog="infra.local.runtimes.azure", description=__doc__)
    parser.add_argument("--app", type=Path, required=True, help="folder with function_app.py and host.json")
    parser.add_argument("--port", type=int, required=True)
    chosen = parser.parse_args()
    # The library says which function it runs, as the host's own log does.
    logging.basicConfig(level=logging.INFO)
    serve(host(Worker(chosen.app)), chosen.port)


if __name__ == "__main__":
    main()
