"""Whatever a handler asks of its cloud in a contract test is held against the permissions that its file states.

Nothing may be missing in any run; nothing may be unused once all files of `clouds` have been run as a whole, in
however many processes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.contract.roles import stated
from tests.contract.roles.recorder import Asked, recording

_FILES: pytest.StashKey[set[str]] = pytest.StashKey()


@pytest.fixture(scope="session", autouse=True)
def permissions(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Records; at the end, compares."""
    seen: set[Asked] = set()
    files = request.config.stash.setdefault(_FILES, set())
    with recording(seen):
        yield
    mine = stated.used(seen)
    assert mine - stated.stated() == set(), "asked for without being stated"
    worker, base = os.environ.get("PYTEST_XDIST_WORKER", ""), tmp_path_factory.getbasetemp()
    asked = stated.together(base.parent if worker else base, worker, mine, files)
    if asked is not None and _whole(request.config):
        assert stated.unused(asked) == set(), "stated without being asked for"


@pytest.fixture(autouse=True)
def _run(request: pytest.FixtureRequest) -> None:
    """Notes which file of calls is run."""
    if stated.CALLS in request.path.parents:
        request.config.stash[_FILES].add(str(request.path.relative_to(stated.CALLS)))


def _whole(config: pytest.Config) -> bool:
    """Whether no test was left out by its name, mark or number."""
    left_out = [config.getoption(name, None) for name in ("keyword", "markexpr", "lf", "maxfail")]
    return not any(left_out) and not any("::" in argument for argument in config.args)
