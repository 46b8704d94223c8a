"""The rules' titles by code, as the policies' own metadata has them."""

from __future__ import annotations

import json
from functools import cache

from policies.engine.bundle import load_bundle


@cache
def titles() -> dict[str, str]:
    """Code → title."""
    found = json.loads(load_bundle().data).get("violations", {})
    return {code: about["title"] for code, about in found.items()}
