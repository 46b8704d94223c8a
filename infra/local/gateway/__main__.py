"""`python -m infra.local.gateway --port P --state DIR --keys FILE --upstream CLOUD=HOST:PORT…`: Envoy over TLS."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from infra.local.gateway.config import Gateway, config
from infra.local.services import PROJECT
from infra.local.tls import certificate

ENVOY = PROJECT / ".tools" / "runtimes" / "envoy" / "_bin" / "envoy"
SHORTEST_KEY = 32


def written(state: Path, port: int, upstreams: dict[str, str], keys: dict[str, str], *, burst: int, rate: int) -> Path:
    """The configuration's file, for this user only. Raises ValueError for a key that could be guessed."""
    weak = [client for client, key in keys.items() if len(key) < SHORTEST_KEY]
    if weak or not keys:
        raise ValueError(f"Keys need {SHORTEST_KEY} characters: {', '.join(weak) or 'there is none'}.")
    files = certificate(state)
    told = Gateway(port, upstreams, files.chain, files.key, keys, burst, rate)
    path = state / "envoy.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(config(told), indent=1))
    return path


def main() -> None:
    """Become Envoy. What clients must trust is then in `DIR/ca.pem`."""
    parser = argparse.ArgumentParser(prog="infra.local.gateway", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True, help="folder of certificates and configuration")
    parser.add_argument("--keys", type=Path, required=True, help="JSON: each client's name and key")
    parser.add_argument("--upstream", action="append", required=True, help="CLOUD=HOST:PORT, once for each cloud")
    parser.add_argument("--burst", type=int, default=60, help="requests of a client at once")
    parser.add_argument("--rate", type=int, default=20, help="requests of a client a second, in the long run")
    chosen = parser.parse_args()
    upstreams = dict(each.split("=", 1) for each in chosen.upstream)
    keys = json.loads(chosen.keys.read_text())
    try:
        path = written(chosen.state, chosen.port, upstreams, keys, burst=chosen.burst, rate=chosen.rate)
    except ValueError as error:
        sys.exit(str(error))
    told = [str(ENVOY), "-c", str(path), "--log-level", "warn", "--concurrency", "1", "--use-dynamic-base-id"]
    os.execv(told[0], told)  # noqa: S606 (a list, and our own file)


if __name__ == "__main__":
    main()
