"""`python -m infra.local.gcp --port PORT`: the local GCP on 127.0.0.1, until it is stopped."""

from __future__ import annotations

import argparse

from infra.local.gcp.app import build
from infra.local.serving import serve


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.gcp", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    serve(build(), arguments.port)


if __name__ == "__main__":
    main()
