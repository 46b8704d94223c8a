"""Killed with SIGKILL at any boundary of a run, a process loses nothing, and the next one does nothing twice."""

from pathlib import Path

import pytest

from tests.chaos.cases import EVERY, Cases, sample
from tests.chaos.conftest import Counted
from tests.chaos.house import House
from tests.chaos.stories import OURS, STORIES
from tests.contract.stores import STORES

DEAR = {("aws", "sqlite"), ("orchestrator", "postgres")}
"""Of the stories that take long, what a sample has."""
TRIED = [
    (story, store)
    for story in STORIES
    for store in STORES
    if EVERY or (story, store) in DEAR or story in ("happy", "rollback", "failover", "lost")
]


@pytest.mark.timeout(7200)
@pytest.mark.parametrize(("story", "store"), TRIED)
def test_a_run_that_is_killed_anywhere_ends_as_the_undisturbed_one_does(
    request: pytest.FixtureRequest, tmp_path: Path, counted: Counted, story: str, store: str
) -> None:
    house: House = request.getfixturevalue("house" if STORIES[story].clouds == OURS else "aws_house")
    cases = Cases(house, tmp_path, story, store)
    boundaries, expected = cases.undisturbed()
    assert {each.record["state"] for each in expected} == {"succeeded"}
    tried = sample(boundaries, 1, offset=len(story) + 3 * len(store))
    counted(tried, cases.disturb("kill", tried, expected, dies=True))
