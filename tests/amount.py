"""How much is tried: a sample by itself, to keep `make test` short, and everything where TOLLGATE_TESTS is `all`."""

import os

WHOLE = os.environ.get("TOLLGATE_TESTS") == "all"
"""As `.ci/run` and `make test-all` have it."""
