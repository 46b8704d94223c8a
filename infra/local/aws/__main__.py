"""Serve the AWS front: `python -m infra.local.aws --port 4566 --ministack URL --moto URL`."""

from __future__ import annotations

import argparse

from infra.local.aws.app import application
from infra.local.serving import serve


def main() -> None:
    """Serve on loopback until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.aws", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--ministack", required=True, help="base URL of ministack")
    parser.add_argument("--moto", required=True, help="base URL of the moto server")
    asked = parser.parse_args()
    serve(application(asked.ministack, asked.moto), asked.port, lifespan="on")


if __name__ == "__main__":
    main()
