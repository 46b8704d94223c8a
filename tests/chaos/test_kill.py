"""Killed with SIGKILL at any boundary of a run, a process loses nothing, and the next one does nothing twice."""

from pathlib import Path

import pytest

from tests.chaos.cases import Cases, sample
from tests.chaos.conftest import Counted
from tests.chaos.house import House
from tests.chaos.stories import STORIES
from tests.contract.stores import STORES


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("story", STORIES)
def test_a_run_that_is_killed_anywhere_ends_as_the_undisturbed_one_does(
    house: House, tmp_path: Path, counted: Counted, story: str, store: str
) -> None:
    cases = Cases(house, tmp_path, story, store)
    boundaries, expected = cases.undisturbed()
    assert expected.record["state"] == "succeeded"
    tried = sample(boundaries, 1, offset=len(story) + 3 * len(store))
    counted(tried, cases.disturb("kill", tried, expected, dies=True))
