"""`python -m infra.local.azure --port P --state DIR`: serve the local Azure over TLS on 127.0.0.1."""

from __future__ import annotations

import argparse
from pathlib import Path

from infra.local.azure.app import create_app
from infra.local.serving import serve
from infra.local.tls import certificate


def main() -> None:
    """Serve until a signal ends it. What clients must trust is then in `DIR/ca.pem`."""
    parser = argparse.ArgumentParser(prog="infra.local.azure", description="The local Azure.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True, help="folder of the certificates")
    chosen = parser.parse_args()
    files = certificate(chosen.state)
    serve(create_app(), chosen.port, ssl_certfile=str(files.chain), ssl_keyfile=str(files.key))


if __name__ == "__main__":
    main()
